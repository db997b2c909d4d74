import COpenSSL
import SocketIOProtocol

/// What a server has to show: a chain to a trusted root, its name, and what the program asks for besides.
struct TLSVerification {
    let peer: TLSPeer
    let rejectUnauthorized: Bool
    /// Whether a session may be taken up without all of this: it leaves out what may change, and what only warns.
    let isGoodForSessions: Bool
    private let check: ServerIdentityCheck?
    private let pins: Set<String>

    /// A subject is no name of a host (RFC 6125, section 6.4.4, is obsolete).
    private static let hostFlags = UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT)

    init(_ options: TLSOptions, host: String) throws(SocketIOError) {
        peer = try TLSPeer(host, servername: options.servername)
        rejectUnauthorized = options.rejectUnauthorized
        check = options.checkServerIdentity
        isGoodForSessions = rejectUnauthorized && check == nil && options.crl == nil
        var pins: Set<String> = []
        for text in options.pinnedPublicKeys { pins.insert(try PublicKeyPin(text).text) }
        self.pins = pins
    }

    /// Sets what OpenSSL is to verify on a connection, and the name to ask for.
    ///
    /// - Returns: False if OpenSSL refuses.
    func prepare(_ ssl: OpaquePointer) -> Bool {
        let parameters = SSL_get0_param(ssl)
        X509_VERIFY_PARAM_set_hostflags(parameters, Self.hostFlags)
        guard set(serverName: peer.serverName, ssl) else { return false }
        var (name, address): (String?, String?)
        if check == nil {
            switch peer.identity {
            case .name(let text): name = text
            case .address(let text): address = text
            }
        }
        let isAddressSet =
            address.map { X509_VERIFY_PARAM_set1_ip_asc(parameters, $0) }
            ?? X509_VERIFY_PARAM_set1_ip(parameters, nil, 0)
        return X509_VERIFY_PARAM_set1_host(parameters, name, 0) == 1 && isAddressSet == 1
    }

    /// SNI is for names only.
    private func set(serverName: String?, _ ssl: OpaquePointer) -> Bool {
        let type = Int(TLSEXT_NAMETYPE_host_name)
        guard let serverName else { return SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, type, nil) == 1 }
        return serverName.withCString {
            SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, type, UnsafeMutablePointer(mutating: $0)) == 1
        }
    }

    /// Verifies the chain that the server sent.
    ///
    /// - Returns: Whether the connection may go on.
    func verify(_ store: OpaquePointer, _ recorder: TLSRecorder) -> Bool {
        var failure = X509_verify_cert(store) == 1 ? nil : Self.failure(store)
        let sent = Certificate.all(X509_STORE_CTX_get0_untrusted(store))
        let chain = failure == nil ? Certificate.all(X509_STORE_CTX_get0_chain(store)) : sent
        guard let leaf = chain.first else { return false }
        if rejectUnauthorized {
            failure = failure ?? Self.refusal(identityFailure(chain, store), leaf)
            failure = failure ?? Self.refusal(pinFailure(chain), leaf)
        }
        // A pin is asked for in any case; without a verified chain only the server's own key proves anything.
        let isPinned = rejectUnauthorized || pinFailure([leaf]) == nil
        if !isPinned { failure = Self.refusal(pinFailure([leaf]), leaf) }
        let isAccepted = failure == nil || !rejectUnauthorized && isPinned
        recorder.verified(chain, failure, isRejected: !isAccepted)
        let code = isAccepted ? X509_V_OK : Int32(failure?.code ?? Int(X509_V_ERR_APPLICATION_VERIFICATION))
        X509_STORE_CTX_set_error(store, code)
        return isAccepted
    }

    private static func failure(_ store: OpaquePointer) -> SocketIOError.CertificateFailure {
        let code = X509_STORE_CTX_get_error(store)
        let certificate = X509_STORE_CTX_get_current_cert(store) ?? X509_STORE_CTX_get0_cert(store)
        return SocketIOError.CertificateFailure(
            code: Int(code), text: String(cString: X509_verify_cert_error_string(Int(code))),
            depth: Int(X509_STORE_CTX_get_error_depth(store)),
            certificate: certificate.map { Certificate(x509: $0) } ?? .unknown)
    }

    private static func refusal(_ why: String?, _ leaf: Certificate) -> SocketIOError.CertificateFailure? {
        why.map {
            SocketIOError.CertificateFailure(
                code: Int(X509_V_ERR_APPLICATION_VERIFICATION), text: $0, depth: 0, certificate: leaf)
        }
    }

    private func pinFailure(_ chain: [Certificate]) -> String? {
        if pins.isEmpty || chain.contains(where: { pins.contains($0.publicKeyPin) }) { return nil }
        return "its public key is not one of pinnedPublicKeys, but \(chain[0].publicKeyPin)"
    }

    private func identityFailure(_ chain: [Certificate], _ store: OpaquePointer) -> String? {
        guard let check else { return nil }
        do {
            try check(
                ServerIdentity(host: peer.host, chain: chain, isForHost: isForHost(X509_STORE_CTX_get0_cert(store))))
            return nil
        } catch {
            return "checkServerIdentity refused it: \((error as? SocketIOError)?.message ?? "\(error)")"
        }
    }

    private func isForHost(_ certificate: OpaquePointer?) -> Bool {
        switch peer.identity {
        case .name(let name):
            X509_check_host(certificate, name, 0, Self.hostFlags, nil) == 1
        case .address(let address): X509_check_ip_asc(certificate, address, 0) == 1
        }
    }
}

extension Certificate {
    fileprivate static let unknown = Certificate(
        subject: "", issuer: "", notBefore: UnixTime(secondsSince1970: 0), notAfter: UnixTime(secondsSince1970: 0))
}
