import TestSupport
import Testing

/// Twenty thousand events take four times as long as five thousand: nothing that waits is copied for each that comes.
@Suite(.timeLimit(.minutes(5))) struct MassTests {
    @Test(arguments: ["polling", "websocket"], ["connected", "buffered", "acks"])
    func emittingIsLinear(_ transport: String, _ how: String) async throws {
        let server = try await PeerServer.start { $0.logsEvents = false }
        let run = try await ChildProcess.run(
            Repository.program("Lifecycle"), ["masses", server.url, transport, how, "5000"], within: standardDeadline)
        #expect(run.status == 0, "\(run.stderr)")
        let times = run.stdout.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        try #require(times.count == 2)
        #expect(times[1] / times[0] < 9)
    }
}
