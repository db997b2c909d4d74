import SocketIO
import TestSupport
import Testing

extension OptionPage {
    // MARK: Reconnection

    static let reconnection = [
        OptionRow("reconnection") { probe in
            for reconnects in [true, false] {
                let client = try await probe.client {
                    $0.reconnection = reconnects
                    $0.reconnectionDelay = .milliseconds(1)
                    $0.reconnectionDelayMax = .milliseconds(1)
                }
                try await withSocket(client.server.url, client.options) { socket in
                    let ends = Inbox<Disconnection>()
                    socket.on(.disconnect) { ends.put($0) }
                    try await socket.waitUntilConnected()
                    let first = try #require(socket.id)
                    try client.server.kill(first)
                    _ = try await ends.next()
                    if reconnects { try await eventually { socket.id != nil && socket.id != first } }
                    // What came before it has been told by then.
                    _ = try await probe.session()
                }
                let handshakes = client.requests.filter { $0.query?["sid"] == nil }
                #expect(handshakes.count == (reconnects ? 2 : 1))
            }
        },
        OptionRow("reconnectionAttempts") { probe in
            let server = RefusingServer()
            let limited = try await probe.client { $0.reconnectionAttempts = 2 }
            try await withSocket(try server.start(), limited.options) { socket in
                let ends = Inbox<Void>()
                socket.io.on(.reconnectFailed) { ends.put(()) }
                socket.connect()
                try await ends.next()
            }
            #expect(server.attempts.all.count == 3)
            // There is no limit.
            _ = try await attempts(5, probe) { _ in }
        },
        OptionRow("reconnectionDelay") { probe in
            let delays = try await attempts(4, probe) {
                $0.randomizationFactor = 0
                $0.reconnectionDelay = .milliseconds(60)
                $0.reconnectionDelayMax = .seconds(3600)
            }
            // It doubles each time.
            for (delay, limit) in zip(delays, [57, 117, 237]) { #expect(delay >= .milliseconds(limit)) }
            // One with a long delay makes one attempt, while another makes many.
            let server = RefusingServer()
            let slow = try await probe.client {
                $0.reconnectionDelay = .seconds(3600)
                $0.reconnectionDelayMax = .seconds(3600)
            }
            try await withSocket(try server.start(), slow.options) { socket in
                socket.connect()
                _ = try await attempts(5, probe) { $0.reconnectionDelay = .milliseconds(10) }
                #expect(server.attempts.all.count == 1)
            }
        },
        OptionRow("reconnectionDelayMax") { probe in
            try await expectDelays(4, of: 60, probe) {
                $0.randomizationFactor = 0
                $0.reconnectionDelay = .seconds(3600)
                $0.reconnectionDelayMax = .milliseconds(60)
            }
        },
        // With the default, eight delays in a row that are no shorter are one in 256.
        OptionRow("randomizationFactor") { probe in
            try await expectDelays(9, of: 40, probe) {
                $0.randomizationFactor = 0
                $0.reconnectionDelay = .milliseconds(40)
                $0.reconnectionDelayMax = .milliseconds(40)
            }
        },
        OptionRow("autoConnect") { probe in
            let (lazy, eager) = (try await probe.client(), try await probe.client { $0.autoConnect = true })
            let sockets = [try io(lazy.server.url, lazy.options), try io(eager.server.url, eager.options)]
            _ = try await eager.server.next(.connect) { $0.headers?["x-row"] == eager.mark }
            #expect(lazy.requests.isEmpty)
            sockets[0].connect()
            _ = try await eager.server.next(.connect) { $0.headers?["x-row"] == lazy.mark }
            for socket in sockets { await socket.io.shutdown() }
        },
    ]

    /// Answers each attempt with an error, and tells when it came.
    private final class RefusingServer: Sendable {
        let attempts = Inbox<ContinuousClock.Instant>()
        private let server = Inbox<ScriptedServer>()

        func start() throws -> String {
            let server = try ScriptedServer { [attempts] connection in
                try connection.readHTTPRequest()
                attempts.put(.now)
                try connection.respond(503)
            }
            self.server.put(server)
            return server.url
        }
    }

    /// The times between attempts that fail.
    private static func attempts(
        _ count: Int, _ probe: OptionProbe, _ change: (inout ClientOptions) -> Void
    ) async throws -> [Duration] {
        let server = RefusingServer()
        return try await withSocket(try server.start(), probe.client(change).options) { socket in
            socket.connect()
            var times: [ContinuousClock.Instant] = []
            for _ in 0..<count { times.append(try await server.attempts.next()) }
            return zip(times.dropFirst(), times).map { $0 - $1 }
        }
    }

    /// None between so many attempts is shorter than `milliseconds`, but for what clocks and timers round.
    private static func expectDelays(
        _ count: Int, of milliseconds: Int, _ probe: OptionProbe, _ change: (inout ClientOptions) -> Void
    ) async throws {
        let limit = Duration.milliseconds(milliseconds) * 0.95
        for delay in try await attempts(count, probe, change) { #expect(delay >= limit) }
    }

    // MARK: Namespaces

    static let namespaces = [
        OptionRow("auth") { probe in
            #expect(try await probe.session().connect?.auth?["token"] == nil)
            let session = try await probe.session { $0.auth = .value(["token": "abc"]) }
            #expect(session.connect?.auth == ["token": "abc"])
        },
        OptionRow("retries") { probe in
            for retries in [nil, 2] {
                let session = try await probe.session({
                    $0.retries = retries
                    $0.ackTimeout = .milliseconds(50)
                }) { socket in
                    try await socket.waitUntilConnected()
                    let error = await #expect(throws: SocketIOError.self) {
                        let _: Int = try await socket.emitWithAck("silent", 1)
                    }
                    #expect(error?.code == .timedOut)
                }
                #expect(session.arguments(of: "silent") == Array(repeating: [1], count: 1 + (retries ?? 0)))
            }
        },
        OptionRow("ackTimeout") { probe in
            let ends = Inbox<SocketIOError>()
            let session = try await probe.client().session { patient in
                try await patient.exchange()
                let answer = Task { () async -> Void in
                    do { let _: Int = try await patient.emitWithAck("silent") } catch {
                        if let error = error as? SocketIOError { ends.put(error) }
                    }
                }
                let session = try await probe.session({ $0.ackTimeout = .milliseconds(50) }) { socket in
                    try await socket.waitUntilConnected()
                    let error = await #expect(throws: SocketIOError.self) {
                        let _: Int = try await socket.emitWithAck("silent")
                    }
                    #expect(error?.code == .timedOut)
                }
                #expect(session.arguments(of: "silent") == [[]])
                #expect(ends.all.isEmpty)
                answer.cancel()
                await answer.value
            }
            #expect(session.arguments(of: "silent") == [[]])
            #expect(ends.all.map(\.code) == [.cancelled])
        },
    ]

    // MARK: The program's end

    /// In programs of their own.
    static let end = [
        OptionRow("autoUnref") { probe in
            // The one that counts ends when the server has disconnected it.
            let (counting, other) = (try await program(probe, "run"), try await program(probe, "unref"))
            #expect(counting.stdout == "disconnect io server disconnect\nend\n")
            #expect(other.stdout == "end\n")
        },
        OptionRow("closeOnBeforeunload", only: .polling, "a WebSocket ends either way") { probe in
            let server = try await plain.value
            let told = try await program(probe, "return")
            _ = try await server.next(.disconnect) { $0.sid == told.sid }
            let untold = try await program(probe, "abandon")
            // What came before it has been told by then.
            _ = try await probe.session()
            func posts(_ mark: String) -> Int {
                server.logs.all.filter { $0.query?["row"] == mark && $0.method == "POST" }.count
            }
            #expect(posts(told.mark) > 1 && posts(untold.mark) == 1)
        },
    ]

    private static func program(
        _ probe: OptionProbe, _ how: String
    ) async throws -> (stdout: String, sid: String?, mark: String) {
        let server = try await plain.value
        let mark = "\(UInt64.random(in: 0...UInt64.max))"
        let run = try await ChildProcess.run(
            Repository.program("Lifecycle"), ["end", "\(server.url)/?row=\(mark)", probe.transport.rawValue, how])
        #expect(run.status == 0, "\(run.stderr)")
        let connect = try await server.next(.connect) { $0.query?["row"] == mark }
        return (run.stdout, connect.sid, mark)
    }
}
