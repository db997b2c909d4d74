import EngineIO
import SocketIOProtocol
import TestSupport
import Testing

/// A connection that is made to find out what becomes of it.
@Suite(.timeLimit(.minutes(5))) struct ConnectionTrialTests {
    private func trial(
        _ url: String, _ change: (inout EngineOptions) -> Void = { _ in }
    ) throws -> ConnectionTrial {
        var options = EngineOptions()
        change(&options)
        return try ConnectionTrial(ServerURL(url), options)
    }

    @Test func theTimesAreInOrder() async throws {
        let certificates = try await TestCertificates.shared
        let server = try await PeerServer.start { $0.tls = .init(certificates.server) }
        let outcome = try await trial(server.url) { $0.ca = [.file(certificates.ca)] }.poll()
        #expect(try outcome.result.get().upgrades == [.websocket])
        let times = outcome.times
        let (lookUp, connect, tls) = (
            try #require(times.nameLookUp), try #require(times.connect), try #require(times.tls)
        )
        #expect(lookUp < connect && connect < tls && tls < times.end)
        #expect(outcome.connection?.remoteAddress == server.authority)
        #expect(outcome.connection?.tls?.chain.first?.subject == "CN=localhost,O=Test")
        try await server.stop()
    }

    @Test func aFailedHandshakeHasItsTimesAndChain() async throws {
        let certificates = try await TestCertificates.shared
        let server = try await PeerServer.start { $0.tls = .init(certificates.serverExpired) }
        let outcome = try await trial(server.url) { $0.ca = [.file(certificates.ca)] }.poll()
        #expect(outcome.error?.code == .certificateRejected)
        #expect(outcome.times.tls == nil)
        #expect(try #require(outcome.times.connect) < outcome.times.end)
        let tls = try #require(outcome.connection?.tls)
        #expect(tls.version == "TLSv1.3" && !tls.cipher.isEmpty)
        #expect(tls.chain.map(\.subject) == ["CN=localhost,O=Test"])
        #expect(tls.verificationFailure == outcome.error?.certificate)
        try await server.stop()
    }

    @Test func theDeadlineNamesThePhase() async throws {
        let server = try ScriptedServer { try $0.hang() }
        for (url, phase) in [(server.url, SocketIOError.Phase.http), ("https://\(server.authority)", .tls)] {
            let outcome = try await trial(url) { $0.timeout = .seconds(3) }.poll()
            #expect(outcome.error?.code == .timedOut && outcome.error?.phase == phase)
            #expect(outcome.times.connect != nil && outcome.times.end >= .seconds(2))
        }
        server.stop()
    }

    @Test func whatListensNowhereHasNoTimeOfAConnection() async throws {
        let outcome = try await trial("http://127.0.0.1:\(try refusingPort())").poll()
        #expect(outcome.error?.phase == .tcp)
        #expect(outcome.times.connect == nil)
    }

    @Test func theGoodbyeHasADeadline() async throws {
        let server = try ScriptedServer { connection in
            try connection.readHTTPRequest()
            try connection.respond(body: ScriptedServer.openPacket())
            try connection.hang()
        }
        let trial = try trial(server.url)
        let start = ContinuousClock.now
        let outcome = try await withDeadline(standardDeadline, "the trial's end") { await trial.poll() }
        #expect(outcome.error == nil)
        #expect(ContinuousClock.now - start - outcome.times.end >= .milliseconds(900), "the goodbye does not count")
        server.stop()
    }

    @Test func namesAreLookedUp() async throws {
        let local = try trial("http://localhost") { $0.family = .ipv4 }
        #expect(try await local.resolve().get() == ["127.0.0.1"])
        #expect(try await trial("http://[::1]").resolve().get() == ["::1"])
        let unknown = try await trial("http://no-such-host.invalid").resolve()
        guard case .failure(let error) = unknown else { throw SupportError("it resolves") }
        #expect(error.phase == .dns)
    }

    @Test func theProxyIsLookedUpInstead() throws {
        let trial = try trial("https://example.com") { $0.agent.proxy = "http://user:secret@proxy.example:3128" }
        #expect(trial.host == "proxy.example")
        #expect(trial.proxy?.authority == "proxy.example:3128")
        #expect(trial.verifiedHost == "example.com")
    }

    @Test func unusableOptionsAreTold() {
        #expect(throws: SocketIOError.self) { try trial("https://h") { $0.ca = [.file("/no/such/file")] } }
    }
}
