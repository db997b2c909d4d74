import SocketIO
import Testing
import TestSupport

/// A server that stops answering, in each phase: the deadline names the phase, and the client tries again.
@Suite(.timeLimit(.minutes(5))) struct SilentServerTests {
    private func options(_ transport: TransportKind) -> ClientOptions {
        var options = quickOptions(transport)
        // The phases before come first, however busy the machine is.
        options.timeout = .seconds(3)
        return options
    }

    /// The first error, and that another attempt follows it.
    private func errorBeforeReconnection(_ url: String, _ options: ClientOptions) async throws -> SocketIOError {
        try await withSocket(url, options) { socket in
            let errors = Inbox<SocketIOError>()
            socket.on(.connectError) { errors.put($0) }
            let attempts = Inbox<Int>()
            socket.io.on(.reconnectAttempt) { attempts.put($0) }
            socket.connect()
            let error = try await errors.next()
            #expect(try await attempts.next() == 1)
            return error
        }
    }

    @Test(arguments: TransportKind.allCases)
    func afterTheConnection(_ transport: TransportKind) async throws {
        let server = try ScriptedServer { try $0.hang() }
        defer { server.stop() }
        let error = try await errorBeforeReconnection(server.url, options(transport))
        #expect(error.code == .timedOut)
        let answer = transport == .polling ? "HTTP answer" : "answer to the WebSocket handshake"
        #expect(error.message == "timeout after 3 s while waiting for the \(answer)")
        #expect(error.phase == (transport == .polling ? .http : .websocket))
    }

    @Test(arguments: TransportKind.allCases)
    func inTheTLSHandshake(_ transport: TransportKind) async throws {
        let server = try ScriptedServer { try $0.hang() }
        defer { server.stop() }
        let error = try await errorBeforeReconnection("https://\(server.authority)", options(transport))
        #expect(error.code == .timedOut)
        #expect(error.message == "timeout after 3 s in the TLS handshake")
        #expect(error.phase == .tls)
    }

    @Test func afterTheWebSocketHandshake() async throws {
        let server = try ScriptedServer { connection in
            try connection.upgradeToWebSocket(try connection.readHTTPRequest())
            try connection.hang()
        }
        defer { server.stop() }
        let error = try await errorBeforeReconnection(server.url, options(.websocket))
        #expect(error.code == .timedOut)
        #expect(error.message == "timeout after 3 s while waiting for the server's first packet")
        #expect(error.phase == .engine)
    }

    @Test(arguments: TransportKind.allCases)
    func afterTheHandshake(_ transport: TransportKind) async throws {
        let server = try FaultyServer(connectAnswer: nil).start()
        defer { server.stop() }
        let error = try await errorBeforeReconnection(server.url, options(transport))
        #expect(error.code == .timedOut)
        #expect(error.phase == .namespace)
    }

    @Test(arguments: TransportKind.allCases)
    func whileConnected(_ transport: TransportKind) async throws {
        let script = FaultyServer(handshake: {
            ScriptedServer.openPacket(sid: $0, pingInterval: 100, pingTimeout: 100)
        })
        let server = try script.start()
        defer { server.stop() }
        try await withSocket(server.url, quickOptions(transport)) { socket in
            let ends = Inbox<Disconnection>()
            socket.on(.disconnect) { ends.put($0) }
            socket.connect()
            #expect(try await ends.next().reason == .pingTimeout)
            try await eventually("a new session") { script.sessions >= 2 }
        }
    }

    /// The server pings, so that the connection looks alive, and takes nothing of what is sent.
    @Test(arguments: TransportKind.allCases)
    func whileSending(_ transport: TransportKind) async throws {
        let script = FaultyServer(
            handshake: { ScriptedServer.openPacket(sid: $0, pingInterval: 500, pingTimeout: 2500) }, isDeaf: true)
        let server = try script.start()
        defer { server.stop() }
        let socket = try Manager(server.url, quickOptions(transport, reconnects: false)).socket()
        let ends = Inbox<Disconnection>()
        socket.on(.disconnect) { ends.put($0) }
        try await socket.waitUntilConnected()
        // A WebSocket: more than the systems between take.
        let size = transport == .polling ? 1 : 32 << 20
        try socket.emit("note", String(repeating: "x", count: size))
        let end = try await ends.next()
        #expect(end.reason == .transportError && end.unsent == 1)
        #expect(end.error?.code == .timedOut)
        #expect(end.error?.message == "the server took nothing for 3 s")
        await socket.io.shutdown()
    }

    /// A server whose clock stands still: the connections stay, and nobody answers.
    @Test(arguments: Way.allCases)
    func aStoppedServerIsNoticedAndFoundAgain(_ way: Way) async throws {
        let server = try await way.startServer {
            $0.pingInterval = .seconds(1)
            $0.pingTimeout = .seconds(1)
        }
        try await withClient(way, to: server) { socket in
            let ends = Inbox<Disconnection>()
            socket.on(.disconnect) { ends.put($0) }
            socket.connect()
            try await eventually("the connection") { socket.isConnected }
            server.pause()
            let end = try await ends.next()
            #expect(end.reason == .pingTimeout)
            server.resume()
            try await eventually("the new connection") { socket.isConnected }
        }
    }
}
