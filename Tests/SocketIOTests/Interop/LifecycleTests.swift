import SocketIO
import Testing
import TestSupport

/// Connecting, refusing, losing and finding the server again.
@Suite(.timeLimit(.minutes(5))) struct LifecycleTests {
    @Test(arguments: Way.allCases)
    func survivesTheServersRestart(_ way: Way) async throws {
        let server = try await way.startServer()
        try await withClient(way, to: server) { socket in
            let log = Inbox<String>()
            socket.on(.connect) { log.put("connect") }
            socket.on(.disconnect) { log.put("disconnect \($0.reason) \($0.error?.message ?? "")") }
            socket.io.on(.reconnectAttempt) { log.put("attempt \($0)") }
            socket.io.on(.reconnect) { _ in log.put("reconnect") }
            try await socket.connect().waitUntilConnected()
            let first = socket.id
            try await eventually("the transport") { socket.io.transport == way.transport }
            _ = try await log.next { $0 == "connect" }

            try await server.stop()
            _ = try await log.next { $0.hasPrefix("disconnect transport") }
            try socket.emit("note", "kept while the server was away")
            _ = try await log.next { $0 == "attempt 2" }
            try await server.restart()
            _ = try await log.next { $0 == "reconnect" }
            _ = try await log.next { $0 == "connect" }
            #expect(socket.id != nil && socket.id != first, "\(log.all)")
            let note = try await server.next(.event) { $0.event == "note" }
            #expect(note.args == ["kept while the server was away"])
            let sum: Int = try await socket.timeout(standardDeadline).emitWithAck("add", 1, 1)
            #expect(sum == 2)
        }
    }

    @Test(arguments: Way.allCases)
    func reportsARefusalWithTheServersData(_ way: Way) async throws {
        let server = try await way.server()
        try await withClient(way, to: server, namespace: "/admin", { $0.auth = .value(["token": "wrong"]) }) { socket in
            let error = await #expect(throws: SocketIOError.self) { try await socket.connect().waitUntilConnected() }
            #expect(error?.code == .connectRejected)
            #expect(error?.phase == .namespace)
            #expect(error?.message == "not authorized")
            #expect(error?.data == ["code": 401])
            #expect(!socket.isActive)
            try await eventually("the end of the connection") { socket.io.transport == nil }
        }
    }

    @Test func asksTheAuthProviderAtEveryConnection() async throws {
        let server = try await Way.upgrade.startServer()
        let tokens = Inbox<Int>()
        let provider = Auth.provider { () async throws -> [String: Int] in
            let number = tokens.all.count + 1
            tokens.put(number)
            return ["number": number]
        }
        try await withClient(.websocket, to: server, { $0.auth = provider }) { socket in
            try await socket.connect().waitUntilConnected()
            #expect(try await server.next(.connect).auth == ["number": 1])
            try server.kill(try #require(socket.id))
            #expect(try await server.next(.connect).auth == ["number": 2])
        }
    }

    @Test func triesAgainAfterAnAuthProviderFailed() async throws {
        struct Refused: Error {}
        let server = try await Way.websocket.server()
        let attempts = Inbox<Int>()
        let provider = Auth.provider { () async throws -> [String: String] in
            attempts.put(1)
            if attempts.all.count == 1 { throw Refused() }
            return ["token": "secret"]
        }
        try await withClient(.websocket, to: server, namespace: "/admin", { $0.auth = provider }) { socket in
            let errors = Inbox<SocketIOError>()
            socket.on(.connectError) { errors.put($0) }
            let connected = Inbox<Bool>()
            socket.on(.connect) { connected.put(true) }
            socket.connect()
            #expect(try await errors.next().message == "auth failed with Refused")
            _ = try await connected.next()
        }
    }

    @Test(arguments: [Way.polling, .websocket])
    func reportsTheServersDisconnect(_ way: Way) async throws {
        let server = try await way.server()
        try await withClient(way, to: server) { socket in
            let ends = Inbox<Disconnection>()
            socket.on(.disconnect) { ends.put($0) }
            try await socket.connect().waitUntilConnected()
            try socket.emit("bye")
            #expect(try await ends.next().reason == .serverDisconnect)
            #expect(!socket.isActive && socket.id == nil)
            try await socket.connect().waitUntilConnected()
            socket.disconnect()
            #expect(try await ends.next().reason == .clientDisconnect)
        }
    }

    @Test(arguments: [Way.polling, .websocket])
    func failsAnAcknowledgementWhenTheConnectionIsLost(_ way: Way) async throws {
        let server = try await way.startServer()
        try await withClient(way, to: server) { socket in
            try await socket.connect().waitUntilConnected()
            let id = try #require(socket.id)
            let answer = Task { try await socket.emitWithAck("silent", as: Int.self) }
            _ = try await server.next(.event) { $0.sid == id && $0.event == "silent" }
            try await server.stop()
            await #expect { _ = try await answer.value } throws: { ($0 as? SocketIOError)?.code == .disconnected }
        }
    }

    @Test func endsAnAcknowledgementInTime() async throws {
        let server = try await Way.websocket.server()
        try await withClient(.websocket, to: server) { socket in
            try await socket.connect().waitUntilConnected()
            let error = await #expect(throws: SocketIOError.self) {
                let _: Int = try await socket.timeout(.milliseconds(50)).emitWithAck("silent")
            }
            #expect(error?.code == .timedOut)
            let task = Task { let _: Int = try await socket.emitWithAck("silent") }
            try await Task.sleep(for: .milliseconds(20))
            task.cancel()
            await #expect { try await task.value } throws: { ($0 as? SocketIOError)?.code == .cancelled }
        }
    }

    @Test func listensOnceAndNoMoreAfterCancel() async throws {
        let server = try await Way.websocket.server()
        try await withClient(.websocket, to: server) { socket in
            let log = Inbox<String>()
            socket.once("echo") { (number: Int) in log.put("once \(number)") }
            let cancelled = socket.on("echo") { (number: Int) in log.put("cancelled \(number)") }
            socket.on("echo") { (number: Int) in log.put("on \(number)") }
            cancelled.cancel()
            cancelled.cancel()
            socket.connect()
            for number in 1...2 { try socket.emit("echo", number) }
            let _: Int = try await socket.emitWithAck("ack", 0)
            #expect(log.all == ["once 1", "on 1", "on 2"])
            socket.off("echo")
            try socket.emit("echo", 3)
            let _: Int = try await socket.emitWithAck("ack", 0)
            #expect(log.all == ["once 1", "on 1", "on 2"])
        }
    }

    @Test func reportsArgumentsThatCannotBeDecodedAndGoesOn() async throws {
        let server = try await Way.websocket.server()
        try await withClient(.websocket, to: server) { socket in
            let errors = Inbox<SocketIOError>()
            socket.io.on(.error) { errors.put($0) }
            let numbers = Inbox<Int>()
            socket.on("echo") { (number: Int) in numbers.put(number) }
            socket.connect()
            try socket.emit("echo", "no number")
            try socket.emit("echo", 5)
            #expect(try await numbers.next() == 5)
            let error = try await errors.next()
            #expect(error.code == .codingFailed)
            #expect(error.message.hasPrefix("the arguments of \"echo\" cannot be decoded"))
        }
    }

    @Test func refusesReservedNamesAndArgumentsThatCannotBeEncoded() throws {
        struct Unencodable: Codable, Sendable {
            func encode(to encoder: any Encoder) throws {
                throw EncodingError.invalidValue(self, .init(codingPath: [], debugDescription: "no way"))
            }
        }
        var options = ClientOptions()
        options.autoConnect = false
        let socket = try io("http://127.0.0.1:1", options)
        for name in ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"] {
            let error = #expect(throws: SocketIOError.self) { try socket.emit(Event<Int>(name), 1) }
            #expect(error?.code == .reservedEventName)
        }
        let error = #expect(throws: SocketIOError.self) { try socket.emit("event", Unencodable()) }
        #expect(error?.code == .codingFailed)
        #expect(error?.message == "an argument cannot be encoded: no way")
    }

    @Test func dropsAVolatileEventWhileNotConnected() async throws {
        let server = try await Way.websocket.server()
        try await withClient(.websocket, to: server) { socket in
            let echoes = Inbox<Int>()
            socket.on("echo") { (number: Int) in echoes.put(number) }
            try socket.volatile.emit("echo", 1)
            try socket.emit("echo", 2)
            try await socket.connect().waitUntilConnected()
            try socket.volatile.emit("echo", 3)
            let _: Int = try await socket.emitWithAck("ack", 0)
            #expect(echoes.all == [2, 3])
        }
    }
}
