import EngineIO
import Foundation
import SocketIOProtocol
import TestSupport
import Testing

/// Certificate, key and chain in one PKCS #12 bundle.
@Suite(.timeLimit(.minutes(5))) struct PFXTests {
    private let certificates: TestCertificates

    init() async throws { certificates = try await .shared }

    private func options(_ pfx: TLSSource, _ passphrase: String? = TestCertificates.passphrase) -> TLSOptions {
        var options = TLSOptions()
        options.ca = [.file(certificates.ca)]
        options.pfx = [pfx]
        options.passphrase = passphrase
        return options
    }

    private func message(_ options: TLSOptions) throws -> String {
        let error = try #require(throws: SocketIOError.self) { try TLSContext(options, host: "localhost") }
        #expect(error.code == .tls)
        #expect(error.phase == .options)
        #expect(!error.message.contains(TestCertificates.passphrase))
        return error.message
    }

    private func bundle(_ identity: TestCertificates.Identity, _ more: [String], in home: TemporaryDirectory)
        async throws
        -> String
    {
        let path = home.file("bundle.p12")
        let arguments =
            ["pkcs12", "-export", "-in", identity.certificate, "-inkey", identity.key, "-out", path] + more
        let made = try await ChildProcess.run("openssl", arguments)
        guard made.status == 0 else { throw SupportError(made.stderr) }
        return path
    }

    @Test(arguments: [false, true])
    func presentsItsCertificate(isInMemory: Bool) throws {
        let path = certificates.clientPFX
        let source = isInMemory ? TLSSource.bytes(Binary(try Data(contentsOf: URL(filePath: path)))) : .file(path)
        let context = try TLSContext(options(source), host: "localhost")
        #expect(!context.clientCertificates.isEmpty)
        let server = MemoryHandshake.Server(identity: certificates.server, clientCA: certificates.ca)
        #expect(try MemoryHandshake(context, server).isServerDone)
    }

    /// The server does not know the intermediate authority.
    @Test(arguments: [[], ["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES"]])
    func sendsItsChain(algorithms: [String]) async throws {
        let home = try TemporaryDirectory()
        let path = try await bundle(certificates.clientChain, ["-passout", "pass:secret"] + algorithms, in: home)
        let context = try TLSContext(options(.file(path)), host: "localhost")
        let server = MemoryHandshake.Server(identity: certificates.server, clientCA: certificates.ca)
        #expect(try MemoryHandshake(context, server).isServerDone)
    }

    @Test func needsNoPassphraseIfThereIsNone() async throws {
        let home = try TemporaryDirectory()
        let path = try await bundle(certificates.client, ["-passout", "pass:"], in: home)
        #expect(try TLSContext(options(.file(path), nil), host: "localhost").clientCertificates.isEmpty == false)
        #expect(try TLSContext(options(.file(path), ""), host: "localhost").clientCertificates.isEmpty == false)
    }

    @Test(arguments: [nil, "", "wrong"])
    func refusesAWrongPassphrase(passphrase: String?) throws {
        let path = certificates.clientPFX
        #expect(try message(options(.file(path), passphrase)) == "pfx: \(path): the passphrase is wrong or missing")
    }

    @Test func saysThatTheAlgorithmIsOld() async throws {
        let home = try TemporaryDirectory()
        let path = try await bundle(certificates.client, ["-legacy", "-passout", "pass:secret"], in: home)
        #expect(try message(options(.file(path))).hasPrefix("pfx: \(path): it is encrypted with an old algorithm"))
        let wrong = try message(options(.file(path), "wrong"))
        #expect(wrong == "pfx: \(path): the passphrase is wrong or missing")
    }

    @Test func refusesWhatIsNoBundle() async throws {
        let pem = certificates.client.certificate
        #expect(try message(options(.file(pem))).hasPrefix("pfx: \(pem): it is no PKCS #12 ("))
        #expect(try message(options(.bytes([]))).hasPrefix("pfx: it is no PKCS #12 ("))
        #expect(
            try message(options(.file("/nonexistent/x.p12"))) == "pfx: /nonexistent/x.p12: No such file or directory")
        let home = try TemporaryDirectory()
        let path = try await bundle(certificates.client, ["-nokeys", "-passout", "pass:secret"], in: home)
        #expect(try message(options(.file(path))) == "pfx: \(path): it holds no private key")
    }

    @Test func refusesAnExpiredCertificate() async throws {
        let home = try TemporaryDirectory()
        let path = try await bundle(certificates.clientExpired, ["-passout", "pass:secret"], in: home)
        #expect(try message(options(.file(path))) == "pfx: \(path): the certificate has expired")
    }

    @Test func excludesCertAndKey() throws {
        let source = TLSSource.file(certificates.clientPFX)
        let text = "pfx: it takes the place of cert and key, which are set too"
        var withCertificate = options(source)
        withCertificate.cert = .file(certificates.client.certificate)
        #expect(try message(withCertificate) == text)
        var withKey = options(source)
        withKey.key = .file(certificates.client.key)
        #expect(try message(withKey) == text)
    }
}
