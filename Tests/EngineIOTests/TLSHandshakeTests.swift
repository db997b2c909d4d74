import COpenSSL
import EngineIO
import SocketIOProtocol
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct TLSHandshakeTests {
    private static let versions = [TLS1_2_VERSION, TLS1_3_VERSION]

    private let certificates: TestCertificates

    init() async throws { certificates = try await .shared }

    private func handshake(
        _ identity: TestCertificates.Identity, host: String = "localhost", ca: String? = nil, version: Int32,
        clientCA: String? = nil, isOptional: Bool = false, _ change: (inout TLSOptions) -> Void = { _ in }
    ) throws -> MemoryHandshake {
        var options = TLSOptions()
        options.ca = [.file(ca ?? certificates.ca)]
        change(&options)
        let server = MemoryHandshake.Server(
            identity: identity, clientCA: clientCA, isClientCertificateOptional: isOptional, version: version)
        return try MemoryHandshake(TLSContext(options, host: host), server)
    }

    private func present(_ identity: TestCertificates.Identity) -> (inout TLSOptions) -> Void {
        {
            $0.cert = .file(identity.certificate)
            $0.key = .file(identity.key)
        }
    }

    // MARK: The server's certificate

    @Test(arguments: versions, ["localhost", "localhost.", "127.0.0.1", "::1", "0:0:0:0:0:0:0:1"])
    func acceptsACertificateOfTheCAForTheHost(version: Int32, host: String) throws {
        let handshake = try handshake(certificates.server, host: host, version: version)
        #expect(handshake.isClientDone && handshake.isServerDone)
        #expect(handshake.recorder.isHandshakeDone)
        #expect(handshake.version == version)
        #expect(handshake.serverName == (host.hasPrefix("localhost") ? "localhost" : nil))
        #expect(handshake.error.message == "connection reset")
        #expect(handshake.error.clientCertificateRequested == false)
    }

    @Test(arguments: versions) func acceptsAChain(version: Int32) throws {
        #expect(try handshake(certificates.serverChain, version: version).isClientDone)
    }

    @Test(arguments: [("a.wild.example", true), ("a.b.wild.example", false), ("partial.partial.example", false)])
    func takesAWildcardForOneLabel(host: String, isAccepted: Bool) throws {
        let handshake = try handshake(certificates.serverWildcard, host: host, version: TLS1_3_VERSION)
        #expect(handshake.isClientDone == isAccepted)
        #expect((handshake.recorder.certificate?.code == Int(X509_V_ERR_HOSTNAME_MISMATCH)) != isAccepted)
    }

    struct Rejection: Sendable, CustomTestStringConvertible {
        let identity: @Sendable (TestCertificates) -> TestCertificates.Identity
        var host = "localhost"
        let code: Int32
        let text: String
        var subject = "CN=localhost,O=Test"
        var testDescription: String { "\(text) for \(host)" }
    }

    private static let rejections = [
        Rejection(
            identity: { $0.serverOtherCA }, code: X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            text: "unable to get local issuer certificate"),
        Rejection(
            identity: { $0.serverIncompleteChain }, code: X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            text: "unable to get local issuer certificate"),
        Rejection(
            identity: { $0.serverExpired }, code: X509_V_ERR_CERT_HAS_EXPIRED, text: "certificate has expired"),
        Rejection(
            identity: { $0.serverFuture }, code: X509_V_ERR_CERT_NOT_YET_VALID,
            text: "certificate is not yet valid"),
        Rejection(
            identity: { $0.serverSelfSigned }, code: X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
            text: "self-signed certificate"),
        Rejection(
            identity: { $0.serverWrongName }, code: X509_V_ERR_HOSTNAME_MISMATCH, text: "hostname mismatch",
            subject: "CN=wrong.example,O=Test"),
        Rejection(
            identity: { $0.serverWrongName }, host: "127.0.0.1", code: X509_V_ERR_IP_ADDRESS_MISMATCH,
            text: "IP address mismatch", subject: "CN=wrong.example,O=Test"),
        Rejection(
            identity: { $0.server }, host: "192.0.2.1", code: X509_V_ERR_IP_ADDRESS_MISMATCH,
            text: "IP address mismatch"),
        Rejection(
            identity: { $0.server }, host: "2001:db8::1", code: X509_V_ERR_IP_ADDRESS_MISMATCH,
            text: "IP address mismatch"),
        // A client's certificate is none for a server.
        Rejection(
            identity: { $0.client }, host: "client", code: X509_V_ERR_INVALID_PURPOSE,
            text: "unsuitable certificate purpose", subject: "CN=client,O=Test"),
    ]

    @Test(arguments: versions, rejections)
    func rejectsOtherCertificatesAndSaysWhy(version: Int32, rejection: Rejection) throws {
        let handshake = try handshake(rejection.identity(certificates), host: rejection.host, version: version)
        #expect(!handshake.isClientDone && !handshake.recorder.isHandshakeDone)
        let error = handshake.error
        #expect(error.code == .certificateRejected)
        #expect(error.phase == .tls)
        let failure = try #require(error.certificate)
        #expect(failure.code == Int(rejection.code))
        #expect(failure.text == rejection.text)
        #expect(failure.depth == 0)
        #expect(failure.subject == rejection.subject)
        let certificate = failure.certificate
        #expect(!certificate.issuer.isEmpty && certificate.notBefore < certificate.notAfter)
        let names =
            rejection.text.contains("mismatch")
            ? "it is for \(certificate.subjectAltName), not for \(rejection.host); " : ""
        #expect(
            error.message
                == "certificate verify failed: \(rejection.text) (\(names)depth 0, subject \(rejection.subject), "
                + "issuer \(certificate.issuer), valid from \(certificate.notBefore) to \(certificate.notAfter))")
    }

    @Test(arguments: versions, rejections)
    func acceptsThemAllWithoutRejectUnauthorized(version: Int32, rejection: Rejection) throws {
        let handshake = try handshake(rejection.identity(certificates), host: rejection.host, version: version) {
            $0.rejectUnauthorized = false
        }
        #expect(handshake.isClientDone && handshake.isServerDone)
        #expect(handshake.recorder.certificate == nil)
    }

    @Test func trustsOnlyTheCAGiven() throws {
        #expect(
            try !handshake(certificates.server, ca: certificates.otherCA, version: TLS1_3_VERSION).isClientDone)
        let withoutCA = try handshake(certificates.server, version: TLS1_3_VERSION) { $0.ca = nil }
        #expect(!withoutCA.isClientDone)
        let withNoneAtAll = try handshake(certificates.server, version: TLS1_3_VERSION) { $0.ca = [] }
        #expect(!withNoneAtAll.isClientDone)
        let withBoth = try handshake(certificates.serverOtherCA, version: TLS1_3_VERSION) {
            $0.ca?.append(.file(certificates.otherCA))
        }
        #expect(withBoth.isClientDone)
    }

    @Test func refusesACertificateWhenTheConnectionCannotBeSetUp() throws {
        // Too long for SNI.
        let handshake = try handshake(
            certificates.server, host: String(repeating: "a", count: 300), version: TLS1_3_VERSION
        ) { $0.rejectUnauthorized = false }
        #expect(!handshake.isClientDone)
        #expect(handshake.error.code == .tls)
        #expect(handshake.error.message.hasPrefix("TLS could not be set up: "))
    }

    // MARK: The client's certificate

    @Test(arguments: versions) func presentsTheCertificateAsked(version: Int32) throws {
        for identity in [certificates.client, certificates.clientRSA, certificates.clientChain] {
            let handshake = try handshake(
                certificates.server, version: version, clientCA: certificates.ca, present(identity))
            #expect(handshake.isClientDone && handshake.isServerDone)
            #expect(handshake.clientSubject != nil)
            #expect(handshake.recorder.info.clientCertificateRequest != nil)
            #expect(handshake.recorder.alert == nil)
        }
    }

    @Test(arguments: versions) func keepsTheCertificateToItselfUnlessAsked(version: Int32) throws {
        let handshake = try handshake(certificates.server, version: version, present(certificates.client))
        #expect(handshake.isServerDone && handshake.clientSubject == nil)
        #expect(handshake.recorder.info.clientCertificateRequest == nil)
    }

    @Test(arguments: [(TLS1_2_VERSION, "handshake failure"), (TLS1_3_VERSION, "certificate required")])
    func tellsThatACertificateWasAsked(version: Int32, alert: String) throws {
        let handshake = try handshake(certificates.server, version: version, clientCA: certificates.ca)
        #expect(!handshake.isServerDone)
        // In TLS 1.3 the client's handshake is over when the server refuses.
        #expect(handshake.isClientDone == (version == TLS1_3_VERSION))
        let error = handshake.error
        #expect(error.code == .tls)
        #expect(error.phase == .tls)
        #expect(error.tlsAlert == alert)
        #expect(error.clientCertificateRequested == true)
        #expect(
            error.message
                == "the server sent the TLS alert \"\(alert)\": "
                + "the server asked for a client certificate; none was configured")
    }

    @Test(arguments: versions) func goesOnWithoutACertificateThatIsOptional(version: Int32) throws {
        let handshake = try handshake(
            certificates.server, version: version, clientCA: certificates.ca, isOptional: true)
        #expect(handshake.isClientDone && handshake.isServerDone)
        // If such a connection is cut all the same, that is the best guess.
        #expect(handshake.error.message == "the server asked for a client certificate; none was configured")
    }

    @Test(arguments: versions) func tellsThatTheServerRefusedTheCertificate(version: Int32) throws {
        let handshake = try handshake(
            certificates.server, version: version, clientCA: certificates.ca, present(certificates.clientOtherCA))
        #expect(!handshake.isServerDone)
        #expect(handshake.error.tlsAlert == "unknown CA")
        #expect(
            handshake.error.message.hasPrefix(
                "the server sent the TLS alert \"unknown CA\": the server asked for a client certificate; "
                    + "the one presented was CN=other-client,O=Test, issued by CN=Other CA"),
            "\(handshake.error.message)")
    }

    // MARK: Versions and ciphers

    @Test func refusesTLS11() throws {
        let handshake = try handshake(certificates.server, version: TLS1_1_VERSION) { $0.ciphers = "ALL:@SECLEVEL=0" }
        #expect(!handshake.isClientDone)
        #expect(handshake.error.code == .tls)
        #expect(handshake.error.message.contains("alert") || handshake.error.message.contains("protocol"))
    }

    @Test(arguments: [
        ("TLS_AES_128_GCM_SHA256", false, true), ("ECDHE-ECDSA-AES128-GCM-SHA256", true, false),
        ("TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256", true, true),
    ])
    func ciphersOfOneVersionSwitchTheOtherOff(ciphers: String, worksIn12: Bool, worksIn13: Bool) throws {
        let in12 = try handshake(certificates.server, version: TLS1_2_VERSION) { $0.ciphers = ciphers }
        let in13 = try handshake(certificates.server, version: TLS1_3_VERSION) { $0.ciphers = ciphers }
        #expect(in12.isClientDone == worksIn12)
        #expect(in13.isClientDone == worksIn13)
    }

    // MARK: Connections of one context

    @Test func eachConnectionHasARecorderOfItsOwnUnlessGivenOne() throws {
        var options = TLSOptions()
        options.ca = [.file(certificates.ca)]
        let context = try TLSContext(options, host: "localhost").makeContext()
        defer { SSL_CTX_free(context) }
        let connections = (0..<2).map { _ in SSL_new(context) }.compactMap { $0 }
        for ssl in connections {
            #expect(TLSRecorder.of(ssl) == nil)
            SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()))
            SSL_connect(ssl)
        }
        let recorders = connections.compactMap { TLSRecorder.of($0) }
        for ssl in connections { SSL_free(ssl) }
        ERR_clear_error()
        #expect(recorders.count == 2)
        #expect(recorders.first !== recorders.last)
        #expect(
            recorders[0].explain(SocketIOError(.connectFailed, "")).message
                == "TLS handshake failed: the server ended the connection")
    }
}
