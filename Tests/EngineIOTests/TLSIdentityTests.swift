import COpenSSL
import EngineIO
import SocketIOProtocol
import TestSupport
import Testing

/// Several client certificates, of several kinds.
@Suite(.timeLimit(.minutes(5))) struct TLSIdentityTests {
    private let certificates: TestCertificates

    init() async throws { certificates = try await .shared }

    private func options(_ change: (inout TLSOptions) -> Void) -> TLSOptions {
        var options = TLSOptions()
        options.ca = .file(certificates.ca)
        change(&options)
        return options
    }

    private func subject(_ options: TLSOptions, signatures: String? = nil) throws -> String? {
        let server = MemoryHandshake.Server(
            identity: certificates.server, clientCA: certificates.ca, clientSignatures: signatures)
        let handshake = try MemoryHandshake(TLSContext(options, host: "localhost"), server)
        #expect(handshake.isServerDone)
        return handshake.clientSubject
    }

    private func message(_ change: (inout TLSOptions) -> Void) throws -> String {
        let error = try #require(throws: SocketIOError.self) { try TLSContext(options(change), host: "localhost") }
        #expect(error.code == .tls && error.phase == .options)
        return error.message
    }

    @Test func theServerChoosesAmongSeveral() throws {
        let (ec, rsa, ed25519) = (certificates.client, certificates.clientRSA, certificates.clientEd25519)
        let options = options {
            $0.cert = [.file(rsa.certificate), .file(ec.certificate), .file(ed25519.certificate)]
            // In another order.
            $0.key = [.file(ed25519.key), .file(ec.key), .file(rsa.key)]
        }
        #expect(try subject(options, signatures: "RSA-PSS+SHA256") == "/O=Test/CN=client-rsa")
        #expect(try subject(options, signatures: "ECDSA+SHA256") == "/O=Test/CN=client")
        #expect(try subject(options, signatures: "ed25519") == "/O=Test/CN=client-ed25519")
        let context = try TLSContext(options, host: "localhost")
        #expect(Set(context.clientCertificates.map(\.subject)).count == 3)
    }

    @Test func takesEd25519() throws {
        let identity = certificates.clientEd25519
        let options = options {
            $0.cert = .file(identity.certificate)
            $0.key = .file(identity.key)
        }
        #expect(try subject(options) == "/O=Test/CN=client-ed25519")
    }

    /// OpenSSL presents none that cannot sign as the server wants.
    @Test func saysThatNoneSuits() throws {
        let identity = certificates.clientEd25519
        let options = options {
            $0.cert = .file(identity.certificate)
            $0.key = .file(identity.key)
        }
        let server = MemoryHandshake.Server(
            identity: certificates.server, clientCA: certificates.ca, clientSignatures: "ECDSA+SHA256")
        let handshake = try MemoryHandshake(TLSContext(options, host: "localhost"), server)
        #expect(!handshake.isServerDone && handshake.clientSubject == nil)
        #expect(
            handshake.error.message.hasSuffix(
                "the server asked for a client certificate; none of those configured suits it"),
            "\(handshake.error.message)")
    }

    @Test func eachKeyHasItsPassphrase() throws {
        let (key, rsaKey) = (certificates.encryptedClientKey, certificates.encryptedClientKeyPKCS1)
        let certs: [TLSSource] = [.file(certificates.client.certificate), .file(certificates.clientRSA.certificate)]
        let good = options {
            $0.cert = certs
            $0.key = [.file(key, passphrase: TestCertificates.passphrase), .file(rsaKey)]
            $0.passphrase = TestCertificates.passphrase
        }
        #expect(try subject(good, signatures: "ECDSA+SHA256") == "/O=Test/CN=client")
        let wrong = try message {
            $0.cert = certs
            $0.key = [.file(key, passphrase: "wrong"), .file(rsaKey)]
            $0.passphrase = TestCertificates.passphrase
        }
        #expect(wrong == "key: \(key): the passphrase is wrong or missing")
    }

    @Test func takesSeveralBundles() throws {
        let options = options { $0.pfx = .file(certificates.clientPFX, passphrase: TestCertificates.passphrase) }
        #expect(try subject(options) == "/O=Test/CN=client")
        let twice = try message {
            $0.pfx = [.file(certificates.clientPFX), .file(certificates.clientPFX)]
            $0.passphrase = TestCertificates.passphrase
        }
        #expect(twice == "pfx: \(certificates.clientPFX): it is the second one with a key of its type")
    }

    @Test func refusesWhatDoesNotBelongTogether() throws {
        let (ec, rsa) = (certificates.client, certificates.clientRSA)
        let missing = try message {
            $0.cert = [.file(ec.certificate), .file(rsa.certificate)]
            $0.key = .file(ec.key)
        }
        #expect(missing == "cert: \(rsa.certificate): no key matches it")
        let extra = try message {
            $0.cert = .file(ec.certificate)
            $0.key = [.file(ec.key), .file(rsa.key)]
        }
        #expect(extra == "key: \(rsa.key): it does not match cert")
        let second = try message {
            $0.cert = [.file(ec.certificate), .file(certificates.clientChain.certificate)]
            $0.key = [.file(ec.key), .file(certificates.clientChain.key)]
        }
        #expect(second == "cert: \(certificates.clientChain.certificate): it is the second one with a key of its type")
    }

    @Test func tellsOfItsCertificates() throws {
        let identity = certificates.clientChain
        let context = try TLSContext(
            options {
                $0.cert = .file(identity.certificate)
                $0.key = .file(identity.key)
            }, host: "localhost")
        #expect(
            context.clientCertificates.map(\.subject) == ["CN=intermediate-client,O=Test", "CN=Intermediate CA,O=Test"])
        let leaf = try #require(context.clientCertificates.first)
        #expect(leaf.issuer == "CN=Intermediate CA,O=Test")
        #expect(leaf.notAfter.since(leaf.notBefore) == .seconds(30 * 86_400))
    }
}
