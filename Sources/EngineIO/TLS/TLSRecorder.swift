import COpenSSL
package import SocketIOProtocol

/// What OpenSSL told of one connection: kept beyond the connection, so that its end can be explained.
///
/// Each handshake starts the record anew. It is written and read on the thread of the handshake.
package final class TLSRecorder {
    package private(set) var info = TLSInfo()
    /// Why the server's certificate was refused.
    package private(set) var certificate: SocketIOError.CertificateFailure?
    /// The name of the fatal alert that the server sent.
    package private(set) var alert: String?
    package private(set) var isHandshakeDone = false
    /// When it was done.
    private(set) var handshakeEnd: ContinuousClock.Instant?
    /// OpenSSL's reason for the handshake's failure.
    var reason: String?
    /// Why the connection could not be set up: no certificate is accepted then.
    var setupFailure: String?
    private(set) var hasBegun = false
    private var peer: TLSPeer?
    /// Of the session that is to be taken up again.
    private var resumed: TLSSession.Verification?

    package init() {}

    /// The recorder of a connection, once its handshake has begun.
    package static func of(_ ssl: OpaquePointer) -> TLSRecorder? {
        SSL_get_ex_data(ssl, index).map { Unmanaged<TLSRecorder>.fromOpaque($0).takeUnretainedValue() }
    }

    package var isHandshaking: Bool { hasBegun && !isHandshakeDone }

    /// `error`, which ended a connection before it carried an answer, with what TLS knows of the cause.
    package func explain(_ error: SocketIOError) -> SocketIOError {
        guard hasBegun else { return error }
        var error = error
        if let cause = cause(of: error.message) {
            error.code = certificate == nil ? .tls : .certificateRejected
            error.message = cause
            error.phase = .tls
        }
        error.certificate = certificate
        error.tlsAlert = alert
        error.clientCertificateRequested = info.clientCertificateRequest != nil
        return error
    }

    /// `error`, a refusal by HTTP, with the server's question for a client certificate where that seems to be the reason:
    /// nginx completes the handshake, and refuses then.
    package func explain(refusal error: SocketIOError) -> SocketIOError {
        guard let request = info.clientCertificateRequest, let http = error.http else { return error }
        let isAboutCertificates = http.body.lowercased().contains("certificate")
        guard isAboutCertificates || request.presented == nil && [401, 403].contains(http.status) else { return error }
        var error = error
        error.message += ": \(request)"
        error.clientCertificateRequested = true
        return error
    }

    /// The connection has carried an answer: what was recorded does not explain how it ends.
    package func forget() { hasBegun = false }

    /// - Parameter end: How the connection has ended.
    private func cause(of end: String) -> String? {
        if let setupFailure { return "TLS could not be set up: \(setupFailure)" }
        if let certificate { return text(of: certificate) }
        var causes: [String] = []
        if let alert {
            causes.append("the server sent the TLS alert \"\(alert)\"")
        } else if !isHandshakeDone {
            causes.append("TLS handshake failed: \(reason ?? "the server ended the connection")")
        }
        // In TLS 1.3 the client's handshake is done before the server looks at its certificate. The alert with which it
        // refuses is often lost, since the connection is cut at once.
        if let request = info.clientCertificateRequest {
            if causes.isEmpty, request.presented != nil { causes.append("\(end), after the TLS handshake") }
            causes.append(request.description)
        }
        return causes.isEmpty ? nil : causes.joined(separator: ": ")
    }

    private func text(of failure: SocketIOError.CertificateFailure) -> String {
        let certificate = failure.certificate
        var details = "depth \(failure.depth), subject \(certificate.subject), issuer \(certificate.issuer), "
        details += "valid from \(certificate.notBefore) to \(certificate.notAfter)"
        if [X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH].contains(Int32(failure.code)) {
            let names = certificate.subjectAltName.isEmpty ? "no name at all" : certificate.subjectAltName
            details = "it is for \(names), not for \(peer?.host ?? "the host"); " + details
        }
        return "certificate verify failed: \(failure.text) (\(details))"
    }

    // MARK: Recording

    func begin(with peer: TLSPeer, resuming resumed: TLSSession.Verification?) {
        hasBegun = true
        handshakeEnd = nil
        self.peer = peer
        self.resumed = resumed
        info = TLSInfo()
        certificate = nil
        alert = nil
        isHandshakeDone = false
        reason = nil
        setupFailure = nil
    }

    func serverAsksForCertificate(_ ssl: OpaquePointer) {
        let names = SSL_get_client_CA_list(ssl)
        let issuers = (0..<max(0, OPENSSL_sk_num(names))).map { index in
            Certificate.text(of: OPENSSL_sk_value(names, index).map { OpaquePointer($0) })
        }
        info.clientCertificateRequest = TLSInfo.ClientCertificateRequest(
            issuers: issuers, isConfigured: SSL_get_certificate(ssl) != nil)
    }

    /// Of several certificates, OpenSSL chooses one after the question; or none, if it cannot sign as the server wants.
    func notePresented(_ ssl: OpaquePointer) {
        var signature: Int32 = 0
        guard info.clientCertificateRequest != nil, SSL_get_signature_type_nid(ssl, &signature) == 1 else { return }
        info.clientCertificateRequest?.presented = SSL_get_certificate(ssl).map { Certificate(x509: $0) }
    }

    func receive(alert number: Int32, _ ssl: OpaquePointer) {
        notePresented(ssl)
        alert =
            switch number {
            // OpenSSL 3.0 has no text for these two.
            case TLS1_AD_NO_APPLICATION_PROTOCOL: "no application protocol"
            case TLS13_AD_CERTIFICATE_REQUIRED: "certificate required"
            default: String(cString: SSL_alert_desc_string_long(number))
            }
    }

    /// The version and the cipher are settled.
    func serverHasChosen(_ ssl: OpaquePointer) {
        info.version = String(cString: SSL_get_version(ssl))
        let cipher = SSL_get_current_cipher(ssl) ?? SSL_get_pending_cipher(ssl)
        info.cipher = SSL_CIPHER_get_name(cipher).map { String(cString: $0) } ?? ""
    }

    /// The server's chain has been verified, or not.
    func verified(_ chain: [Certificate], _ failure: SocketIOError.CertificateFailure?, isRejected: Bool) {
        resumed = nil
        info.chain = chain
        info.verificationFailure = failure
        if isRejected { certificate = failure }
    }

    /// The chain of the full handshake behind this session, and when it was verified. Nil if it was not.
    var verification: TLSSession.Verification? {
        if let resumed { return resumed }
        guard info.verificationFailure == nil, !info.chain.isEmpty else { return nil }
        return TLSSession.Verification(chain: info.chain, time: .now)
    }

    func handshakeDone(_ ssl: OpaquePointer) {
        isHandshakeDone = true
        handshakeEnd = .now
        notePresented(ssl)
        serverHasChosen(ssl)
        info.isSessionReused = SSL_session_reused(ssl) == 1
        if info.isSessionReused { info.chain = resumed?.chain ?? [] } else { resumed = nil }
    }

    // MARK: The connection's reference

    private static let index = CRYPTO_get_ex_new_index(
        CRYPTO_EX_INDEX_SSL, 0, nil, nil, nil,
        { _, recorder, _, _, _, _ in
            guard let recorder else { return }
            Unmanaged<TLSRecorder>.fromOpaque(recorder).release()
        })

    static func attach(_ recorder: TLSRecorder?, to ssl: OpaquePointer) -> TLSRecorder? {
        let recorder = recorder ?? TLSRecorder()
        let reference = Unmanaged.passRetained(recorder)
        guard SSL_set_ex_data(ssl, index, reference.toOpaque()) == 1 else {
            reference.release()
            return nil
        }
        return recorder
    }
}
