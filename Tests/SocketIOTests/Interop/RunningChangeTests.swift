import SocketIO
import Testing
import TestSupport

/// What can be changed while a manager is at work.
@Suite(.timeLimit(.minutes(5))) struct RunningChangeTests {
    @Test(arguments: [Way.polling, .websocket])
    func theNextSessionHasTheNewQueryAndHeaders(_ way: Way) async throws {
        let server = try await way.startServer()
        try await withClient(way, to: server, { $0.query = ["token": "old"] }) { socket in
            try await socket.waitUntilConnected()
            #expect(try await server.next(.connect).query?["token"] == "old")
            var options = socket.io.options
            options.query = ["token": "new"]
            options.extraHeaders = ["X-Attempt": "2"]
            try socket.io.setOptions(options)
            #expect(socket.io.options.query == ["token": "new"])
            try server.kill(try #require(socket.id))
            let connect = try await server.next(.connect)
            #expect(connect.query?["token"] == "new")
            #expect(connect.headers?["x-attempt"] == "2")
        }
        try await server.stop()
    }

    @Test func whatCannotBeUsedChangesNothing() async throws {
        let manager = try Manager("http://127.0.0.1:1")
        var options = manager.options
        options.query = ["sid": "x"]
        let error = #expect(throws: SocketIOError.self) { try manager.setOptions(options) }
        #expect(error?.message == "the option query holds \"sid\", which is the protocol's own")
        #expect(manager.options.query.isEmpty)
        options = manager.options
        options.randomizationFactor = 2
        #expect(throws: SocketIOError.self) { try manager.setOptions(options) }
        #expect(manager.options.randomizationFactor == 0.5)
    }

    @Test func reconnectionCanBeSwitchedOff() async throws {
        let server = try await Way.websocket.startServer()
        try await withClient(.websocket, to: server) { socket in
            let attempts = Inbox<Int>()
            socket.io.on(.reconnectAttempt) { attempts.put($0) }
            try await socket.waitUntilConnected()
            try await server.stop()
            _ = try await attempts.next { $0 == 2 }
            var options = socket.io.options
            options.reconnection = false
            try socket.io.setOptions(options)
            // It is off when the program's end needs to wait for it no more.
            try await server.restart()
            try await socket.waitUntilConnected()
            #expect(socket.isConnected)
        }
        try await server.stop()
    }

    @Test(arguments: [Way.polling, .websocket])
    func authCanBeChangedAfterARefusal(_ way: Way) async throws {
        let server = try await way.server()
        try await withClient(way, to: server, namespace: "/admin", { $0.auth = .value(["token": "wrong"]) }) { socket in
            let error = await #expect(throws: SocketIOError.self) { try await socket.waitUntilConnected() }
            #expect(error?.code == .connectRejected)
            socket.auth = .value(["token": "secret"])
            try await socket.waitUntilConnected()
            #expect(socket.isConnected)
            let before = socket.id
            try await socket.disconnect().connect().waitUntilConnected()
            #expect(socket.id != nil && socket.id != before)
        }
    }

    @Test func opensBeforeANamespaceWantsIt() async throws {
        let server = try await Way.websocket.startServer()
        var options = try await Way.websocket.options()
        options.autoConnect = false
        let manager = try Manager(server.url, options)
        let log = Inbox<String>()
        manager.on(.open) { log.put("open") }
        manager.on(.ping) { log.put("ping") }
        manager.open()
        manager.open()
        _ = try await log.next { $0 == "open" }
        #expect(manager.transport == .websocket)
        try await manager.socket().waitUntilConnected()
        #expect(!log.all.contains("open"))
        await manager.shutdown()
        try await server.stop()
    }
}
