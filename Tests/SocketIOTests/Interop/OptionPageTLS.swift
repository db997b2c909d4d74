import Foundation
import Logging
import SocketIO
import TestSupport
import Testing

/// The options of TLS. The server is for localhost and 127.0.0.1, and demands a client's certificate.
extension OptionPage {
    // MARK: Whom the client trusts

    static let trust = [
        OptionRow("ca") { probe in
            let stranger = try await probe.client(tls: true) { $0.ca = nil }
            #expect(try await stranger.failure().code == .certificateRejected)
            let session = try await probe.session(tls: true)
            #expect(session.values(\.tls?.version) == ["TLSv1.3"])
            #expect(stranger.requests.isEmpty)
        },
        OptionRow("crl") { probe in
            let made = try await TestCertificates.shared
            let other = try await probe.client(tls: true) { $0.crl = .file(made.crlWithServer) }
            #expect(try await other.failure().message.contains("certificate revoked"))
            let session = try await probe.session(tls: true) { $0.crl = .file(made.emptyCRL) }
            #expect(!session.requests.isEmpty && other.requests.isEmpty)
        },
        OptionRow("servername") { probe in
            let url = "https://localhost:\(try await secure.value.port)"
            func names(_ name: String?) async throws -> Set<String?> {
                try await probe.session(
                    tls: true, url: url,
                    {
                        // The server is at 127.0.0.1 alone.
                        $0.family = .ipv4
                        $0.servername = name
                    }
                ).values(\.tls?.servername)
            }
            #expect(try await names(nil) == ["localhost"])
            #expect(try await names("xn--bcher-kva.example") == ["xn--bcher-kva.example"])
            #expect(try await names("") == [nil])
            let other = try await probe.client(tls: true) { $0.servername = "other.example" }
            #expect(try await other.failure().message.contains("hostname mismatch"))
            #expect(other.requests.isEmpty)
        },
        OptionRow("checkServerIdentity") { probe in
            struct Stranger: Error {}
            let hosts = Inbox<String>()
            let session = try await probe.session(tls: true) {
                $0.servername = "other.example"
                $0.checkServerIdentity = ServerIdentityCheck { hosts.put($0.host) }
            }
            #expect(session.values(\.tls?.servername) == ["other.example"])
            #expect(Set(hosts.all) == ["other.example"])
            let other = try await probe.client(tls: true) {
                $0.checkServerIdentity = ServerIdentityCheck { _ in throw Stranger() }
            }
            #expect(try await other.failure().message.contains("checkServerIdentity refused it"))
            #expect(other.requests.isEmpty)
        },
        OptionRow("pinnedPublicKeys") { probe in
            let pin = try #require(try await probe.session(tls: true).info?.peerCertificate?.publicKeyPin)
            let other = try await probe.client(tls: true) {
                $0.pinnedPublicKeys = ["sha256//" + String(repeating: "A", count: 43) + "="]
            }
            #expect(try await other.failure().message.contains("pinnedPublicKeys"))
            let session = try await probe.session(tls: true) { $0.pinnedPublicKeys = [pin] }
            #expect(!session.requests.isEmpty && other.requests.isEmpty)
        },
        OptionRow("rejectUnauthorized") { probe in
            func change(_ options: inout ClientOptions) {
                // The system's.
                options.ca = nil
                options.servername = "other.example"
            }
            let other = try await probe.client(tls: true, change)
            #expect(try await other.failure().code == .certificateRejected)
            let session = try await probe.session(tls: true) {
                change(&$0)
                $0.rejectUnauthorized = false
            }
            #expect(session.values(\.tls?.servername) == ["other.example"])
            #expect(session.info?.tls?.verificationFailure != nil && other.requests.isEmpty)
        },
    ]

    // MARK: Whom the server sees

    private static func present(_ identity: TestCertificates.Identity) -> (inout ClientOptions) -> Void {
        {
            $0.cert = .file(identity.certificate)
            $0.key = .file(identity.key)
        }
    }

    private static func presentNothing(_ options: inout ClientOptions) {
        options.cert = nil
        options.key = nil
    }

    static let identity = [
        OptionRow("cert") { probe in
            let made = try await TestCertificates.shared
            for (name, identity) in [
                ("client", made.client), ("client-rsa", made.clientRSA), ("client-ed25519", made.clientEd25519),
            ] {
                #expect(try await probe.session(tls: true, present(identity)).values(\.subject) == [name])
            }
            let other = try await probe.client(tls: true, presentNothing)
            #expect(try await other.failure().message.contains("the server asked for a client certificate"))
            #expect(other.requests.isEmpty)
        },
        OptionRow("key") { probe in
            let made = try await TestCertificates.shared
            // In an order of their own.
            let session = try await probe.session(tls: true) {
                $0.cert = [.file(made.clientRSA.certificate), .file(made.client.certificate)]
                $0.key = [.file(made.client.key), .file(made.clientRSA.key)]
            }
            #expect(session.values(\.subject).isSubset(of: ["client", "client-rsa"]))
            let error = try await probe.failure(tls: true) { $0.key = .file(made.clientRSA.key) }
            #expect(error.phase == .options && error.message.hasPrefix("key: "))
        },
        OptionRow("pfx") { probe in
            let made = try await TestCertificates.shared
            let other = try await probe.client(tls: true, presentNothing)
            _ = try await other.failure()
            let session = try await probe.session(tls: true) {
                presentNothing(&$0)
                $0.pfx = .file(made.clientPFX)
                $0.passphrase = TestCertificates.passphrase
            }
            #expect(session.values(\.subject) == ["client"] && other.requests.isEmpty)
        },
        OptionRow("passphrase") { probe in
            let made = try await TestCertificates.shared
            let key = made.encryptedClientKey
            let session = try await probe.session(tls: true) {
                $0.key = .file(key)
                $0.passphrase = TestCertificates.passphrase
            }
            #expect(session.values(\.subject) == ["client"])
            let error = try await probe.failure(tls: true) { $0.key = .file(key) }
            #expect(error.message == "key: \(key): the passphrase is wrong or missing")
        },
    ]

    // MARK: How they talk

    static let policy = [
        OptionRow("minVersion") { probe in
            let front = try await front.value
            let old = try await probe.session(at: front, oldOnly: true)
            #expect(old.header("x-version") == ["TLSv1.2"])
            let other = try await probe.client(at: front, oldOnly: true) { $0.minVersion = .v1_3 }
            #expect(try await other.failure(url: "https://localhost").code == .tls)
            let new = try await probe.session(at: front) { $0.minVersion = .v1_3 }
            #expect(new.header("x-version") == ["TLSv1.3"] && other.requests.isEmpty)
        },
        OptionRow("maxVersion") { probe in
            #expect(try await probe.session(tls: true).values(\.tls?.version) == ["TLSv1.3"])
            let session = try await probe.session(tls: true) { $0.maxVersion = .v1_2 }
            #expect(session.values(\.tls?.version) == ["TLSv1.2"])
        },
        OptionRow("ciphers") { probe in
            for cipher in [
                "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256",
                "ECDHE-ECDSA-CHACHA20-POLY1305",
            ] {
                let session = try await probe.session(tls: true) { $0.ciphers = cipher }
                #expect(session.values(\.tls?.cipher) == [cipher])
            }
        },
        OptionRow("ecdhCurve") { probe in
            let front = try await front.value
            let standard = try await probe.session(at: front)
            #expect(standard.header("x-curve") == ["X25519"])
            let session = try await probe.session(at: front) { $0.ecdhCurve = "P-384:P-521" }
            #expect(session.header("x-curve") == ["secp384r1"])
            #expect(session.header("x-curves") == ["secp384r1:secp521r1"])
        },
        // In TLS 1.2 the cipher tells which of its two certificates the server has chosen.
        OptionRow("sigalgs") { probe in
            let front = try await front.value
            let made = try await TestCertificates.shared
            for (algorithm, kind) in [(nil, "ECDSA"), ("RSA-PSS+SHA256", "RSA"), ("ECDSA+SHA256", "ECDSA")] {
                let session = try await probe.session(at: front, oldOnly: true) {
                    if algorithm?.hasPrefix("RSA") == true { present(made.clientRSA)(&$0) }
                    $0.sigalgs = algorithm
                }
                let isOfKind = session.values { $0.headers?["x-cipher"]?.hasPrefix("ECDHE-\(kind)-") }
                #expect(isOfKind == [true])
            }
        },
    ]

    // MARK: Files

    static let files = [
        OptionRow("watchFiles") { probe in
            let made = try await TestCertificates.shared
            for watches in [true, false] {
                let directory = try TemporaryDirectory()
                func write(_ identity: TestCertificates.Identity) throws {
                    for (path, name) in [(identity.certificate, "client.pem"), (identity.key, "client.key")] {
                        let url = URL(filePath: directory.file(name))
                        try Data(contentsOf: URL(filePath: path)).write(to: url, options: .atomic)
                    }
                }
                try write(made.client)
                let lines = Inbox<String>()
                let session = try await probe.session(
                    tls: true,
                    {
                        $0.cert = .file(directory.file("client.pem"))
                        $0.key = .file(directory.file("client.key"))
                        $0.watchFiles = watches
                        $0.logger = Logger(label: "test") { _ in LogRecorder(lines: lines) }
                    }
                ) { socket in
                    try await socket.exchange()
                    try write(made.clientRSA)
                    if watches { _ = try await lines.next { $0.hasPrefix("info the certificates were replaced") } }
                    socket.disconnect()
                    try await eventually("the end") { socket.io.connectionInfo == nil }
                    try await socket.exchange()
                }
                let subjects = session.handshakes.map(\.subject)
                #expect(subjects == ["client", watches ? "client-rsa" : "client"])
            }
        },
        // A warning, which is no server's business.
        OptionRow("certificateExpiryWarning") { probe in
            for limit in [Duration.seconds(31 * 86_400), nil] {
                let lines = Inbox<String>()
                let session = try await probe.session(tls: true) {
                    $0.certificateExpiryWarning = limit
                    $0.logger = Logger(label: "test") { _ in LogRecorder(lines: lines) }
                }
                #expect(session.values(\.subject) == ["client"])
                let isWarned = lines.all.contains { $0.hasPrefix("warning the client certificate expires in ") }
                #expect(isWarned == (limit != nil))
            }
        },
    ]

    // MARK: The server that tells most

    /// nginx before the plain server: it tells in headers what the handshake came to.
    struct Front: Sendable {
        let nginx: NginxServer
        let directory: TemporaryDirectory
        /// Where TLS is 1.2 or 1.3, and where it is 1.2.
        let socketPath: String
        let oldSocketPath: String
    }

    static let front = Task {
        let made = try await TestCertificates.shared
        let directory = try TemporaryDirectory()
        let (path, old) = (directory.file("new.socket"), directory.file("old.socket"))
        let upstream = try await plain.value.authority
        let servers = [(path, "TLSv1.2 TLSv1.3"), (old, "TLSv1.2")].map { path, versions in
            """
            server {
                listen unix:\(path) ssl;
                ssl_protocols \(versions);
                ssl_ecdh_curve X25519:prime256v1:secp384r1:secp521r1;
                ssl_prefer_server_ciphers on;
                ssl_certificate \(made.server.certificate); ssl_certificate_key \(made.server.key);
                ssl_certificate \(made.serverRSA.certificate); ssl_certificate_key \(made.serverRSA.key);
                ssl_verify_client on; ssl_client_certificate \(made.ca);
                location / {
                    proxy_pass http://\(upstream);
                    proxy_http_version 1.1; proxy_buffering off; proxy_read_timeout 600;
                    proxy_set_header Host $http_host;
                    proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $http_connection;
                    proxy_set_header X-Version $ssl_protocol; proxy_set_header X-Cipher $ssl_cipher;
                    proxy_set_header X-Curve $ssl_curve; proxy_set_header X-Curves $ssl_curves;
                }
            }
            """
        }
        let nginx = try await NginxServer.start(configuration: servers.joined(separator: "\n"), socketPath: path)
        return Front(nginx: nginx, directory: directory, socketPath: path, oldSocketPath: old)
    }
}

extension OptionProbe {
    /// A client of nginx, which passes on to the plain server.
    fileprivate func client(
        at front: OptionPage.Front, oldOnly: Bool = false, _ change: (inout ClientOptions) -> Void
    ) async throws -> OptionClient {
        let options = try await client(tls: true).options
        return OptionClient(server: try await OptionPage.plain.value, options: options) {
            $0.agent.socketPath = oldOnly ? front.oldSocketPath : front.socketPath
            change(&$0)
        }
    }

    func session(
        at front: OptionPage.Front, oldOnly: Bool = false, url: String = "https://localhost",
        _ change: (inout ClientOptions) -> Void = { _ in }
    ) async throws -> OptionSession {
        try await client(at: front, oldOnly: oldOnly, change).session(url: url)
    }
}
