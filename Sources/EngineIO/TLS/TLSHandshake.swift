import COpenSSL
import SocketIOProtocol

/// Our part in a handshake: what an `SSL_CTX` carries for the callbacks, and the callbacks.
final class TLSHandshake {
    private let context: TLSContext
    private let recorder: TLSRecorder?

    private static let index = CRYPTO_get_ex_new_index(
        CRYPTO_EX_INDEX_SSL_CTX, 0, nil, nil, nil,
        { _, handshake, _, _, _, _ in
            guard let handshake else { return }
            Unmanaged<TLSHandshake>.fromOpaque(handshake).release()
        })

    private init(_ context: TLSContext, _ recorder: TLSRecorder?) {
        self.context = context
        self.recorder = recorder
    }

    /// Makes every connection of `sslContext` verify as `context` says, and record into `recorder` or one of its own.
    static func attach(
        _ context: TLSContext, _ recorder: TLSRecorder?, to sslContext: OpaquePointer
    ) throws(SocketIOError) {
        let handshake = Unmanaged.passRetained(TLSHandshake(context, recorder))
        guard SSL_CTX_set_ex_data(sslContext, index, handshake.toOpaque()) == 1 else {
            handshake.release()
            throw TLSContext.failure("SSL_CTX_set_ex_data")
        }
        SSL_CTX_set_verify(sslContext, SSL_VERIFY_PEER, nil)
        SSL_CTX_set_cert_verify_callback(
            sslContext,
            { store, _ in
                guard let store else { return 0 }
                return TLSHandshake.verify(store) ? 1 : 0
            }, nil)
        SSL_CTX_set_info_callback(sslContext) { ssl, event, value in
            guard let ssl else { return }
            TLSHandshake.of(ssl)?.observe(ssl, event, value)
        }
        // Called when the server asks, whether or not there is a certificate to present.
        SSL_CTX_set_cert_cb(
            sslContext,
            { ssl, _ in
                if let ssl { TLSRecorder.of(ssl)?.serverAsksForCertificate(ssl) }
                return 1
            }, nil)
        // One memory of sessions for all that is made from `context`: the libraries make an `SSL_CTX` for each
        // connection, or share one.
        SSL_CTX_ctrl(
            sslContext, SSL_CTRL_SET_SESS_CACHE_MODE,
            Int(SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL), nil)
        SSL_CTX_sess_set_new_cb(sslContext) { ssl, session in
            if let ssl, let session, let verification = TLSRecorder.of(ssl)?.verification {
                TLSHandshake.of(ssl)?.context.keep(session, verification)
            }
            // It stays OpenSSL's.
            return 0
        }
    }

    private static func of(_ ssl: OpaquePointer) -> TLSHandshake? {
        SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), index).map {
            Unmanaged<TLSHandshake>.fromOpaque($0).takeUnretainedValue()
        }
    }

    private func observe(_ ssl: OpaquePointer, _ event: Int32, _ value: Int32) {
        if event & SSL_CB_HANDSHAKE_START != 0 { return begin(ssl) }
        guard let recorder = TLSRecorder.of(ssl) else { return }
        if event & SSL_CB_HANDSHAKE_DONE != 0 {
            recorder.handshakeDone(ssl)
        } else if event & SSL_CB_READ_ALERT == SSL_CB_READ_ALERT && value >> 8 == SSL3_AL_FATAL {
            recorder.receive(alert: value & 0xFF, ssl)
            context.forgetSession()
        } else if event & SSL_CB_CONNECT_EXIT == SSL_CB_CONNECT_EXIT && value < 0 {
            // It also ends so where it only waits for the server: then there is no reason. Nor is it one that the
            // connection has ended, which OpenSSL is told by libwebsockets' sockets and not by libcurl's.
            recorder.notePresented(ssl)
            recorder.reason = COpenSSL_is_unexpected_eof(ERR_peek_last_error()) != 0 ? nil : OpenSSLErrors.peek()
            if recorder.reason != nil { context.forgetSession() }
        }
    }

    /// Before the ClientHello, and after the library has set what it thinks right.
    private func begin(_ ssl: OpaquePointer) {
        // Once for each connection.
        guard TLSRecorder.of(ssl) == nil else { return }
        ERR_clear_error()
        SSL_set_verify(ssl, SSL_VERIFY_PEER, changeNothing)
        // Without a recorder every certificate is refused.
        guard let recorder = TLSRecorder.attach(recorder, to: ssl) else { return }
        let session = context.goodSession
        recorder.begin(with: context.verification.peer, resuming: session?.verification)
        guard context.verification.prepare(ssl) else {
            recorder.setupFailure = OpenSSLErrors.take() ?? "no reason given"
            return
        }
        session?.takeUp(on: ssl)
    }

    private static func verify(_ store: OpaquePointer) -> Bool {
        guard let data = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()) else { return false }
        let ssl = OpaquePointer(data)
        if let handshake = of(ssl), let recorder = TLSRecorder.of(ssl), recorder.setupFailure == nil {
            recorder.serverHasChosen(ssl)
            return handshake.context.verification.verify(store, recorder)
        }
        X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION)
        return false
    }
}

/// In place of a library's callback, which nil would leave in force.
private let changeNothing: @convention(c) (Int32, OpaquePointer?) -> Int32 = { isInOrder, _ in isInOrder }
