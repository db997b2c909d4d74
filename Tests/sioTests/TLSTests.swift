import Foundation
import TestSupport
import Testing

/// The built `sio` against a server that demands client certificates.
@Suite(.serialized, .timeLimit(.minutes(5))) struct TLSTests {
    private static let transports = ["polling", "websocket"]

    private func start(_ certificates: TestCertificates) async throws -> PeerServer {
        try await PeerServer.start {
            $0.tls = .init(certificates.server, clientCA: certificates.ca)
            $0.logsRequests = true
        }
    }

    @Test(arguments: transports)
    func clientCertificateOpens(_ transports: String) async throws {
        let certificates = try await TestCertificates.shared
        let server = try await start(certificates)
        let directory = try TemporaryDirectory()
        let passphraseFile = try directory.write(Data((TestCertificates.passphrase + "\n").utf8), to: "passphrase")
        for (key, passphrase) in [
            (certificates.client.key, []),
            (certificates.encryptedClientKey, ["--passphrase", TestCertificates.passphrase]),
            (certificates.encryptedClientKey, ["--passphrase-file", passphraseFile]),
        ] {
            let run = try await ChildProcess.run(
                try Repository.program("sio"),
                ["emit", "--transports", transports, "--ca", certificates.ca] + passphrase + [
                    "--cert", certificates.client.certificate, "--key", key, "--ack", server.url, "ack", "1",
                ])
            #expect(run.status == 0, "\(run.stderr)")
            #expect(run.stdout == "[1]\n")
            #expect(try await server.next(.request).subject == "client")
        }
        try await server.stop()
    }

    @Test(arguments: transports)
    func missingClientCertificate(_ transports: String) async throws {
        let certificates = try await TestCertificates.shared
        let server = try await start(certificates)
        let run = try await sio("emit", "--transports", transports, "--ca", certificates.ca, server.url, "x")
        #expect(run.status == 1)
        #expect(run.stderr.hasPrefix("sio: "))
        #expect(
            run.stderr.contains("the server asked for a client certificate\(PeerServer.issuers); none was configured"),
            "\(run.stderr)")
        #expect(run.stderr.split(separator: "\n").count == 1)
        try await server.stop()
    }

    @Test(arguments: transports)
    func unknownAuthority(_ transports: String) async throws {
        let certificates = try await TestCertificates.shared
        let server = try await PeerServer.start { $0.tls = .init(certificates.server) }
        let run = try await sio("emit", "--transports", transports, "--ca", certificates.otherCA, server.url, "x")
        #expect(run.status == 1)
        #expect(run.stderr.hasPrefix("sio: "))
        #expect(run.stderr.contains("unable to get local issuer certificate"), "\(run.stderr)")
        #expect(try await sio("emit", "--insecure", "--transports", transports, server.url, "x").status == 0)
        try await server.stop()
    }

    @Test func expiredCertificate() async throws {
        let certificates = try await TestCertificates.shared
        let server = try await PeerServer.start { $0.tls = .init(certificates.serverExpired) }
        let run = try await sio("emit", "--ca", certificates.ca, server.url, "x")
        #expect(run.status == 1)
        #expect(run.stderr.contains("certificate has expired"), "\(run.stderr)")
        try await server.stop()
    }

    @Test func unusableOptionsAreNamed() async throws {
        let certificates = try await TestCertificates.shared
        let (certificate, key) = (certificates.client.certificate, certificates.encryptedClientKey)
        let missing = try await sio("emit", "--ca", "/no/such/file", "https://127.0.0.1:1", "x")
        #expect(missing.status == 1)
        #expect(missing.stderr == "sio: ca: /no/such/file: No such file or directory\n")
        let wrong = try await sio(
            "emit", "--cert", certificate, "--key", key, "--passphrase", "wrong", "https://127.0.0.1:1", "x")
        #expect(wrong.status == 1)
        #expect(wrong.stderr == "sio: key: \(key): the passphrase is wrong or missing\n")
        let ciphers = try await sio("emit", "--ciphers", "NONSENSE", "https://127.0.0.1:1", "x")
        #expect(ciphers.status == 1)
        #expect(ciphers.stderr.hasPrefix("sio: ciphers: "), "\(ciphers.stderr)")
    }
}
