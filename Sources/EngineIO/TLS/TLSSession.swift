import COpenSSL
import SocketIOProtocol

/// A TLS session that the next connection to the same server may take up again, without certificates.
struct TLSSession {
    /// What the session's full handshake has shown of the server.
    struct Verification {
        let chain: [Certificate]
        let time: UnixTime

        /// For how long that is good: a session is renewed by each connection that takes it up, and a certificate is
        /// not.
        private static let limit: Int64 = 24 * 3600

        var isGood: Bool {
            let now = UnixTime.now
            return now.secondsSince1970 < time.secondsSince1970 + Self.limit && chain.allSatisfy { now < $0.notAfter }
        }
    }

    let verification: Verification
    private let session: OpenSSLReference

    /// A copy, if the session can be used again: OpenSSL gives up that of a connection that ends without a goodbye.
    init?(_ session: OpaquePointer, _ verification: Verification) {
        guard SSL_SESSION_is_resumable(session) == 1, let copy = Self.copy(session) else { return nil }
        self.session = copy
        self.verification = verification
    }

    /// If the server does not know it any more, the handshake is a full one.
    func takeUp(on ssl: OpaquePointer) {
        guard let copy = Self.copy(session.pointer) else { return }
        SSL_set_session(ssl, copy.pointer)
    }

    private static func copy(_ session: OpaquePointer) -> OpenSSLReference? {
        OpenSSLReference(SSL_SESSION_dup(session), SSL_SESSION_free)
    }
}
