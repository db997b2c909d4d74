import SocketIO
import TestSupport
import Testing

/// What is emitted before a program ends arrives, and a program can wait for it.
@Suite(.timeLimit(.minutes(5))) struct ShutdownTests {
    @Test(arguments: Way.allCases)
    func shutdownSendsWhatWasEmitted(_ way: Way) async throws {
        let server = try await way.startServer()
        let manager = try Manager(server.url, await way.options())
        let sockets = [manager.socket(), manager.socket("/chat")]
        for socket in sockets { try await socket.waitUntilConnected() }
        for number in 0..<100 { try sockets[number % 2].emit("note", number) }
        let unsent = await manager.shutdown()
        #expect(unsent.isEmpty)
        #expect(manager.transport == nil)
        #expect(!sockets[0].isConnected && !sockets[1].isConnected)
        for number in 0..<100 { _ = try await server.next(.event) { $0.args == [.number(Double(number))] } }
        for _ in sockets { #expect(try await server.next(.disconnect).reason == "client disconnect") }
        // There is nothing to wait for any more.
        await manager.shutdown()
        try await server.stop()
    }

    /// It waits for a connection that is on its way.
    @Test(arguments: [Way.polling, .websocket])
    func shutdownSendsWhatWasEmittedBeforeTheConnection(_ way: Way) async throws {
        let server = try await way.startServer()
        let socket = try Manager(server.url, await way.options()).socket()
        try socket.emit("note", 1)
        #expect(await socket.connect().io.shutdown() == Unsent())
        #expect(try await server.next(.event).args == [1])
        #expect(try await server.next(.disconnect).reason == "client disconnect")
        try await server.stop()
    }

    /// A last try of `retries` is waited for.
    @Test func shutdownWaitsForAcknowledgements() async throws {
        let server = try await Way.websocket.startServer()
        var options = try await Way.websocket.options()
        options.retries = 1
        let socket = try Manager(server.url, options).socket()
        for number in 0..<10 { try socket.emit("note", number) }
        #expect(await socket.connect().io.shutdown() == Unsent())
        for number in 0..<10 { _ = try await server.next(.event) { $0.args == [.number(Double(number))] } }
        try await server.stop()
    }

    @Test func shutdownReportsWhatWaitedForAConnection() async throws {
        let manager = try Manager("http://127.0.0.1:\(try refusingPort())")
        let (socket, chat) = (manager.socket(), manager.socket("/chat"))
        try socket.emit("a", 1, [1, 2] as Binary)
        try chat.emit("b")
        let failures = Inbox<SocketIOError>()
        socket.on(.connectError) { failures.put($0) }
        chat.connect()
        socket.connect()
        _ = try await failures.next()
        let unsent = await manager.shutdown()
        #expect(
            unsent.events == ["/": [BufferedEvent("a", [1, .binary([1, 2])])], "/chat": [BufferedEvent("b", [])]])
        #expect(unsent.messages == 0)
        #expect(unsent.error?.code == .connectFailed)
    }

    @Test(arguments: [Way.polling, .websocket])
    func shutdownReportsWhatAServerDidNotTake(_ way: Way) async throws {
        let server = try await way.startServer { $0.maxPayload = 200_000_000 }
        var options = try await way.options()
        options.limits.waitingBytes = 200_000_000
        options.perMessageDeflate = nil
        let socket = try Manager(server.url, options).socket()
        try await socket.waitUntilConnected()
        try await eventually { socket.io.bytesWaiting == 0 }
        server.pause()
        // More than the system's buffers take.
        try socket.emit("a", String(repeating: "x", count: 100_000_000))
        let unsent = await socket.io.shutdown(deadline: .milliseconds(200))
        #expect(unsent.events.isEmpty && unsent.messages == 1)
        #expect(unsent.error?.code == .timedOut)
        #expect(socket.io.transport == nil)
        server.resume()
        try await server.stop()
    }

    @Test(arguments: Way.allCases)
    func flushWaitsForALargeEvent(_ way: Way) async throws {
        // On aiohttp the peer takes the first 64 KiB of a body for the whole.
        let server = try await way.startServer {
            $0.framework = .asgi
            $0.maxPayload = 100_000_000
        }
        let manager = try Manager(server.url, await way.options())
        let socket = manager.socket()
        try await socket.waitUntilConnected()
        try socket.emit("note", String(repeating: "x", count: 5_000_000))
        try await manager.flush()
        // Before the end, which does not wait for a server that reads slowly what the system holds.
        let event = try await server.next(.event)
        let size = event.args?.first?.string?.utf8.count
        #expect(size == 5_000_000, "\(event.args?.first.map { String("\($0)".prefix(200)) } ?? "no argument")")
        await manager.shutdown()
        try await server.stop()
    }

    @Test func flushNeedsAConnection() async throws {
        let manager = try Manager("http://127.0.0.1:\(try refusingPort())")
        let error = await #expect(throws: SocketIOError.self) { try await manager.flush() }
        #expect(error?.code == .notConnected)
        await manager.shutdown()
    }

    @Test(arguments: [true, false])
    func flushEndsWithTheConnectionOrItsTask(_ isCancelled: Bool) async throws {
        let server = try await PeerServer.start { $0.maxPayload = 100_000_000 }
        var options = ClientOptions()
        options.transports = [.polling]
        let manager = try Manager(server.url, options)
        let socket = manager.socket()
        try await socket.waitUntilConnected()
        server.pause()
        try socket.emit("note", String(repeating: "x", count: 20_000_000))
        let flush = Task { try await manager.flush() }
        if isCancelled {
            flush.cancel()
        } else {
            try await server.stop()
        }
        let error = await #expect(throws: SocketIOError.self) { try await flush.value }
        #expect((error?.code == .cancelled) == isCancelled)
        server.resume()
        await manager.shutdown()
        try await server.stop()
    }

    @Test func withSocketSendsWhatWasEmitted() async throws {
        let server = try await PeerServer.start()
        let name = try await withSocket(server.url + "/chat") { socket in
            try await socket.waitUntilConnected()
            try socket.emit("note", 1)
            return socket.namespace
        }
        #expect(name == "/chat")
        #expect(try await server.next(.event).args == [1])
        #expect(try await server.next(.disconnect).reason == "client disconnect")
        try await server.stop()
    }

    @Test func connectsAgainAfterAFailureWithoutReconnection() async throws {
        let server = try await PeerServer.start()
        try await server.stop()
        var options = ClientOptions()
        options.reconnection = false
        let socket = try Manager(server.url, options).socket()
        await #expect(throws: SocketIOError.self) { try await socket.waitUntilConnected() }
        try await server.restart()
        try await socket.waitUntilConnected()
        #expect(socket.isConnected)
        await socket.io.shutdown()
        try await server.stop()
    }
}
