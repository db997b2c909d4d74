import SocketIO
import TestSupport
import Testing

/// A process that may open hardly any files.
@Suite(.serialized, .timeLimit(.minutes(5))) struct DescriptorTests {
    private func run(limit: Int, _ program: String, _ arguments: String...) async throws -> ChildProcess.Output {
        let command = "ulimit -n \(limit) && exec \"$0\" \"$@\""
        return try await ChildProcess.run(
            "sh", ["-c", command, try Repository.program(program)] + arguments,
            environment: ["SWIFT_BACKTRACE": "enable=no"])
    }

    @Test(arguments: Array(4...20) + [256])
    func theIOThreadStartsOrSaysWhyNot(limit: Int) async throws {
        let run = try await run(limit: limit, "Lifecycle", "start")
        #expect(run.status == 0, "\(run.stderr)")
        let failure = "the I/O thread could not be started: Too many open files\n"
        #expect(run.stdout == failure || limit > 10 && run.stdout == "started\n", "\(run.stdout)")
        #expect(limit < 256 || run.stdout == "started\n")
    }

    /// The I/O thread does not start, or it does, and then the connection is refused or fails.
    @Test(arguments: 4...20)
    func aProgramEndsWithAnError(limit: Int) async throws {
        let run = try await run(limit: limit, "sio", "emit", "--timeout", "20", "http://127.0.0.1:1", "event")
        #expect(run.status == 1, "\(run.stderr)")
        #expect(run.stderr.hasPrefix("sio: ") && run.stderr.split(separator: "\n").count == 1, "\(run.stderr)")
        #expect(run.stderr.contains("oo many open files") || run.stderr.contains("connection refused"), "\(run.stderr)")
        if limit <= 10 { #expect(run.stderr.contains("Too many open files"), "\(run.stderr)") }
    }

    @Test(arguments: TransportKind.allCases, ["127.0.0.1", "localhost"])
    func aConnectionFailsWithAnError(_ transport: TransportKind, host: String) async throws {
        let server = try ScriptedServer { try $0.hang() }
        let run = try await run(
            limit: 64, "Lifecycle", "exhaust", "http://\(host):\(server.port)", transport.rawValue, "0")
        let prefix = transport == .polling ? "xhr poll error: " : host == "localhost" ? "" : "websocket error: "
        #expect(run.status == 0, "\(run.stderr)")
        #expect(run.stdout.hasPrefix(prefix) && run.stdout.contains("too many open files"), "\(run.stdout)")
    }
}
