import EngineIO
import Foundation
import SocketIOProtocol
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct TLSContextTests {
    private let certificates: TestCertificates

    init() async throws { certificates = try await .shared }

    private func client(_ change: (inout TLSOptions) -> Void = { _ in }) -> TLSOptions {
        var options = TLSOptions()
        options.ca = [.file(certificates.ca)]
        options.cert = .file(certificates.client.certificate)
        options.key = .file(certificates.client.key)
        change(&options)
        return options
    }

    private func bytes(_ path: String) throws -> TLSSource {
        .bytes(Binary(try Data(contentsOf: URL(filePath: path))))
    }

    private func message(_ options: TLSOptions) throws -> String {
        let error = try #require(throws: SocketIOError.self) { try TLSContext(options, host: "localhost") }
        #expect(error.code == .tls)
        #expect(error.phase == .options)
        #expect(!error.message.contains(TestCertificates.passphrase))
        return error.message
    }

    // MARK: Good

    @Test func takesEveryForm() throws {
        let forms: [(inout TLSOptions) throws -> Void] = [
            { _ in },
            { $0.cert = .file(certificates.clientDER.certificate) },
            { $0.key = .file(certificates.clientDER.key) },
            { $0.cert = [try bytes(certificates.client.certificate)] },
            { $0.key = [try bytes(certificates.clientDER.key)] },
            { $0.ca = [try bytes(certificates.ca), .file(certificates.otherCA)] },
            {
                $0.cert = .file(certificates.clientChain.certificate)
                $0.key = .file(certificates.clientChain.key)
            },
            {
                $0.key = .file(certificates.encryptedClientKey)
                $0.passphrase = TestCertificates.passphrase
            },
            {
                $0.key = .file(certificates.encryptedClientKeyDER)
                $0.passphrase = TestCertificates.passphrase
            },
            {
                $0.cert = .file(certificates.clientRSA.certificate)
                $0.key = .file(certificates.encryptedClientKeyPKCS1)
                $0.passphrase = TestCertificates.passphrase
            },
            // A passphrase that nothing needs.
            { $0.passphrase = "unused" },
            { $0.ciphers = "TLS_AES_128_GCM_SHA256:HIGH:!RSA" },
        ]
        for form in forms {
            var options = client()
            try form(&options)
            #expect(try TLSContext(options, host: "localhost").clientCertificates.isEmpty == false)
        }
        #expect(try TLSContext(TLSOptions(), host: "localhost").clientCertificates.isEmpty)
    }

    @Test func takesSeveralAuthoritiesOfOnePEM() throws {
        let both = try [certificates.ca, certificates.otherCA].map { try String(contentsOfFile: $0, encoding: .utf8) }
        let options = client { $0.ca = [.pem(both.joined(separator: "# and another\n"))] }
        let context = try TLSContext(options, host: "localhost")
        for identity in [certificates.server, certificates.serverOtherCA] {
            #expect(try MemoryHandshake(context, .init(identity: identity)).isClientDone)
        }
    }

    @Test func usesTheEncryptedKey() throws {
        let options = client {
            $0.key = .file(certificates.encryptedClientKey)
            $0.passphrase = TestCertificates.passphrase
        }
        let server = MemoryHandshake.Server(identity: certificates.server, clientCA: certificates.ca)
        #expect(try MemoryHandshake(TLSContext(options, host: "localhost"), server).isServerDone)
    }

    // MARK: Files

    @Test func namesTheOptionAndTheFileThatCannotBeRead() throws {
        let missing = TLSSource.file("/nonexistent/x.pem")
        for (name, options) in [
            ("ca", client { $0.ca = [missing] }), ("cert", client { $0.cert = [missing] }),
            ("key", client { $0.key = [missing] }),
        ] {
            #expect(try message(options) == "\(name): /nonexistent/x.pem: No such file or directory")
        }
        #expect(try message(client { $0.key = .file("/tmp") }) == "key: /tmp: Is a directory")
        #expect(
            try message(client { $0.key = .file("/dev/zero") }) == "key: /dev/zero: it is larger than 1048576 bytes")
        let error = try #require(throws: SocketIOError.self) {
            try TLSContext(client { $0.ca = [missing] }, host: "localhost")
        }
        #expect(error.errno == ENOENT)
    }

    // MARK: Content

    @Test func refusesWhatIsNoCertificate() throws {
        let key = TLSSource.file(certificates.client.key)
        #expect(try message(client { $0.ca = [key] }) == "ca: \(certificates.client.key): it holds no certificate")
        #expect(try message(client { $0.cert = [key] }) == "cert: \(certificates.client.key): it holds no certificate")
        #expect(try message(client { $0.ca = [.bytes([])] }) == "ca: it holds no certificate")
        #expect(try message(client { $0.cert = .bytes([1, 2, 3]) }).hasPrefix("cert: it is neither PEM nor DER ("))
        #expect(try message(client { $0.ca = [.pem("hello")] }).hasPrefix("ca: it is neither PEM nor DER ("))
    }

    @Test func refusesAPEMThatIsBrokenAfterItsFirstCertificate() throws {
        let good = try String(contentsOfFile: certificates.ca, encoding: .utf8)
        let broken = good.replacingOccurrences(of: "MII", with: "M!I")
        #expect(try message(client { $0.ca = [.pem(good + broken)] }) == "ca: bad base64 decode")
        #expect(try message(client { $0.ca = [.pem(good + String(good.prefix(200)))] }).hasPrefix("ca: "))
    }

    @Test func refusesTrailingBytesOfDER() throws {
        var der = Array(try Data(contentsOf: URL(filePath: certificates.clientDER.certificate)))
        der.append(0)
        #expect(try message(client { $0.ca = [.bytes(Binary(der))] }).hasPrefix("ca: it is neither PEM nor DER ("))
    }

    @Test func refusesWhatIsNoKey() throws {
        let cert = certificates.client.certificate
        #expect(try message(client { $0.key = .file(cert) }).hasPrefix("key: \(cert): it holds no private key ("))
        #expect(try message(client { $0.key = .bytes([0x30, 1, 2]) }).hasPrefix("key: it holds no private key ("))
        #expect(try message(client { $0.key = .bytes([]) }).hasPrefix("key: it holds no private key ("))
    }

    /// Without a terminal to ask on, and within no time: it would wait for an answer.
    @Test(arguments: [nil, "wrong", "", String(repeating: "x", count: 5000)])
    func refusesAWrongPassphrase(passphrase: String?) throws {
        for path in [
            certificates.encryptedClientKey, certificates.encryptedClientKeyDER, certificates.encryptedClientKeyPKCS1,
        ] {
            let options = client {
                $0.key = .file(path)
                $0.passphrase = passphrase
            }
            #expect(try message(options) == "key: \(path): the passphrase is wrong or missing")
        }
    }

    @Test func refusesAKeyOfAnotherCertificate() throws {
        for path in [certificates.server.key, certificates.clientRSA.key] {
            #expect(try message(client { $0.key = .file(path) }) == "key: \(path): it does not match cert")
        }
    }

    @Test func refusesOneWithoutTheOther() throws {
        #expect(try message(client { $0.key = nil }) == "key: it is missing, cert needs it")
        #expect(try message(client { $0.cert = nil }) == "cert: it is missing, key needs it")
    }

    @Test func refusesAnExpiredCertificate() throws {
        let expired = certificates.clientExpired
        let options = client {
            $0.cert = .file(expired.certificate)
            $0.key = .file(expired.key)
        }
        #expect(try message(options) == "cert: \(expired.certificate): the certificate has expired")
    }

    @Test(arguments: [
        ("", "ciphers: the list is empty"), (":", "ciphers: the list is empty"),
        ("NO-SUCH-CIPHER", "ciphers: NO-SUCH-CIPHER: no cipher match"),
        ("TLS_NO_SUCH", "ciphers: TLS_NO_SUCH: no cipher match"),
        // Neither would verify anything.
        ("aNULL", "ciphers: aNULL: no cipher match"), ("ADH-AES128-SHA256:@SECLEVEL=0", nil),
    ])
    func refusesCiphersThatDoNotExist(ciphers: String, expected: String?) throws {
        let message = try message(client { $0.ciphers = ciphers })
        if let expected { #expect(message == expected) }
    }
}
