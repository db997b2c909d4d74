import SocketIO
import TestSupport
import Testing

/// Nobody waits for what will not come.
@Suite(.timeLimit(.minutes(5))) struct WaitingTests {
    private func endOfAck(_ socket: Socket) async -> SocketIOError? {
        await #expect(throws: SocketIOError.self) { _ = try await socket.emitWithAck("add", 1, 2) }
    }

    @Test func aRefusedNamespaceEndsAcknowledgements() async throws {
        let server = try await Way.websocket.server()
        try await withClient(.websocket, to: server, namespace: "/nowhere") { socket in
            let early = Task { await endOfAck(socket) }
            try await eventually("the event") { await !socket.sendBuffer().isEmpty }
            socket.connect()
            #expect(await early.value?.code == .connectRejected)
            #expect(await endOfAck(socket)?.code == .connectRejected)
            #expect(await socket.sendBuffer().isEmpty)
        }
    }

    @Test func theEndOfTheNamespaceEndsAcknowledgements() async throws {
        let server = try await Way.websocket.server()
        try await withClient(.websocket, to: server) { socket in
            let ends = Inbox<Disconnection>()
            socket.on(.disconnect) { ends.put($0) }
            try await socket.waitUntilConnected()
            try socket.emit("bye")
            #expect(try await ends.next().reason == .serverDisconnect)
            #expect(await endOfAck(socket)?.code == .disconnected)
            // It is connected again, and asks again.
            #expect(try await socket.connect().emitWithAck("add", 1, 2) == 3)
            socket.disconnect()
            #expect(await endOfAck(socket)?.code == .disconnected)
            try await socket.waitUntilConnected()
            await socket.io.shutdown()
            #expect(await endOfAck(socket)?.code == .disconnected)
        }
    }

    @Test(arguments: [true, false])
    func whoeverCannotConnectEndsAcknowledgements(_ reconnects: Bool) async throws {
        var options = ClientOptions()
        options.reconnection = reconnects
        options.reconnectionAttempts = 2
        options.reconnectionDelay = .milliseconds(1)
        let url = "http://127.0.0.1:\(try refusingPort())"
        try await withSocket(url, options) { socket in
            socket.connect()
            #expect(await endOfAck(socket)?.code == .connectFailed)
            #expect(!socket.isActive)
            // It tries anew.
            socket.connect()
            #expect(await endOfAck(socket)?.code == .connectFailed)
        }
    }

    /// Node's idiom: whoever is not active has to connect by oneself.
    @Test func handlersSeeWhetherThereIsAnotherAttempt() async throws {
        var options = ClientOptions()
        options.reconnectionAttempts = 1
        options.reconnectionDelay = .milliseconds(1)
        let seen = Inbox<String>()
        try await withSocket("http://127.0.0.1:\(try refusingPort())", options) { socket in
            socket.on(.connectError) { [weak socket] _ in seen.put("error \(socket?.isActive ?? true)") }
            socket.io.on(.reconnectFailed) { [weak socket] in seen.put("failed \(socket?.isActive ?? true)") }
            socket.connect()
            _ = try await seen.next { $0.hasPrefix("failed") }
        }
        #expect(seen.all == ["error true", "error false"])
        let server = try await Way.websocket.startServer()
        try await withClient(.websocket, to: server, { $0.reconnection = false }) { socket in
            let ends = Inbox<Bool>()
            socket.on(.disconnect) { [weak socket] _ in ends.put(socket?.isActive ?? true) }
            try await socket.waitUntilConnected()
            try await server.stop()
            #expect(try await ends.next() == false)
        }
    }

    @Test func theShutdownEndsWhatWasNeverConnected() async throws {
        let socket = try Manager("http://127.0.0.1:\(try refusingPort())").socket()
        let numbers: EventSequence<Int> = socket.events("number")
        let early = Task { await endOfAck(socket) }
        try await eventually("the event") { await !socket.sendBuffer().isEmpty }
        await socket.io.shutdown()
        #expect(await early.value?.code == .disconnected)
        #expect(await endOfAck(socket)?.code == .disconnected)
        for await _ in numbers { Issue.record("nothing was sent") }
    }

    /// Nor does anybody wait for the connection.
    @Test func withoutReconnectionNobodyWaitsForTheConnection() async throws {
        var options = ClientOptions()
        options.reconnectionDelay = .seconds(3600)
        options.reconnectionDelayMax = .seconds(3600)
        try await withSocket("http://127.0.0.1:\(try refusingPort())", options) { socket in
            let errors = Inbox<SocketIOError>()
            socket.on(.connectError) { errors.put($0) }
            socket.connect()
            _ = try await errors.next()
            let connection = Task {
                await #expect(throws: SocketIOError.self) { try await socket.waitUntilConnected() }
            }
            // It waits on the loop then, for the next attempt.
            try await Task.sleep(for: .milliseconds(50))
            var changed = socket.io.options
            changed.reconnection = false
            try socket.io.setOptions(changed)
            #expect(await connection.value?.code == .connectFailed)
        }
    }

    @Test func aTimeoutSaysWhyNothingWasSent() async throws {
        let url = "http://127.0.0.1:\(try refusingPort())"
        try await withSocket(url) { socket in
            let error = await #expect(throws: SocketIOError.self) {
                _ = try await socket.timeout(.milliseconds(1)).emitWithAck("add", 1, 2)
            }
            #expect(error?.code == .timedOut)
            #expect(error?.message == "operation has timed out: connect() was not called")
        }
    }

    /// And with its listener.
    @Test func sequencesEndWithTheShutdown() async throws {
        let server = try await Way.websocket.server()
        try await withClient(.websocket, to: server) { socket in
            let numbers: EventSequence<Int> = socket.events("echo")
            let removed: EventSequence<Int> = socket.events("other")
            socket.off("other")
            for await _ in removed { Issue.record("nothing was sent") }
            try await socket.waitUntilConnected()
            try socket.emit("echo", 1)
            try socket.emit("echo", 2)
            let _: Int = try await socket.emitWithAck("ack", 0)
            await socket.io.shutdown()
            var received: [Int] = []
            for await number in numbers { received.append(number) }
            #expect(received == [1, 2])
        }
    }

    @Test func handlersOfTheConnectionMayThrow() async throws {
        struct Failure: Error {}
        let server = try await Way.websocket.server()
        try await withClient(.websocket, to: server) { socket in
            let errors = Inbox<SocketIOError>()
            // A failure of this one is told to nobody.
            socket.io.on(.error) {
                errors.put($0)
                throw Failure()
            }
            socket.on(.connect) { throw Failure() }
            socket.on(.connect) { try socket.emit(Event<Int>("disconnect"), 1) }
            socket.io.on(.open) { throw Failure() }
            try await socket.waitUntilConnected()
            var error = try await errors.next()
            #expect(error.code == .handlerFailed)
            #expect(error.message == "a handler of \"open\" failed: Failure()")
            error = try await errors.next()
            #expect(error.message == "a handler of \"connect\" failed: Failure()")
            #expect(try await errors.next().code == .reservedEventName)
        }
    }

    /// `error` is a name like others where a server uses it.
    @Test func aServersEventErrorIsOneLikeOthers() async throws {
        let server = try await Way.websocket.server()
        try await withClient(.websocket, to: server) { socket in
            let errors = Inbox<SocketIOError>()
            socket.io.on(.error) { errors.put($0) }
            socket.on("error") { (_: Int) in }
            try await socket.waitUntilConnected()
            try server.emit("error", "no number", to: socket.id)
            #expect(try await errors.next().code == .codingFailed)
        }
    }

    /// As in Node's client; here it would wait for an event that no server sends.
    @Test func aListenerForAReservedNameIsToldOf() async throws {
        var options = ClientOptions()
        options.autoConnect = false
        let manager = try Manager("http://127.0.0.1:1", options)
        let errors = Inbox<SocketIOError>()
        manager.on(.error) { errors.put($0) }
        let socket = manager.socket()
        socket.on("connect") {}
        socket.once("newListener") {}
        let error = try await errors.next()
        #expect(error.code == .reservedEventName)
        #expect(
            error.message
                == "no server sends the event \"connect\", which is reserved: on(.connect) listens for the connection's own"
        )
        #expect(try await errors.next().message == "no server sends the event \"newListener\", which is reserved")
    }

    /// Nobody holds the socket, and nothing connects it any more: it goes, and what its handlers capture.
    @Test(arguments: [false, true])
    func aSocketThatNothingConnectsGoes(_ reconnects: Bool) async throws {
        final class Marker: Sendable {}
        nonisolated(unsafe) weak var marker: Marker?  // of this task alone
        func connect() throws {
            let captured = Marker()
            marker = captured
            var options = ClientOptions()
            options.reconnection = reconnects
            options.reconnectionAttempts = 1
            options.reconnectionDelay = .milliseconds(1)
            try io("http://127.0.0.1:\(try refusingPort())", options) { socket in
                socket.on(.connect) { _ = captured }
            }
        }
        try connect()
        try await eventually("the end of the socket") { marker == nil }
    }

    /// What handlers capture goes with `withSocket`, the socket for one.
    @Test func withSocketLetsGoOfItsHandlers() async throws {
        final class Marker: Sendable {}
        let server = try await Way.websocket.server()
        nonisolated(unsafe) weak var marker: Marker?  // of this task alone
        func connect() async throws {
            let captured = Marker()
            marker = captured
            try await withSocket(server.url) { socket in
                socket.on(.connect) { _ = (socket.id, captured) }
                socket.on("news") { _ = (socket.id, captured) }
                socket.onAny { _, _, _ in _ = (socket.id, captured) }
                socket.io.on(.open) { _ = (socket.id, captured) }
                let admin = socket.io.socket("/admin")
                admin.on("news") { _ = (admin.id, captured) }
                try await socket.waitUntilConnected()
            }
        }
        try await connect()
        try await eventually("the end of the handlers") { marker == nil }
    }
}

/// What goes out and comes in need not be of types that do both.
@Suite(.timeLimit(.minutes(5))) struct OneWayTypeTests {
    private struct Outgoing: Encodable, Sendable { var name = "x" }
    private struct Incoming: Decodable, Sendable, Equatable { var name: String }

    @Test func travel() async throws {
        let server = try await Way.websocket.server()
        try await withClient(.websocket, to: server) { socket in
            let received = Inbox<Incoming>()
            socket.on("echo") { (value: Incoming) in received.put(value) }
            try await socket.waitUntilConnected()
            let answer: Incoming = try await socket.emitWithAck(Event("echo"), Outgoing())
            #expect(answer == Incoming(name: "x"))
            #expect(try await received.next() == answer)
            let untyped = try await socket.emitWithAck("add", 1, 2)
            #expect(untyped == 3)
            let name = "add"
            #expect(try await socket.emitWithAck(Event(name), 1, 2, as: Int.self) == 3)
            #expect(try await socket.emitWithAck("a\("dd")", 1, 2, as: Int.self) == 3)
        }
    }

    @Test func changeIntoAJSONValueAndBack() throws {
        struct Report: Codable, Equatable { var name: String; var bytes: Binary; var counts: [Int]? }
        let report = Report(name: "a", bytes: [1, 2], counts: [3])
        let value = try JSONValue(encoding: report)
        #expect(value == ["name": "a", "bytes": .binary([1, 2]), "counts": [3]])
        #expect(try value.decode() == report)
        #expect(try JSONValue(encoding: Int?.none) == .null)
        let error = #expect(throws: SocketIOError.self) { try JSONValue.object(["name": 5]).decode(as: Report.self) }
        #expect(error?.code == .codingFailed)
        #expect(error?.message.hasPrefix("the value cannot be decoded: name: Expected String") == true)
    }
}
