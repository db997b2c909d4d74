import EngineIO
import SocketIOProtocol
import TestSupport
import Testing

/// Polling over TLS. What TLS itself decides is tested with `TLSContext`.
@Suite(.timeLimit(.minutes(5))) struct PollingTLSTests {
    private static let versions = ["1.2", "1.3"]

    private let certificates: TestCertificates

    init() async throws { certificates = try await .shared }

    private func server(
        _ identity: TestCertificates.Identity, clientCA: String? = nil, version: String? = nil
    ) async throws -> PeerServer {
        try await PeerServer.start {
            $0.tls = .init(identity, clientCA: clientCA, minVersion: version, maxVersion: version)
            $0.upgrades = false
            // With aiohttp it reads only the beginning of a large POST.
            $0.framework = .asgi
        }
    }

    private func probe(
        _ url: String, client: TestCertificates.Identity? = nil, rejectUnauthorized: Bool = true
    ) throws -> TransportProbe {
        var options = TLSOptions()
        options.ca = [.file(certificates.ca)]
        options.cert = client.map { .file($0.certificate) }
        options.key = client.map { .file($0.key) }
        options.rejectUnauthorized = rejectUnauthorized
        let tls = try TLSContext(options, host: try ServerURL(url).host)
        return try TransportProbe(polling: url, tls: tls)
    }

    @Test(arguments: versions)
    func carriesMessagesBothWays(version: String) async throws {
        let server = try await server(certificates.server, clientCA: certificates.ca, version: version)
        let probe = try probe("https://localhost:\(server.port)", client: certificates.client)
        try await probe.handshake()
        await probe.send(EnginePacket(.message, text: "0"))
        #expect(try await probe.nextPacket().data.bytes.text.hasPrefix("0{"))
        let text = #"2["echo",""# + String(repeating: "x", count: 900_000) + #""]"#
        await probe.send(EnginePacket(.message, text: text))
        #expect(try await probe.nextPacket() == EnginePacket(.message, text: text))
        await probe.close()
        #expect(try await probe.end() == nil)
    }

    @Test(arguments: versions)
    func saysWhyACertificateIsRefused(version: String) async throws {
        let server = try await server(certificates.serverExpired, version: version)
        let probe = try probe("https://localhost:\(server.port)")
        await probe.open()
        let error = try await probe.failure()
        #expect(error.code == .certificateRejected)
        #expect(error.phase == .tls)
        #expect(error.transport == .polling)
        #expect(error.certificate?.code == 10)
        #expect(
            error.message
                == "xhr poll error: certificate verify failed: certificate has expired "
                + "(depth 0, subject CN=localhost,O=Test, issuer CN=Test CA,O=Test, "
                + "valid from 2020-01-01T00:00:00Z to 2020-01-02T00:00:00Z)")
    }

    @Test(arguments: [("localhost", 62), ("127.0.0.1", 64)])
    func refusesACertificateForAnotherHost(host: String, code: Int) async throws {
        let server = try await server(certificates.serverWrongName)
        let probe = try probe("https://\(host):\(server.port)")
        await probe.open()
        #expect(try await probe.failure().certificate?.code == code)
    }

    @Test func acceptsEveryCertificateIfTold() async throws {
        let server = try await server(certificates.serverOtherCA)
        let probe = try probe("https://localhost:\(server.port)", rejectUnauthorized: false)
        try await probe.handshake()
    }

    @Test(arguments: versions)
    func saysThatAClientCertificateIsMissing(version: String) async throws {
        let server = try await server(certificates.server, clientCA: certificates.ca, version: version)
        for _ in 0..<4 {
            let probe = try probe("https://localhost:\(server.port)")
            await probe.open()
            let error = try await probe.failure()
            #expect(error.code == .tls)
            #expect(error.phase == .tls)
            #expect(error.clientCertificateRequested == true)
            #expect(error.message.hasPrefix("xhr poll error: "))
            #expect(
                error.message.contains(
                    "the server asked for a client certificate\(PeerServer.issuers); none was configured"))
        }
    }

    @Test(arguments: versions)
    func saysThatTheClientCertificateIsRefused(version: String) async throws {
        let server = try await server(certificates.server, clientCA: certificates.ca, version: version)
        let probe = try probe("https://localhost:\(server.port)", client: certificates.clientOtherCA)
        await probe.open()
        let error = try await probe.failure()
        #expect(error.clientCertificateRequested == true)
        #expect(!error.message.contains("none was configured"))
    }

    @Test(arguments: ["HTTP/1.1 400 Bad Request\r\n\r\n", "\0\0\0\0\0\0\0\0", ""])
    func serverThatSpeaksNoTLS(answer: String) async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.read(5)
            try connection.write(answer)
        }
        let probe = try probe("https://127.0.0.1:\(server.port)")
        await probe.open()
        let error = try await probe.failure()
        #expect(error.code == .tls)
        #expect(error.phase == .tls)
    }
}
