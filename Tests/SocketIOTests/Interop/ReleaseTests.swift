import Foundation
import Testing
import TestSupport

/// What connections leave behind: nothing.
@Suite(.timeLimit(.minutes(5))) struct ReleaseTests {
    private struct Holdings: Decodable {
        var threads: Int
        var descriptors: Int
        var kilobytes: Int
        var bytes: Int
    }

    private static let isSanitized = CommandLine.arguments.first?.contains(".build-") == true

    /// The thread starts and ends each time, and with it libcurl's handles and libwebsockets' connections.
    @Test(arguments: ["polling", "websocket"])
    func twoHundredConnectionsLeaveNothing(_ transport: String) async throws {
        let server = try await Way.websocket.server()
        try await leavesNothing(["cycle", server.url, transport, "200"])
    }

    /// With the thread goes what it worked with: the loop, libwebsockets' context, and not one descriptor of others.
    ///
    /// Version 4.1 of libwebsockets is meant; what cannot be destroyed of others is kept.
    @Test func twoHundredStartsOfTheThreadLeaveNothing() async throws {
        let server = try await Way.websocket.server()
        let run = try await ChildProcess.run(
            Repository.program("Lifecycle"), ["restart", server.url, "both", "200"],
            // Without what threads put by for their next allocation.
            environment: ["GLIBC_TUNABLES": "glibc.malloc.tcache_count=0", "ASAN_OPTIONS": "detect_leaks=1"],
            within: .seconds(240))
        #expect(run.status == 0, "\(run.stderr)")
        let holdings = try JSONDecoder().decode([Holdings].self, from: Data(run.stdout.utf8))
        try #require(holdings.count == 3)
        // A pipe is libuv's own for all its loops, and Swift's tasks may need a timer more.
        #expect(holdings[1].descriptors <= holdings[0].descriptors + 3)
        #expect(holdings[2].descriptors <= holdings[1].descriptors)
        #expect(holdings[2].threads <= holdings[0].threads + 2)
        // 160 bytes a round.
        #expect(holdings[2].bytes < holdings[1].bytes + 32_000)
    }

    /// Contexts, virtual hosts and pools go when the last connection that used them does.
    @Test(arguments: ["polling", "websocket"])
    func fiveHundredRotationsLeaveNothing(_ transport: String) async throws {
        let server = try await Way.websocketTLS.startServer()
        try await leavesNothing(["rotate", server.url, transport, "500", try await TestCertificates.shared.directory])
        try await server.stop()
    }

    private func leavesNothing(_ arguments: [String]) async throws {
        let run = try await ChildProcess.run(
            "env", ["ASAN_OPTIONS=detect_leaks=1", Repository.program("Lifecycle")] + arguments, within: .seconds(240))
        #expect(run.status == 0, "\(run.stderr)")
        let holdings = try JSONDecoder().decode([Holdings].self, from: Data(run.stdout.utf8))
        let (before, after) = (try #require(holdings.first), try #require(holdings.last))
        // Swift's own threads come and go.
        #expect(after.threads <= before.threads + 2)
        #expect(after.descriptors <= before.descriptors + 2)
        // A sanitizer keeps what was freed for a while.
        #expect(after.kilobytes < before.kilobytes + (Self.isSanitized ? 1 << 20 : 8192))
    }

    /// Though a handler that uses its own socket keeps the manager alive.
    @Test(arguments: ["polling", "websocket", "polling,websocket"], [false, true])
    func aClosedManagerHasNothingOpen(_ transports: String, _ isSecure: Bool) async throws {
        let server = try await (isSecure ? Way.websocketTLS : .websocket).server()
        let certificates = isSecure ? [try await TestCertificates.shared.directory] : []
        let run = try await ChildProcess.run(
            Repository.program("Lifecycle"), ["closed", server.url, transports] + certificates)
        #expect(run.stdout == "open\nclosed\n")
        #expect(run.status == 0, "\(run.stderr)")
    }

    private func end(_ how: String, _ transport: String) async throws -> (stdout: String, reason: String?) {
        // A server that would miss a client that is gone after twenty seconds.
        let server = try await Way.websocket.startServer()
        let run = try await ChildProcess.run(
            "env", [Repository.program("Lifecycle"), "end", server.url, transport, how], within: standardDeadline)
        #expect(run.status == 0, "\(run.stderr)")
        let reason = try await server.next(.disconnect).reason
        try await server.stop()
        return (run.stdout, reason)
    }

    /// The option `closeOnBeforeunload`: the server is told, and nobody else.
    @Test(arguments: ["polling", "websocket"])
    func theServerIsToldAtTheProgramsEnd(_ transport: String) async throws {
        let (stdout, reason) = try await end("return", transport)
        #expect(stdout == "end\n")
        #expect(reason == (transport == "polling" ? "client disconnect" : "transport close"))
    }

    @Test(arguments: ["polling", "websocket"])
    func aProgramRunsUntilItsConnectionsAreClosed(_ transport: String) async throws {
        #expect(try await end("run", transport).stdout == "disconnect io server disconnect\nend\n")
    }

    @Test func aProgramWithoutAConnectionIsNotKeptRunning() async throws {
        let run = try await ChildProcess.run(Repository.program("Lifecycle"), ["idle"], within: standardDeadline)
        #expect(run.status == 0)
    }

    /// The option `autoUnref`.
    @Test func aConnectionThatDoesNotCountKeepsNoProgramRunning() async throws {
        #expect(try await end("unref", "websocket").stdout == "end\n")
    }

    /// At a hundred moments, from before the first connection to the exchange of events.
    @Test func aProgramCanEndAtAnyMoment() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let (plain, secure) = (try await Way.websocket.server().url, try await Way.websocketTLS.server().url)
        let certificates = try await TestCertificates.shared.directory
        let ends = (0..<100).map { index in
            let isSecure = Bool.random(using: &random)
            let transport = ["polling", "websocket", "polling,websocket"][index % 3]
            let how = ["exit", "return", "_exit"].randomElement(using: &random) ?? "exit"
            let delay = String(Int.random(in: 0...50_000, using: &random))
            return ["leave", isSecure ? secure : plain, transport, how, delay] + (isSecure ? [certificates] : [])
        }
        // Four at a time.
        try await withThrowingTaskGroup { group in
            for first in 0..<4 {
                group.addTask {
                    for arguments in stride(from: first, to: ends.count, by: 4).map({ ends[$0] }) {
                        let run = try await ChildProcess.run(Repository.program("Lifecycle"), arguments)
                        let isSilent = run.status == 0 && run.stdout.isEmpty && run.stderr.isEmpty
                        #expect(isSilent, "seed \(seed), \(arguments): status \(run.status), \(run.stderr)")
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    // MARK: Where there is no thread

    @Test(arguments: ["polling", "websocket"])
    func aForkedChildIsToldAndTheParentGoesOn(_ transport: String) async throws {
        let server = try await Way.websocket.server()
        let run = try await ChildProcess.run(
            Repository.program("Lifecycle"), ["fork", server.url, transport], within: standardDeadline)
        #expect(run.stdout == "the child has ended with 0\nthe parent has 3\n")
        #expect(run.status == 0, "\(run.stderr)")
    }

    /// A sanitizer's own memory would have no room.
    @Test(.enabled(if: !isSanitized)) func aThreadThatCannotBeStartedIsAnError() async throws {
        let run = try await ChildProcess.run(
            Repository.program("Lifecycle"), ["starved", "http://127.0.0.1:1"], within: standardDeadline)
        #expect(
            run.stdout == "the I/O thread could not be started: Resource temporarily unavailable\nstarted\n")
        #expect(run.status == 0, "\(run.stderr)")
    }
}
