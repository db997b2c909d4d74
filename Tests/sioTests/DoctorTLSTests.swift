import SocketIO
import TestSupport
import Testing

/// The built `sio doctor` against servers whose TLS is not as it should be.
@Suite(.serialized, .timeLimit(.minutes(5))) struct DoctorTLSTests {
    private static let untried = ["polling skipped", "websocket skipped", "upgrade skipped", "namespace skipped"]

    struct BadCertificate: Sendable {
        let server: @Sendable (TestCertificates) -> TestCertificates.Identity
        var ca: @Sendable (TestCertificates) -> String = { $0.ca }
        let cause: String
        let advice: String
        var subject = "CN=localhost,O=Test"
    }

    @Test(arguments: [
        BadCertificate(
            server: { $0.serverExpired }, cause: "certificate has expired", advice: "Renew the server's certificate, "),
        BadCertificate(
            server: { $0.serverFuture }, cause: "certificate is not yet valid", advice: "Set this machine's clock, "),
        BadCertificate(
            server: { $0.server }, ca: { $0.otherCA }, cause: "unable to get local issuer certificate",
            advice: "Give the CA CN=Test CA,O=Test with --ca; "),
        BadCertificate(
            server: { $0.serverSelfSigned }, cause: "self-signed certificate",
            advice: "If this is the right server, give its certificate with --ca; "),
        BadCertificate(
            server: { $0.serverWrongName }, cause: "it is for DNS:wrong.example, not for 127.0.0.1",
            advice: "Use a URL with a name that the certificate is for (DNS:wrong.example), ",
            subject: "CN=wrong.example,O=Test"),
        BadCertificate(
            server: { $0.serverIncompleteChain }, cause: "unable to get local issuer certificate",
            advice: "have the server send its certificate behind its own."),
    ])
    func badCertificate(_ bad: BadCertificate) async throws {
        let certificates = try await TestCertificates.shared
        let server = try await PeerServer.start { $0.tls = .init(bad.server(certificates)) }
        let examination = try await Examination.run("--ca", bad.ca(certificates), server.url)
        #expect(examination.status == 12)
        #expect(examination.course == ["dns ok", "tcp ok", "tls failed"] + Self.untried)
        #expect(examination.cause(of: "tls").contains(bad.cause), "\(examination.cause(of: "tls"))")
        #expect(examination.advice(of: "tls").contains(bad.advice), "\(examination.advice(of: "tls"))")
        let details = examination.details(of: "tls")
        #expect(details["verified"] == false)
        #expect(details["version"] == "TLSv1.3" && details["cipher"]?.stringValue?.hasPrefix("TLS_") == true)
        #expect(details["clientCertificate"]?["requested"] == .some(.null), "it did not get so far")
        #expect(details["chain"]?[0]?["subject"] == .string(bad.subject), "what the server showed")
        #expect(details["verifyCode"]?.intValue ?? 0 > 0)
        try await server.stop()
    }

    @Test func theChainIsShownWhereItIsNotVerified() async throws {
        let certificates = try await TestCertificates.shared
        let server = try await PeerServer.start { $0.tls = .init(certificates.serverExpired) }
        let run = try await sio("doctor", "--ca", certificates.ca, server.url)
        #expect(run.status == 12)
        for text in [
            "✗ tls ", "  TLSv1.3, TLS_", ", NOT VERIFIED (certificate has expired)\n",
            "      0  subject  CN=localhost,O=Test\n",
            "         issuer   CN=Test CA,O=Test\n", "2020-01-01T00:00:00Z to 2020-01-02T00:00:00Z, EXPIRED ",
            "      cause:   certificate verify failed: certificate has expired (depth 0, ",
            "      advice:  Renew the server's certificate, ", "– polling ", "not tried: tls failed\n",
            "The first failing step is tls: status 12.\n",
        ] {
            #expect(run.stdout.contains(text), "\(text) in \(run.stdout)")
        }
        try await server.stop()
    }

    @Test(arguments: ["1.2", "1.3"], ["polling", "websocket"])
    func missingClientCertificate(_ version: String, _ transport: String) async throws {
        let certificates = try await TestCertificates.shared
        let server = try await PeerServer.start {
            $0.tls = .init(
                certificates.server, clientCA: certificates.ca, minVersion: version, maxVersion: version)
        }
        let examination = try await Examination.run(
            "--transports", transport, "--ca", certificates.ca, server.url)
        #expect(examination.status == 12, "\(examination.output)")
        #expect(examination.course == ["dns ok", "tcp ok", "tls failed"] + Self.untried)
        #expect(
            examination.cause(of: "tls").contains(
                "the server asked for a client certificate\(PeerServer.issuers); none was configured"))
        #expect(examination.advice(of: "tls").hasPrefix("Give --cert and --key with a certificate of "))
        #expect(examination.details(of: "tls")["verified"] == true, "the server's own was good")
        try await server.stop()
    }

    /// This server sends no alert. With TLS 1.3 it hangs up when the client has finished the handshake.
    @Test(arguments: ["1.2", "1.3"])
    func refusedClientCertificate(_ version: String) async throws {
        let certificates = try await TestCertificates.shared
        let server = try await PeerServer.start {
            $0.tls = .init(
                certificates.server, clientCA: certificates.ca, minVersion: version, maxVersion: version)
        }
        let client = certificates.clientOtherCA
        let examination = try await Examination.run(
            "--ca", certificates.ca, "--cert", client.certificate, "--key", client.key, server.url)
        #expect(examination.status == 12, "\(examination.output)")
        #expect(
            examination.advice(of: "tls").hasPrefix(
                PeerServer.isNode
                    ? "Give a certificate of one of these issuers: CN=Test CA,O=Test; "
                    : "The server seems to refuse this client certificate: "),
            "\(examination.output)")
        let tls = examination.details(of: "tls")
        #expect(tls["version"] == .string("TLSv\(version)"))
        #expect(tls["cipher"]?.stringValue?.contains("_") == (version == "1.3"), "the names of OpenSSL")
        #expect(tls["clientCertificate"]?["presented"]?["subject"] == "CN=other-client,O=Test")
        try await server.stop()
    }

    @Test func noVersionInCommon() async throws {
        let certificates = try await TestCertificates.shared
        let server = try await PeerServer.start()
        var setup = TLSSetup(certificates.server)
        setup.version = "1.2"
        let nginx = try await NginxServer.start(passingTo: server, [setup])
        let directory = try TemporaryDirectory()
        let examination = try await Examination.run(
            "--options", try nginx.options(in: directory), "--ca", certificates.ca, "--min-version", "TLSv1.3",
            "https://localhost")
        #expect(examination.status == 12)
        #expect(examination.details(of: "tls")["tlsAlert"] == "protocol version")
        #expect(
            examination.advice(of: "tls").hasPrefix("No version of TLS is allowed on both sides: "),
            "\(examination.output)")
        try await server.stop()
    }

    @Test func noTLSAtThisPort() async throws {
        let server = try await PeerServer.start()
        let examination = try await Examination.run("https://\(server.authority)")
        #expect(examination.status == 12)
        #expect(
            examination.advice(of: "tls")
                == "The server does not speak TLS on this port: use http://, or correct the port.")
        try await server.stop()
    }
}
