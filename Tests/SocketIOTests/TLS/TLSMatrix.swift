import SocketIO
import TestSupport

/// What a client and a server make of each other's TLS: a row for each pair.
struct TLSCase: Sendable {
    enum Outcome: Sendable {
        /// Events are exchanged.
        case connects
        /// The connection fails, and the error's message holds the text.
        case fails(String)
        /// The options are refused, with this message.
        case refused(String)
    }

    let name: String
    /// Whom the client asks for.
    var host = "localhost"
    let server: TLSSetup
    let client: @Sendable (inout ClientOptions) -> Void
    let outcome: Outcome
    /// Where it is another with Python, whose asyncio sends no alerts and does not say whom it trusts.
    var pythonOutcome: Outcome?
    /// Whether Python can do the server's part.
    var worksInPython: Bool { server.suites == nil }
}

/// The rows. A client trusts the Test CA and has a certificate of it, unless a row says otherwise.
struct TLSMatrix {
    private let made: TestCertificates
    private(set) var cases: [TLSCase] = []

    init(_ certificates: TestCertificates) throws {
        made = certificates
        addClientCertificates()
        addKinds()
        addServerCertificates()
        addNames()
        addRevocation()
        addPolicy()
        try addPins()
    }

    private typealias Change = @Sendable (inout ClientOptions) -> Void

    private mutating func add(
        _ name: String, _ outcome: TLSCase.Outcome, host: String = "localhost",
        server identity: TestCertificates.Identity? = nil, client: @escaping Change = { _ in }
    ) {
        add(name, outcome, host: host, server: identity, { _ in }, client: client)
    }

    private mutating func add(
        _ name: String, _ outcome: TLSCase.Outcome, python: TLSCase.Outcome? = nil, host: String = "localhost",
        server identity: TestCertificates.Identity? = nil, _ server: (inout TLSSetup) -> Void,
        client: @escaping Change = { _ in }
    ) {
        var setup = TLSSetup(identity ?? made.server)
        setup.clientCA = made.ca
        server(&setup)
        cases.append(
            TLSCase(
                name: name, host: host, server: setup, client: client, outcome: outcome, pythonOutcome: python))
    }

    private func present(_ identity: TestCertificates.Identity) -> Change {
        {
            $0.cert = .file(identity.certificate)
            $0.key = .file(identity.key)
        }
    }

    private static let noCertificate: Change = {
        $0.cert = nil
        $0.key = nil
    }

    private static let issuers = " (issuers CN=Test CA,O=Test)"
    private static let cut: TLSCase.Outcome = .fails("TLS handshake failed: the server ended the connection")

    /// The server's question was answered with `answer`, and that was not good enough.
    private static func asked(_ issuers: String, _ answer: String) -> TLSCase.Outcome {
        .fails("the server asked for a client certificate\(issuers); \(answer)")
    }

    // MARK: The client's certificate

    private mutating func addClientCertificates() {
        let none = "none was configured"
        let other = "the one presented was CN=other-client,O=Test, issued by CN=Other CA,O=Test, valid from"
        let future = "the one presented was CN=client,O=Test, issued by CN=Test CA,O=Test, valid from 2098-01-01"
        add("both sides verified", .connects)
        for version in ["1.2", "1.3"] {
            add(
                "no client certificate, TLS \(version)", Self.asked(Self.issuers, none), python: Self.asked("", none),
                { $0.version = version }, client: Self.noCertificate)
            add(
                "client certificate of another CA, TLS \(version)", Self.asked(Self.issuers, other),
                python: Self.asked("", other), { $0.version = version }, client: present(made.clientOtherCA))
        }
        add("no client certificate is asked for", .connects, { $0.clientCA = nil }, client: Self.noCertificate)
        add(
            "client certificate expired",
            .refused("cert: \(made.clientExpired.certificate): the certificate has expired"),
            client: present(made.clientExpired))
        add(
            "client certificate not yet valid", Self.asked(Self.issuers, future), python: Self.asked("", future),
            { _ in }, client: present(made.clientFuture))
        add("client certificate with its chain", .connects, client: present(made.clientChain))
    }

    private mutating func addKinds() {
        add("client key RSA", .connects, client: present(made.clientRSA))
        add("client key Ed25519", .connects, client: present(made.clientEd25519))
        let identities = [made.clientRSA, made.clientEd25519, made.client]
        add("client with three identities", .connects) {
            $0.cert = identities.map { .file($0.certificate) }
            $0.key = identities.map { .file($0.key) }
        }
        add("server key RSA", .connects, server: made.serverRSA)
        add("server key Ed25519", .connects, server: made.serverEd25519)
        let (encrypted, pfx) = (made.encryptedClientKey, made.clientPFX)
        let wrong = "the passphrase is wrong or missing"
        for (passphrase, isRight) in [(TestCertificates.passphrase, true), ("wrong", false)] {
            add(
                "encrypted key, passphrase \(isRight ? "right" : "wrong")",
                isRight ? .connects : .refused("key: \(encrypted): \(wrong)")
            ) {
                $0.key = .file(encrypted)
                $0.passphrase = passphrase
            }
            add(
                "PKCS #12, passphrase \(isRight ? "right" : "wrong")",
                isRight ? .connects : .refused("pfx: \(pfx): \(wrong)")
            ) {
                Self.noCertificate(&$0)
                $0.pfx = .file(pfx)
                $0.passphrase = passphrase
            }
        }
        let other = made.clientRSA.key
        add("key of another certificate", .refused("key: \(other): it does not match cert")) { $0.key = .file(other) }
    }

    // MARK: The server's certificate

    private func rejected(_ text: String) -> TLSCase.Outcome { .fails("certificate verify failed: \(text) (") }

    private mutating func addServerCertificates() {
        let unknown = rejected("unable to get local issuer certificate")
        add("server certificate of another CA", unknown, server: made.serverOtherCA)
        add("the same, accepted", .connects, server: made.serverOtherCA) { $0.rejectUnauthorized = false }
        add("server certificate expired", rejected("certificate has expired"), server: made.serverExpired)
        add("server certificate not yet valid", rejected("certificate is not yet valid"), server: made.serverFuture)
        add("server certificate self-signed", rejected("self-signed certificate"), server: made.serverSelfSigned)
        add("the same, accepted", .connects, server: made.serverSelfSigned) { $0.rejectUnauthorized = false }
        let own = made.serverSelfSigned.certificate
        add("self-signed, and trusted", .connects, server: made.serverSelfSigned) { $0.ca = .file(own) }
        add("intermediate certificate missing", unknown, server: made.serverIncompleteChain)
        let authorities: [TLSSource] = [.file(made.ca), .file(made.intermediate)]
        add("the same, given by the client", .connects, server: made.serverIncompleteChain) { $0.ca = authorities }
        add("server certificate with its chain", .connects, server: made.serverChain)
        add("system's roots only", .fails("certificate verify failed: ")) { $0.ca = nil }
    }

    private mutating func addNames() {
        let name = rejected("hostname mismatch"), address = rejected("IP address mismatch")
        let wrong = made.serverWrongName
        add("wrong name", name, server: wrong)
        add(
            "name in the subject alone",
            .fails(
                "certificate verify failed: hostname mismatch (it is for no name at all, not for localhost; depth 0"),
            server: made.serverNoName)
        add("wrong IPv4 address", address, host: "127.0.0.1", server: wrong)
        add("wrong IPv6 address", address, host: "::1", server: wrong)
        add("right IPv4 address", .connects, host: "127.0.0.1")
        add("right IPv6 address", .connects, host: "::1")
        add("servername instead of the host", .connects, server: wrong) { $0.servername = "wrong.example" }
        add("servername that is wrong", name) { $0.servername = "wrong.example" }
        add("wildcard", .connects, server: made.serverWildcard) { $0.servername = "a.wild.example" }
        add("wildcard for two labels", name, server: made.serverWildcard) { $0.servername = "a.b.wild.example" }
        add("international name", .connects) { $0.servername = "Bücher.example" }
        add("a check of one's own accepts", .connects, server: wrong) {
            $0.checkServerIdentity = ServerIdentityCheck { server in
                guard server.chain[0].subject == "CN=wrong.example,O=Test" else { throw Stranger() }
            }
        }
        add("a check of one's own refuses", rejected("checkServerIdentity refused it: a stranger")) {
            $0.checkServerIdentity = ServerIdentityCheck { _ in throw Stranger() }
        }
    }

    private struct Stranger: Error, CustomStringConvertible { let description = "a stranger" }

    // MARK: Revocation

    private mutating func addRevocation() {
        let (server, client, none, old) = (made.crlWithServer, made.crlWithClient, made.emptyCRL, made.expiredCRL)
        add("server certificate revoked", rejected("certificate revoked")) { $0.crl = .file(server) }
        add("server certificate not revoked", .connects) { $0.crl = .file(none) }
        add("revocation list out of date", rejected("CRL has expired")) { $0.crl = .file(old) }
        let revoked = "the one presented was CN=client,O=Test, issued by CN=Test CA,O=Test, valid from"
        add(
            "client certificate revoked", Self.asked(Self.issuers, revoked), python: Self.asked("", revoked),
            { $0.crl = client })
        add("client certificate not revoked", .connects, { $0.crl = none })
    }

    // MARK: Policy

    private mutating func addPolicy() {
        add("server with TLS 1.2 only", .connects, { $0.version = "1.2" })
        add("server with TLS 1.3 only", .connects, { $0.version = "1.3" })
        add(
            "no common version: client 1.3", .fails("the TLS alert \"protocol version\""), python: Self.cut,
            { $0.version = "1.2" }
        ) {
            $0.minVersion = .v1_3
        }
        add(
            "no common version: client 1.2", .fails("the TLS alert \"protocol version\""), python: Self.cut,
            { $0.version = "1.3" }
        ) {
            $0.maxVersion = .v1_2
        }
        let (strong, weak) = ("ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256")
        func agree(_ setup: inout TLSSetup) {
            setup.version = "1.2"
            setup.ciphers = strong
        }
        add("common cipher, TLS 1.2", .connects, agree) { $0.ciphers = strong }
        add("no common cipher, TLS 1.2", .fails("the TLS alert \"handshake failure\""), python: Self.cut, agree) {
            $0.ciphers = weak
        }
        add("common suite, TLS 1.3", .connects, { $0.suites = "TLS_AES_256_GCM_SHA384" }) {
            $0.ciphers = "TLS_AES_256_GCM_SHA384"
        }
        add(
            "no common suite, TLS 1.3", .fails("the TLS alert \"handshake failure\""),
            { $0.suites = "TLS_AES_256_GCM_SHA384" }
        ) { $0.ciphers = "TLS_AES_128_GCM_SHA256" }
        add("groups and signatures", .connects) {
            $0.ecdhCurve = "P-256"
            $0.sigalgs = "ECDSA+SHA256"
        }
    }

    private mutating func addPins() throws {
        var options = TLSOptions()
        options.cert = .file(made.server.certificate)
        options.key = .file(made.server.key)
        let pin = try TLSContext(options, host: "localhost").clientCertificates[0].publicKeyPin
        add("public key pinned", .connects) { $0.pinnedPublicKeys = [pin] }
        let other = "sha256//" + String(repeating: "A", count: 43) + "="
        add(
            "another public key than pinned",
            .fails("certificate verify failed: its public key is not one of pinnedPublicKeys, but \(pin) (")
        ) {
            $0.pinnedPublicKeys = [other]
        }
    }
}
