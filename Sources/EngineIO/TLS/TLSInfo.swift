public import SocketIOProtocol

/// What a TLS handshake came to, and with whom.
public struct TLSInfo: Sendable, Equatable {
    /// The server's question for a client certificate.
    public struct ClientCertificateRequest: Sendable, Equatable {
        /// The subjects of the CAs that the server accepts, in RFC 2253 form. Empty: it did not say.
        public var issuers: [String]
        /// Whether there was a certificate to give. Where its key cannot sign as the server wants, none is given.
        public var isConfigured: Bool
        /// What it was given.
        public var presented: Certificate?

        package init(issuers: [String], isConfigured: Bool = false, presented: Certificate? = nil) {
            self.issuers = issuers
            self.isConfigured = isConfigured || presented != nil
            self.presented = presented
        }
    }

    /// For example `TLSv1.3`.
    public var version = ""
    /// In OpenSSL's names, for example `TLS_AES_256_GCM_SHA384`.
    public var cipher = ""
    /// Whether a session of an earlier connection was taken up again, without certificates.
    public var isSessionReused = false
    /// The server's certificate, and those behind it: up to the trusted one if it was verified, else as the server sent
    /// them. Of a session that was taken up again, those of its first handshake.
    public var chain: [Certificate] = []
    /// Why the chain, or its name, could not be verified; nil if it was.
    public var verificationFailure: SocketIOError.CertificateFailure?
    /// Nil if the server asked for none.
    public var clientCertificateRequest: ClientCertificateRequest?

    package init() {}
}

extension TLSInfo.ClientCertificateRequest: CustomStringConvertible {
    private static let shownIssuers = 3

    /// What an administrator wants to know of it.
    public var description: String {
        var text = "the server asked for a client certificate"
        if !issuers.isEmpty {
            let more = issuers.count > Self.shownIssuers ? " and \(issuers.count - Self.shownIssuers) more" : ""
            text += " (issuers \(issuers.prefix(Self.shownIssuers).joined(separator: "; "))\(more))"
        }
        if let presented { return text + "; the one presented was \(presented)" }
        return text + (isConfigured ? "; none of those configured suits it" : "; none was configured")
    }
}
