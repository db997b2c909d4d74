import SocketIO

/// What an administrator can do about a failed TLS handshake.
enum TLSAdvice {
    static func text(for error: SocketIOError, _ setting: Setting) -> String {
        if let failure = error.certificate { return certificate(failure, setting) }
        if let request = setting.tls?.clientCertificateRequest {
            return clientCertificate(request, alert: error.tlsAlert, setting)
        }
        if let alert = error.tlsAlert { return self.alert(alert) }
        if error.code == .timedOut {
            return "The server takes the connection and does not speak TLS: correct the port, or use http://."
        }
        return failure(error.message)
    }

    // MARK: The server's certificate

    /// OpenSSL's `X509_V_ERR_…`.
    private enum Verification {
        static let unknownIssuer = [2, 20, 21]
        static let noRevocationList = 3
        static let notYetValid = 9
        static let expired = 10
        static let revocationListNotCurrent = [11, 12]
        static let selfSigned = 18
        static let selfSignedInChain = 19
        static let revoked = 23
        static let notACA = [24, 37, 79]
        static let wrongPurpose = 26
        static let refusedHere = 50
        static let wrongName = [62, 64]
        static let tooWeak = [66, 67, 68]
    }

    private static func certificate(_ failure: SocketIOError.CertificateFailure, _ setting: Setting) -> String {
        let certificate = failure.certificate
        let isServers = failure.depth == 0
        let owner = isServers ? "the server's certificate" : "the certificate of the CA \(certificate.subject)"
        switch failure.code {
        case Verification.expired:
            let rest = isServers ? "" : " and give the new one with --ca"
            return "Renew \(owner)\(rest), or set this machine's clock, which says \(setting.now)."
        case Verification.notYetValid:
            return """
                Set this machine's clock, which says \(setting.now), or wait: \(owner) is valid from \
                \(certificate.notBefore) on.
                """
        case let code where Verification.unknownIssuer.contains(code): return unknownIssuer(certificate, setting)
        case Verification.selfSigned:
            return "If this is the right server, give its certificate with --ca; else give the server one of a CA."
        case Verification.selfSignedInChain:
            return "Give the CA \(certificate.subject) with --ca: it is not one of those that are trusted."
        case Verification.revoked: return "Replace \(owner): its CA has revoked it."
        case Verification.noRevocationList:
            return "Give the revocation list of \(certificate.issuer) with --crl, too, or leave --crl out."
        case let code where Verification.revocationListNotCurrent.contains(code):
            return "Get a current revocation list of \(certificate.issuer) for --crl."
        case let code where Verification.wrongName.contains(code):
            let names = certificate.subjectAltName.isEmpty ? "none" : certificate.subjectAltName
            return """
                Use a URL with a name that the certificate is for (\(names)), give that name with --servername, or give \
                the server a certificate for \(setting.host).
                """
        case Verification.wrongPurpose: return "Replace \(owner): it was not issued for this use (serverAuth)."
        case let code where Verification.notACA.contains(code): return "Replace \(owner): it may not issue others."
        case let code where Verification.tooWeak.contains(code):
            return "Replace \(owner) by one with a larger key and a newer signature algorithm."
        case Verification.refusedHere:
            return
                "If the server has a new key that you know of, give its pin with --pin; if not, somebody is in between."
        default: return "Replace \(owner), or trust other CAs with --ca."
        }
    }

    private static func unknownIssuer(_ certificate: Certificate, _ setting: Setting) -> String {
        if (setting.tls?.chain.count ?? 0) > 1 {
            return "Give the CA \(certificate.issuer) with --ca: it is not trusted."
        }
        return """
            Give the CA \(certificate.issuer) with --ca; if it is an intermediate one, have the server send its \
            certificate behind its own.
            """
    }

    // MARK: The client's certificate

    static func clientCertificate(
        _ request: TLSInfo.ClientCertificateRequest, alert: String?, _ setting: Setting
    ) -> String {
        let issuers =
            request.issuers.isEmpty
            ? "of a CA that the server trusts" : "of one of these issuers: \(request.issuers.joined(separator: "; "))"
        guard let presented = request.presented else {
            return "Give --cert and --key with a certificate \(issuers)."
        }
        if alert == "certificate expired" || presented.notAfter < setting.now {
            return "Renew the client's certificate: it was valid until \(presented.notAfter)."
        }
        if presented.notBefore > setting.now {
            return
                "Wait, or set this machine's clock: the client's certificate is valid from \(presented.notBefore) on."
        }
        if alert == "certificate revoked" { return "Replace the client's certificate: its CA has revoked it." }
        if !request.issuers.isEmpty && !request.issuers.contains(presented.issuer) {
            return """
                Give a certificate \(issuers); this one is issued by \(presented.issuer). If that is an intermediate CA, \
                put its certificate into --cert behind the client's.
                """
        }
        return """
            The server \(alert == nil ? "seems to refuse" : "refuses") this client certificate: its log tells why; if it \
            does not know the issuer \(presented.issuer), have it trust that.
            """
    }

    // MARK: The handshake

    private static let inCommon = "change --ciphers, --min-version and --max-version, or what the server allows"

    private static func alert(_ alert: String) -> String {
        switch alert {
        case "protocol version": "No version of TLS is allowed on both sides: \(inCommon)."
        case "handshake failure", "insufficient security": "No cipher is allowed on both sides: \(inCommon)."
        case "unrecognized name":
            "The server does not know the name it was asked for: correct the URL, or give --servername."
        case "no application protocol": "The server must allow http/1.1 (ALPN)."
        default: "The server ends the handshake: look into its log."
        }
    }

    private static func failure(_ message: String) -> String {
        func says(_ words: String...) -> Bool { words.contains { message.contains($0) } }
        if says("wrong version number", "http request", "packet length too long", "record layer failure") {
            return "The server does not speak TLS on this port: use http://, or correct the port."
        }
        if says("unsupported protocol", "version too low", "no protocols available") {
            return "No version of TLS is allowed on both sides: \(inCommon)."
        }
        if says("no ciphers available", "no shared cipher", "too small", "unsafe legacy") {
            return "The two sides have no acceptable parameters in common: \(inCommon)."
        }
        if says("the server ended the connection", "unexpected eof") {
            return """
                The server hangs up without a word, as one does that does not speak TLS on this port, or that allows none \
                of these versions and ciphers: correct the port, or \(inCommon).
                """
        }
        return "Look into the server's log; if it does not speak TLS on this port, correct the port or use http://."
    }
}
