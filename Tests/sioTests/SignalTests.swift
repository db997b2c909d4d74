import Glibc
import TestSupport
import Testing

/// SIGINT and SIGTERM: the server is told, and the parent sees the signal.
@Suite(.serialized, .timeLimit(.minutes(5))) struct SignalTests {
    private static let signals = [SIGINT, SIGTERM]
    private static let transports = ["polling", "websocket"]

    private func start(_ arguments: String...) throws -> ChildProcess {
        // Behind the guard of `startSIO`, SIGINT would be ignored.
        try ChildProcess(try Repository.program("sio"), arguments)
    }

    @Test(arguments: signals, transports)
    func endListen(_ signal: Int32, _ transport: String) async throws {
        let server = try await PeerServer.start()
        let listener = try start("listen", "-v", "--for", "600", "--transports", transport, server.url)
        try await eventually("the connection") { listener.stderr.contains("\nconnected ") }
        listener.signal(signal)
        #expect(try await listener.waitForEndingSignal() == signal)
        #expect(try await server.next(.disconnect).reason == "client disconnect")
        #expect(listener.stderr.hasSuffix("\ndisconnected io client disconnect\n"), "\(listener.stderr)")
        try await server.stop()
    }

    @Test(arguments: signals, transports)
    func endEmit(_ signal: Int32, _ transport: String) async throws {
        let server = try await PeerServer.start()
        let emitter = try start("emit", "--ack", "--timeout", "600", "--transports", transport, server.url, "silent")
        _ = try await server.next(.event)
        emitter.signal(signal)
        #expect(try await emitter.waitForEndingSignal() == signal)
        #expect(try await server.next(.disconnect).reason == "client disconnect")
        #expect(emitter.stdout == "" && emitter.stderr == "")
        try await server.stop()
    }

    @Test(arguments: ["listen", "emit"], transports)
    func endTheWaitForAConnection(_ command: String, _ transport: String) async throws {
        for signal in Self.signals {
            let server = try ScriptedServer { try $0.hang() }
            defer { server.stop() }
            let event = command == "emit" ? ["x"] : []
            let process = try ChildProcess(
                try Repository.program("sio"),
                [command, "--timeout", "600", "--transports", transport, server.url] + event)
            try await eventually("a connection") { server.connectionCount > 0 }
            process.signal(signal)
            #expect(try await process.waitForEndingSignal() == signal)
            #expect(process.stdout == "" && process.stderr == "")
        }
    }

    @Test func endWithoutAnAnswerToTheGoodbye() async throws {
        let server = try EventServer(readsEvents: false).start()
        defer { server.stop() }
        let listener = try start("listen", "-v", "--transports", "websocket", server.url)
        try await eventually("the connection") { listener.stderr.contains("\nconnected ") }
        listener.signal(SIGTERM)
        #expect(try await listener.waitForEndingSignal() == SIGTERM)
    }

    /// The second one is the one that ends it: with the first, it would be after the goodbye's second.
    @Test func aSecondOneEndsItAtOnce() async throws {
        let server = try EventServer(readsEvents: false).start()
        defer { server.stop() }
        let listener = try start("listen", "-v", "--transports", "websocket", server.url)
        try await eventually("the connection") { listener.stderr.contains("\nconnected ") }
        listener.signal(SIGINT)
        listener.signal(SIGTERM)
        #expect(try await listener.waitForEndingSignal() == SIGTERM)
    }

    @Test func endItWhileNobodyReads() async throws {
        let server = try EventServer(events: [#"["large","\#(String(repeating: "x", count: 200_000))"]"#]).start()
        defer { server.stop() }
        let directory = try TemporaryDirectory()
        let path = directory.file("output")
        try #require(mkfifo(path, 0o600) == 0)
        let reader = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        try #require(reader >= 0)
        defer { close(reader) }
        let listener = try ChildProcess(
            "sh",
            [
                "-c", #"exec "$0" listen --transports polling "$1" >"$2""#, try Repository.program("sio"), server.url,
                path,
            ])
        try await eventually("a full pipe") {
            var pipe = pollfd(fd: reader, events: Int16(POLLOUT), revents: 0)
            return poll(&pipe, 1, 0) == 0
        }
        listener.signal(SIGTERM)
        #expect(try await listener.waitForEndingSignal() == SIGTERM)
        _ = try await server.requests.next("the goodbye") { $0.method == "POST" && $0.text.hasPrefix("41") }
    }

    @Test func whatIsIgnoredStaysSo() async throws {
        let server = try await PeerServer.start()
        let listener = try ChildProcess(
            "sh",
            ["-c", #"trap '' INT; exec "$0" listen -v --count 1 "$1""#, try Repository.program("sio"), server.url])
        try await eventually("the connection") { listener.stderr.contains("\nconnected ") }
        listener.signal(SIGINT)
        try server.emit("still there")
        #expect(try await listener.waitForExit() == 0)
        #expect(listener.stdout == #"{"event":"still there","args":[]}"# + "\n")
        try await server.stop()
    }

    @Test(arguments: signals)
    func endTheDoctor(_ signal: Int32) async throws {
        let server = try ScriptedServer { try $0.hang() }
        defer { server.stop() }
        let doctor = try start("doctor", "--timeout", "600", server.url)
        try await eventually("a connection") { server.connectionCount > 0 }
        doctor.signal(signal)
        #expect(try await doctor.waitForEndingSignal() == signal)
    }
}
