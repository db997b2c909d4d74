import SocketIO
import TestSupport
import Testing

/// How long, and how much.
extension OptionPage {
    static let deadlines = [
        OptionRow("requestTimeout", only: .polling, "WebSocket has one request, and `timeout`") { probe in
            try await checkItEndsInTime(probe, { $0.requestTimeout = .milliseconds(300) }, .milliseconds(300))
        },
        OptionRow("timeout") { probe in
            try await checkItEndsInTime(probe, { $0.timeout = .milliseconds(300) }, .milliseconds(300))
        },
        OptionRow("closeTimeout") { probe in
            let server = try deafServer().start()
            defer { server.stop() }
            let (patient, other) = (
                try await stuckSocket(probe, server.url) { $0.closeTimeout = .seconds(3600) },
                try await stuckSocket(probe, server.url) { $0.closeTimeout = .milliseconds(300) }
            )
            let ends = Inbox<String>()
            let shutdown = Task {
                _ = await patient.io.shutdown()
                ends.put("patient")
            }
            let start = ContinuousClock.now
            let unsent = await other.io.shutdown()
            #expect(ContinuousClock.now - start >= .milliseconds(290))
            #expect(unsent.messages == 1 && ends.all.isEmpty)
            server.stop()
            await shutdown.value
        },
        OptionRow("goodbyeTimeout") { probe in
            let server = try deafServer().start()
            defer { server.stop() }
            let socket = try await stuckSocket(probe, server.url) {
                $0.closeTimeout = .milliseconds(100)
                // Longer than the default.
                $0.goodbyeTimeout = .milliseconds(1500)
            }
            let start = ContinuousClock.now
            let unsent = await socket.io.shutdown()
            #expect(ContinuousClock.now - start >= .milliseconds(1590))
            #expect(unsent.messages == 1)
        },
    ]

    /// A client with that change gives up no sooner than `limit`, and before one without.
    private static func checkItEndsInTime(
        _ probe: OptionProbe, _ change: @Sendable (inout ClientOptions) -> Void, _ limit: Duration
    ) async throws {
        let server = try silentServer()
        let (patient, other) = (try await probe.client { $0.timeout = nil }, try await probe.client(change))
        let errors = Inbox<SocketIOError>()
        let waiting = Task { errors.put(try await patient.failure(url: server.url)) }
        _ = try await server.requests.next()
        let start = ContinuousClock.now
        let error = try await other.failure(url: server.url)
        #expect(error.code == .timedOut && ContinuousClock.now - start >= limit - .milliseconds(10), "\(error)")
        // On a busy machine it may not have come to its request.
        #expect(errors.all.isEmpty && server.requests.all.count <= 1)
        server.stop()
        try await waiting.value
        #expect(errors.all.first?.code != .timedOut)
    }

    /// Takes requests and does not answer them.
    private static func silentServer() throws -> ScriptedServer {
        try ScriptedServer { connection in
            try connection.readHTTPRequest()
            try connection.hang()
        }
    }

    /// Takes no event once the namespace is connected.
    private static func deafServer() -> FaultyServer { FaultyServer(isDeaf: true) }

    /// A socket with an event that the server does not take.
    private static func stuckSocket(
        _ probe: OptionProbe, _ url: String, _ change: (inout ClientOptions) -> Void
    ) async throws -> Socket {
        var options = quickOptions(probe.transport, reconnects: false)
        options.timeout = standardDeadline
        options.perMessageDeflate = nil
        change(&options)
        let socket = try Manager(url, options).socket()
        try await socket.waitUntilConnected()
        // More than the system's buffers take.
        try socket.emit("note", String(repeating: "x", count: probe.transport == .polling ? 1 : 20_000_000))
        return socket
    }

    // MARK: Limits

    static let limits = [
        OptionRow("limits.attachments") { probe in
            let change = { (options: inout ClientOptions) in options.limits.attachments = 1 }
            _ = try await probe.session(change) { try await $0.echo([1]) }
            let end = try await disconnection(probe, change) { try await $0.echo([1], [2]) }
            #expect(end.reason == .parseError)
            let standard = try await probe.client().session { try await $0.echo([1], [2]) }
            #expect(standard.arguments(of: "echo").map(\.?.count) == [2])
        },
        OptionRow("limits.messageBytes") { probe in
            let change = { (options: inout ClientOptions) in options.limits.messageBytes = 20_000 }
            _ = try await probe.session(change) { try await $0.receive(10_000) }
            let end = try await disconnection(probe, change) { try await $0.receive(30_000) }
            #expect(end.error?.code == .limitExceeded, "\(end)")
            _ = try await probe.client().session { try await $0.receive(30_000) }
        },
        OptionRow("limits.waitingBytes") { probe in
            let session = try await probe.session({ $0.limits.waitingBytes = 250 }) { socket in
                try await socket.emitNotes(3, { "\($0)" + String(repeating: "x", count: 80) }, failing: 1)
            }
            #expect(session.arguments(of: "note").map(\.?.first?.string?.first) == ["0", "1"])
        },
        OptionRow("limits.waitingEvents") { probe in
            let session = try await probe.session({ $0.limits.waitingEvents = 3 }) { socket in
                try await socket.emitNotes(5, { $0 }, failing: 2)
            }
            #expect(session.arguments(of: "note") == [[0], [1], [2]])
        },
        OptionRow("limits.whenFull") { probe in
            for (policy, expected) in [
                (Limits.FullPolicy.dropOldest, [[2], [3], [4]]), (.dropNewest, [[0], [1], [2]]),
            ]
                as [(Limits.FullPolicy, [[PeerValue]])]
            {
                let session = try await probe.session({
                    $0.limits.waitingEvents = 3
                    $0.limits.whenFull = policy
                }) { try await $0.emitNotes(5, { $0 }, failing: 0) }
                #expect(session.arguments(of: "note") == expected)
            }
        },
    ]

    /// How a session ends that does not survive `body`.
    private static func disconnection(
        _ probe: OptionProbe, _ change: (inout ClientOptions) -> Void, _ body: (Socket) async throws -> Void
    ) async throws -> Disconnection {
        var options = try await probe.client(change).options
        options.reconnection = false
        let socket = try Manager(try await plain.value.url, options).socket()
        let ends = Inbox<Disconnection>()
        socket.on(.disconnect) { ends.put($0) }
        socket.connect()
        do { try await body(socket) } catch let error as SocketIOError { #expect(error.code == .disconnected) }
        let end = try await ends.next()
        // What was on its way then may not have been answered.
        await socket.io.shutdown()
        return end
    }
}

extension Socket {
    fileprivate func echo(_ bytes: Binary...) async throws {
        try await waitUntilConnected()
        let answer = try await emitWithAck("echo", arguments: bytes.map { .binary($0) })
        #expect(answer == bytes.map { .binary($0) })
    }

    /// Gets an event of so many bytes, or is disconnected.
    fileprivate func receive(_ count: Int) async throws {
        try await waitUntilConnected()
        _ = try await emitWithAck("big", arguments: [.integer(Int64(count))])
    }

    /// Emits before it is connected, which fails so often.
    fileprivate func emitNotes<Value: Encodable & Sendable>(
        _ count: Int, _ value: (Int) -> Value, failing failures: Int
    ) async throws {
        var errors: [SocketIOError] = []
        for number in 0..<count {
            do { try emit("note", value(number)) } catch { errors.append(error) }
        }
        #expect(errors.map(\.code) == Array(repeating: .limitExceeded, count: failures))
        try await waitUntilConnected()
        try await io.flush()
    }
}
