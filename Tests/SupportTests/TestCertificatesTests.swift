import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct TestCertificatesTests {
    private func verify(_ path: String, ca: String, _ options: [String] = []) async throws -> Bool {
        try await ChildProcess.run("openssl", ["verify", "-CAfile", ca] + options + [path]).status == 0
    }

    @Test func theGoodOnesVerify() async throws {
        let made = try await TestCertificates.shared
        for identity in [made.server, made.client, made.clientRSA, made.serverWrongName] {
            #expect(try await verify(identity.certificate, ca: made.ca))
        }
        for identity in [made.serverOtherCA, made.clientOtherCA] {
            #expect(try await verify(identity.certificate, ca: made.otherCA))
        }
        for identity in [made.serverChain, made.clientChain] {
            #expect(try await verify(identity.certificate, ca: made.ca, ["-untrusted", identity.certificate]))
        }
        for name in ["-verify_hostname=localhost", "-verify_ip=127.0.0.1", "-verify_ip=::1"] {
            let option = name.split(separator: "=").map(String.init)
            #expect(try await verify(made.server.certificate, ca: made.ca, option))
        }
    }

    @Test func theBadOnesDoNot() async throws {
        let made = try await TestCertificates.shared
        for identity in [made.serverExpired, made.serverOtherCA, made.clientOtherCA, made.serverIncompleteChain] {
            #expect(try await verify(identity.certificate, ca: made.ca) == false)
        }
        let wrong = ["-verify_hostname", "localhost"]
        #expect(try await verify(made.serverWrongName.certificate, ca: made.ca, wrong) == false)
    }

    @Test func revocation() async throws {
        let made = try await TestCertificates.shared
        let listed = ["-crl_check", "-CRLfile", made.crlWithServer]
        let empty = ["-crl_check", "-CRLfile", made.emptyCRL]
        #expect(try await verify(made.server.certificate, ca: made.ca, listed) == false)
        #expect(try await verify(made.server.certificate, ca: made.ca, empty))
    }

    @Test(arguments: ["secret": true, "wrong": false])
    func passphrase(_ passphrase: String, opens: Bool) async throws {
        let made = try await TestCertificates.shared
        let pass = "pass:\(passphrase)"
        let key = ["pkey", "-in", made.encryptedClientKey, "-passin", pass, "-noout"]
        let pfx = ["pkcs12", "-in", made.clientPFX, "-passin", pass, "-noout"]
        #expect((try await ChildProcess.run("openssl", key).status == 0) == opens)
        #expect((try await ChildProcess.run("openssl", pfx).status == 0) == opens)
    }
}
