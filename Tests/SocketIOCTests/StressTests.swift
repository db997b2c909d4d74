import Testing
import TestSupport

/// The C library from eight threads, with whatever sanitizer the tests are built with.
@Suite(.timeLimit(.minutes(5))) struct StressTests {
    /// They make, use and free managers, their own and one another's, while the server comes and goes. The program counts
    /// that every acknowledgement and every destructor ends once.
    @Test func eightThreadsAndARestartingServer() async throws {
        let server = try await PeerServer.start { $0.logsEvents = false }
        let restarting = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: .seconds(3))
                try await server.restart()
            }
        }
        let run = try await ChildProcess.run(
            Repository.program("CStress"), [server.url, "10"], within: .seconds(120))
        restarting.cancel()
        _ = await restarting.result
        #expect(run.status == 0, "\(run.stderr)")
        #expect(run.stdout.contains(" 0 failed"))
        try await server.stop()
    }
}
