import COpenSSL
import EngineIO
import SocketIOProtocol
import TestSupport
import Testing

/// What is offered to a server, and what is asked of it.
@Suite(.timeLimit(.minutes(5))) struct TLSPolicyTests {
    private let certificates: TestCertificates

    init() async throws { certificates = try await .shared }

    private func context(host: String = "localhost", _ change: (inout TLSOptions) -> Void) throws -> TLSContext {
        var options = TLSOptions()
        options.ca = .file(certificates.ca)
        change(&options)
        return try TLSContext(options, host: host)
    }

    private func handshake(
        _ identity: TestCertificates.Identity? = nil, host: String = "localhost", version: Int32 = TLS1_3_VERSION,
        ciphers: String? = nil, _ change: (inout TLSOptions) -> Void = { _ in }
    ) throws -> MemoryHandshake {
        let server = MemoryHandshake.Server(
            identity: identity ?? certificates.server, version: version, ciphers: ciphers)
        return try MemoryHandshake(context(host: host, change), server)
    }

    private func message(_ change: (inout TLSOptions) -> Void) throws -> String {
        let error = try #require(throws: SocketIOError.self) { try context(change) }
        #expect(error.code == .tls && error.phase == .options)
        return error.message
    }

    // MARK: Versions

    @Test(arguments: [
        (nil, nil, [TLS1_2_VERSION, TLS1_3_VERSION]), (TLSVersion.v1_3, nil, [TLS1_3_VERSION]),
        (nil, TLSVersion.v1_2, [TLS1_2_VERSION]),
    ])
    func usesTheVersionsAsked(_ oldest: TLSVersion?, _ newest: TLSVersion?, _ expected: [Int32]) throws {
        for version in [TLS1_2_VERSION, TLS1_3_VERSION] {
            let handshake = try handshake(version: version) {
                $0.minVersion = oldest
                $0.maxVersion = newest
            }
            #expect(handshake.isClientDone == expected.contains(version))
            if !handshake.isClientDone { #expect(handshake.error.message.contains("protocol version")) }
        }
    }

    @Test(arguments: [(TLSVersion.v1_0, TLS1_VERSION), (.v1_1, TLS1_1_VERSION)])
    func usesAnObsoleteVersionWhenAsked(_ oldest: TLSVersion, version: Int32) throws {
        let handshake = try handshake(certificates.serverRSA, version: version, ciphers: "ALL:@SECLEVEL=0") {
            $0.minVersion = oldest
            $0.ciphers = "ALL:@SECLEVEL=0"
        }
        #expect(handshake.isClientDone && handshake.version == version)
    }

    @Test func refusesVersionsOfWhichNoneIsLeft() throws {
        let none = "no version of TLS is left: none is at least"
        #expect(try message { $0.maxVersion = .v1_1 } == "maxVersion: \(none) TLSv1.2 and at most TLSv1.1")
        let crossed = try message {
            $0.minVersion = .v1_3
            $0.maxVersion = .v1_2
        }
        #expect(crossed == "minVersion: \(none) TLSv1.3 and at most TLSv1.2")
        let ciphers = try message {
            $0.minVersion = .v1_3
            $0.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256"
        }
        #expect(ciphers == "minVersion: \(none) TLSv1.3 and at most TLSv1.2")
    }

    // MARK: Groups and signatures

    @Test func usesTheGroupsAndSignaturesAsked() throws {
        #expect(try handshake { $0.ecdhCurve = "P-384" }.isClientDone)
        #expect(try handshake { $0.ecdhCurve = "auto" }.isClientDone)
        #expect(try handshake { $0.sigalgs = "ECDSA+SHA256" }.isClientDone)
        // The server's key is on P-256.
        let rsaOnly = try handshake { $0.sigalgs = "RSA-PSS+SHA256" }
        #expect(!rsaOnly.isClientDone)
        #expect(rsaOnly.error.tlsAlert == "handshake failure")
        #expect(try handshake(certificates.serverRSA) { $0.sigalgs = "RSA-PSS+SHA256" }.isClientDone)
        #expect(try handshake(certificates.serverEd25519) { $0.sigalgs = "ed25519" }.isClientDone)
    }

    @Test(arguments: ["", "no-such-thing", "P-256:nothing"])
    func refusesUnknownGroupsAndSignatures(_ list: String) throws {
        let why = "\"\(list)\" names something that OpenSSL does not know, or nothing"
        #expect(try message { $0.ecdhCurve = list } == "ecdhCurve: \(why)")
        #expect(try message { $0.sigalgs = list } == "sigalgs: \(why)")
    }

    // MARK: The name

    @Test func verifiesAnotherName() throws {
        let other = try handshake(host: "10.1.2.3") { $0.servername = "localhost" }
        #expect(other.isClientDone && other.serverName == "localhost")
        let wrong = try handshake { $0.servername = "wrong.example" }
        #expect(!wrong.isClientDone && wrong.serverName == "wrong.example")
        #expect(wrong.error.message.contains("not for wrong.example"))
        let address = try handshake(host: "somewhere.example") { $0.servername = "127.0.0.1" }
        #expect(address.isClientDone && address.serverName == nil)
        let none = try handshake { $0.servername = "" }
        #expect(none.isClientDone && none.serverName == nil)
        let international = try handshake { $0.servername = "BÜCHER.example" }
        #expect(international.isClientDone && international.serverName == "xn--bcher-kva.example")
        for name in ["a b", ".", ".example", ".."] {
            #expect(try message { $0.servername = name } == "servername: \(name.debugDescription) is no name of a host")
        }
        #expect(throws: SocketIOError.self) { try context(host: ".") { $0.servername = "" } }
        let address6 = try handshake(host: "somewhere.example") { $0.servername = "::1" }
        #expect(address6.isClientDone)
    }

    @Test func verifiesAnInternationalHost() throws {
        let url = try ServerURL("https://bücher.example")
        #expect(try handshake(host: url.host).isClientDone)
    }

    // MARK: Revocation

    @Test func looksIntoRevocationLists() throws {
        for list in [certificates.emptyCRL, certificates.emptyCRLDER] {
            #expect(try handshake { $0.crl = .file(list) }.isClientDone)
        }
        let revoked = try handshake { $0.crl = [.file(certificates.crlWithServer)] }
        #expect(!revoked.isClientDone)
        #expect(revoked.error.message.hasPrefix("certificate verify failed: certificate revoked (depth 0, subject "))
        let old = try handshake { $0.crl = .file(certificates.expiredCRL) }
        #expect(old.error.certificate?.text == "CRL has expired")
        // The intermediate authority has none.
        let missing = try handshake(certificates.serverChain) { $0.crl = .file(certificates.emptyCRL) }
        #expect(missing.error.certificate?.text == "unable to get certificate CRL")
        let accepted = try handshake {
            $0.crl = .file(certificates.crlWithServer)
            $0.rejectUnauthorized = false
        }
        #expect(accepted.isClientDone)
        #expect(accepted.recorder.info.verificationFailure?.text == "certificate revoked")
    }

    @Test func refusesWhatIsNoRevocationList() throws {
        let key = certificates.client.key
        #expect(try message { $0.crl = .file(key) } == "crl: \(key): it holds no revocation list")
        #expect(try message { $0.crl = .bytes([1, 2]) }.hasPrefix("crl: it is neither PEM nor DER ("))
        #expect(try message { $0.crl = .file("/no/such") } == "crl: /no/such: No such file or directory")
    }

    // MARK: A check of one's own

    @Test func asksTheProgram() throws {
        let seen = Inbox<ServerIdentity>()
        let check = ServerIdentityCheck { seen.put($0) }
        #expect(try handshake { $0.checkServerIdentity = check }.isClientDone)
        #expect(try handshake(certificates.serverWrongName) { $0.checkServerIdentity = check }.isClientDone)
        #expect(seen.all.map(\.isForHost) == [true, false])
        #expect(seen.all.map(\.host) == ["localhost", "localhost"])
        #expect(seen.all[0].chain.map(\.subject) == ["CN=localhost,O=Test", "CN=Test CA,O=Test"])
        // The chain comes first.
        #expect(try !handshake(certificates.serverOtherCA) { $0.checkServerIdentity = check }.isClientDone)
        let unverified = try handshake(certificates.serverOtherCA) {
            $0.checkServerIdentity = check
            $0.rejectUnauthorized = false
        }
        #expect(unverified.isClientDone)
        #expect(seen.all.count == 2)
    }

    @Test func theProgramMayRefuse() throws {
        struct Stranger: Error, CustomStringConvertible { let description = "a stranger" }
        let refused = try handshake { $0.checkServerIdentity = ServerIdentityCheck { _ in throw Stranger() } }
        #expect(!refused.isClientDone)
        #expect(refused.error.code == .certificateRejected)
        #expect(
            refused.error.message.hasPrefix(
                "certificate verify failed: checkServerIdentity refused it: a stranger (depth 0, subject CN=localhost"))
    }

    // MARK: Pins

    private func pin(_ identity: TestCertificates.Identity, _ place: Int) throws -> String {
        let all = Inbox<[Certificate]>()
        _ = try handshake(identity) { $0.checkServerIdentity = ServerIdentityCheck { all.put($0.chain) } }
        return try #require(all.all.first)[place].publicKeyPin
    }

    @Test func asksForAPinnedKey() async throws {
        let leaf = try pin(certificates.server, 0)
        let authority = try pin(certificates.server, 1)
        let other = try pin(certificates.serverRSA, 0)
        let digest = try await ChildProcess.run(
            "/bin/sh",
            [
                "-c",
                "openssl x509 -in \"$0\" -noout -pubkey | openssl pkey -pubin -outform DER | "
                    + "openssl dgst -sha256 -binary | base64", certificates.server.certificate,
            ], within: .seconds(10))
        #expect("\(leaf)\n" == "sha256//\(digest.stdout)")
        #expect(try handshake { $0.pinnedPublicKeys = [leaf] }.isClientDone)
        #expect(try handshake { $0.pinnedPublicKeys = [other, authority] }.isClientDone)
        let wrong = try handshake { $0.pinnedPublicKeys = [other] }
        #expect(!wrong.isClientDone)
        #expect(wrong.error.message.contains("its public key is not one of pinnedPublicKeys, but \(leaf) ("))
    }

    /// Nothing else proves who the server is then; that it sends an authority's certificate proves nothing.
    @Test func asksForThePinnedKeyOfAnUnverifiedServer() throws {
        let leaf = try pin(certificates.serverChain, 0)
        let sent = try pin(certificates.serverChain, 1)
        for (pins, isAccepted) in [([leaf], true), ([sent], false)] {
            let handshake = try handshake(certificates.serverChain) {
                $0.ca = []
                $0.rejectUnauthorized = false
                $0.pinnedPublicKeys = pins
            }
            #expect(handshake.isClientDone == isAccepted)
        }
    }

    @Test(arguments: ["", "abc", "sha256//", "sha256//AAAA", "sha1//" + String(repeating: "A", count: 43) + "="])
    func refusesWhatIsNoPin(_ pin: String) throws {
        #expect(
            try message { $0.pinnedPublicKeys = [pin] }
                == "pinnedPublicKeys: \(pin.debugDescription) is not sha256// and 32 bytes in Base64")
    }
}
