import Foundation
import Glibc

/// Certificates for tests, made once in each process by `scripts/make-certificates` and removed at its end.
package struct TestCertificates: Sendable {
    /// A certificate and its private key: the paths of two PEM files.
    package struct Identity: Sendable {
        package let certificate: String
        package let key: String
    }

    /// The passphrase of ``encryptedClientKey`` and of ``clientPFX``.
    package static let passphrase = "secret"

    package let directory: String

    /// The authority of everything that is not said to be of another one.
    package var ca: String { path("ca.pem") }
    package var otherCA: String { path("other-ca.pem") }
    /// Issued by `ca`; issues ``serverChain`` and ``clientChain``.
    package var intermediate: String { path("intermediate.pem") }

    /// For localhost, bücher.example, 127.0.0.1 and ::1; its key, like those of the others, is on P-256.
    package var server: Identity { identity("server") }
    package var serverRSA: Identity { identity("server-rsa") }
    package var serverEd25519: Identity { identity("server-ed25519") }
    package var serverExpired: Identity { identity("server-expired") }
    /// Valid from 2098 on.
    package var serverFuture: Identity { identity("server-future") }
    package var serverSelfSigned: Identity { identity("server-self-signed") }
    /// For *.wild.example and part*.partial.example.
    package var serverWildcard: Identity { identity("server-wildcard") }
    /// The subject is localhost, but it is for no name.
    package var serverNoName: Identity { identity("server-no-name") }
    /// For wrong.example alone.
    package var serverWrongName: Identity { identity("server-wrong-name") }
    package var serverOtherCA: Identity { identity("server-other-ca") }
    /// Issued by the intermediate authority, whose certificate is in the file.
    package var serverChain: Identity {
        Identity(certificate: path("server-chain.pem"), key: path("server-intermediate.key"))
    }
    /// Issued by the intermediate authority, whose certificate is missing in the file.
    package var serverIncompleteChain: Identity { identity("server-intermediate") }

    /// The common name is "client".
    package var client: Identity { identity("client") }
    /// The common name is "client-rsa".
    package var clientRSA: Identity { identity("client-rsa") }
    /// The common name is "client-ed25519".
    package var clientEd25519: Identity { identity("client-ed25519") }
    package var clientExpired: Identity { identity("client-expired") }
    /// Valid from 2098 on.
    package var clientFuture: Identity { identity("client-future") }
    package var clientOtherCA: Identity { identity("client-other-ca") }
    /// Issued by the intermediate authority, whose certificate is in the file.
    ///
    /// The common name is "intermediate-client".
    package var clientChain: Identity {
        Identity(certificate: path("client-chain.pem"), key: path("client-intermediate.key"))
    }
    /// The key of ``client``, under ``passphrase``.
    package var encryptedClientKey: String { path("client-encrypted.key") }
    /// The key of ``client`` in DER, under ``passphrase``.
    package var encryptedClientKeyDER: String { path("client-encrypted-key.der") }
    /// The key of ``clientRSA`` in the traditional form of PKCS #1, under ``passphrase``.
    package var encryptedClientKeyPKCS1: String { path("client-rsa-encrypted.key") }
    /// ``client`` in DER, both certificate and key.
    package var clientDER: Identity { Identity(certificate: path("client.der"), key: path("client-key.der")) }
    /// ``client`` in PKCS #12, under ``passphrase``.
    package var clientPFX: String { path("client.p12") }

    /// A revocation list of `ca` that has the certificate of ``server``.
    package var crlWithServer: String { path("server-revoked.crl") }
    /// A revocation list of `ca` that has the certificates of ``server`` and of ``client``.
    package var crlWithClient: String { path("client-revoked.crl") }
    /// A revocation list of `ca` that has none.
    package var emptyCRL: String { path("empty.crl") }
    package var emptyCRLDER: String { path("empty-crl.der") }
    /// A revocation list of `ca` that has not been good since 2020.
    package var expiredCRL: String { path("expired.crl") }

    private func path(_ name: String) -> String { directory + "/" + name }

    private func identity(_ name: String) -> Identity {
        Identity(certificate: path(name + ".pem"), key: path(name + ".key"))
    }

    /// The certificates of this process.
    package static var shared: TestCertificates {
        get async throws { try await task.value }
    }

    /// Outlives every test, so it is removed as the process exits.
    private static let home = Result { try TemporaryDirectory() }

    private static let task = Task {
        let directory = try home.get().path
        atexit { if case .success(let home) = TestCertificates.home { home.remove() } }
        let made = try await ChildProcess.run(
            Repository.script("make-certificates"), [directory], within: .seconds(60))
        guard made.status == 0 else { throw SupportError("no certificates: \(made.stderr)") }
        return TestCertificates(directory: directory)
    }
}
