import COpenSSL
package import SocketIOProtocol

/// The TLS options of a connection, read and checked once, and applied to the `SSL_CTX` of libwebsockets and of libcurl.
///
/// Both libraries set their own verification on each connection; it is replaced by ours as the handshake begins.
package final class TLSContext: Sendable {
    let verification: TLSVerification
    private let material: TLSMaterial
    private let policy: TLSPolicy
    private let session = Locked<TLSSession?>(nil)

    /// Reads the options, files included.
    ///
    /// - Throws: `tls`, of phase `options`: the message names the option, the file and the reason.
    package init(_ options: TLSOptions, host: String) throws(SocketIOError) {
        guard OpenSSLLibrary.isReady else { throw Self.failure("OPENSSL_init_crypto") }
        verification = try TLSVerification(options, host: host)
        material = try TLSMaterial.shared(options)
        policy = try TLSPolicy(options)
        // What only OpenSSL can tell, it tells now rather than at the first connection.
        SSL_CTX_free(try makeContext())
    }

    /// What the files held from which this was made.
    var fingerprint: [String: Binary] { material.fingerprint }

    /// Whether a server that cannot be verified is refused.
    package var verifiesServer: Bool { verification.rejectUnauthorized }

    /// The certificates to present when the server asks for one, each with its chain behind it.
    package var clientCertificates: [Certificate] { material.identities.flatMap(\.certificates) }

    /// Makes an `SSL_CTX` for libwebsockets.
    ///
    /// - Parameter recorder: What every connection of the context records into; nil gives each its own: see
    ///   `TLSRecorder.of(_:)`.
    /// - Returns: The context, which the caller frees with `SSL_CTX_free`.
    /// - Throws: `tls` where OpenSSL refuses the options.
    package func makeContext(recorder: TLSRecorder? = nil) throws(SocketIOError) -> OpaquePointer {
        guard let context = SSL_CTX_new(TLS_client_method()) else { throw Self.failure("SSL_CTX_new") }
        do {
            try configure(context, recorder: recorder)
        } catch {
            SSL_CTX_free(context)
            throw error
        }
        return context
    }

    /// Applies the options to an `SSL_CTX` that a library made, in `CURLOPT_SSL_CTX_FUNCTION`.
    ///
    /// If it throws, the context must not be used: it might verify nothing.
    package func configure(_ context: OpaquePointer, recorder: TLSRecorder? = nil) throws(SocketIOError) {
        ERR_clear_error()
        try TLSHandshake.attach(self, recorder, to: context)
        SSL_CTX_set1_cert_store(context, material.trust.pointer)
        SSL_CTX_set_options(context, COpenSSL_SSL_OP_NO_RENEGOTIATION)
        // libcurl sets it, and many servers of TLS 1.2 know sessions by tickets alone.
        SSL_CTX_clear_options(context, COpenSSL_SSL_OP_NO_TICKET)
        // Two more of libcurl's: it writes the secrets of the connection to a file that the environment names, and lets
        // the server ask for a certificate at any time.
        SSL_CTX_set_keylog_callback(context, nil)
        SSL_CTX_set_post_handshake_auth(context, 0)
        SSL_CTX_ctrl(context, SSL_CTRL_MODE, Int(SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS), nil)
        let protocols = [UInt8(8)] + Array("http/1.1".utf8)
        guard SSL_CTX_set_alpn_protos(context, protocols, UInt32(protocols.count)) == 0 else {
            throw Self.failure("SSL_CTX_set_alpn_protos")
        }
        for identity in material.identities { try identity.apply(to: context) }
        try policy.apply(to: context)
    }

    // MARK: The session, to be taken up by the next connection

    /// Keeps a session of these very options, unless each connection is to be verified anew.
    func keep(_ session: OpaquePointer, _ verification: TLSSession.Verification) {
        guard self.verification.isGoodForSessions, let session = TLSSession(session, verification) else { return }
        self.session.withLock { $0 = session }
    }

    /// The session to take up, if there is one.
    var goodSession: TLSSession? {
        session.withLock { session in
            if session?.verification.isGood == false { session = nil }
            return session
        }
    }

    /// The server did not like what came of it: it is to be shown everything again.
    func forgetSession() { session.withLock { $0 = nil } }

    static func failure(_ call: String) -> SocketIOError {
        SocketIOError(.tls, "\(call): \(OpenSSLErrors.take() ?? "no reason given")", phase: .options)
    }
}
