import SocketIO
import Testing
import TestSupport

/// Namespaces that come, go and come back, and a program that sleeps.
@Suite(.timeLimit(.minutes(5))) struct ReconnectionTests {
    @Test(arguments: [Way.polling, .websocket])
    func aNamespaceComesLater(_ way: Way) async throws {
        let server = try await way.server()
        let manager = try Manager(server.url, await way.options())
        let (root, chat) = (manager.socket(), manager.socket("/chat"))
        try await root.waitUntilConnected()
        try await chat.waitUntilConnected()
        let id = chat.id
        // The other keeps the connection, and the connecting one is not disturbed.
        root.disconnect()
        let number: Int = try await chat.emitWithAck("ack", 1)
        #expect(number == 1)
        try await root.waitUntilConnected()
        #expect(chat.id == id)
        manager.close()
        try await chat.waitUntilConnected()
        #expect(chat.id != id && !root.isConnected)
        await manager.shutdown()
    }

    @Test func theIDIsTheServers() async throws {
        let server = try await Way.websocket.startServer()
        for namespace in ["/", "/chat"] {
            try await withClient(.websocket, to: server, namespace: namespace) { socket in
                try await socket.waitUntilConnected()
                let connect = try await server.next(.connect) { $0.namespace == namespace }
                #expect(connect.sid == socket.id)
            }
        }
        try await server.stop()
    }

    @Test func reconnectsByItselfAfterItWasToldTo() async throws {
        let server = try await Way.websocket.startServer()
        try await withClient(.websocket, to: server) { socket in
            let connects = Inbox<String?>()
            socket.on(.connect) { connects.put(socket.id) }
            socket.connect()
            _ = try await connects.next()
            socket.disconnect().connect()
            let id = try #require(try await connects.next())
            try server.kill(id)
            #expect(try await connects.next() != id)
        }
        try await server.stop()
    }

    @Test func oneNamespaceStopsAndAnotherGoesOn() async throws {
        let port = try refusingPort()
        let manager = try Manager("http://127.0.0.1:\(port)", quickOptions(.polling))
        let (root, chat) = (manager.socket(), manager.socket("/chat"))
        let attempts = Inbox<Int>()
        manager.on(.reconnectAttempt) { attempts.put($0) }
        root.connect()
        _ = try await attempts.next { $0 == 1 }
        chat.connect()
        root.disconnect()
        let failures = Inbox<String>()
        root.on(.connectError) { _ in failures.put("root") }
        chat.on(.connectError) { _ in failures.put("chat") }
        for _ in 0..<3 { #expect(try await failures.next() == "chat") }
        chat.disconnect()
        #expect(await chat.sendBuffer().isEmpty)
        #expect(!chat.isActive && !root.isActive)
        await manager.shutdown()
    }

    /// The I/O thread sleeps longer than the server's heartbeat; what a handler emits then is not given to the dead
    /// connection. In a process of its own: others would sleep as well.
    @Test(arguments: ["polling", "websocket"])
    func whatIsEmittedAfterALongSleepWaits(_ transport: String) async throws {
        let server = try await Way.websocket.startServer {
            $0.pingInterval = .seconds(1)
            $0.pingTimeout = .seconds(1)
        }
        let run = try await ChildProcess.run(
            "env", [Repository.program("Lifecycle"), "end", server.url, transport, "sleep"], within: standardDeadline)
        #expect(run.status == 0, "\(run.stderr)")
        #expect(run.stdout == "disconnect ping timeout\nend\n")
        let note = try await server.next(.event) { $0.event == "note" }
        #expect(note.args == ["after the sleep"])
        try await server.stop()
    }
}
