/// An X.509 certificate, in what people ask about it.
public struct Certificate: Sendable, Hashable {
    /// In RFC 2253 form, for example `CN=gateway.example,O=Acme`.
    public var subject: String
    /// Who signed it, in RFC 2253 form.
    public var issuer: String
    /// The names it is for in OpenSSL's form, for example `DNS:gateway.example, IP Address:10.0.0.1`. Empty for none.
    public var subjectAltName: String
    /// It is not valid before.
    public var notBefore: UnixTime
    /// It is not valid after.
    public var notAfter: UnixTime
    /// The SHA-256 of its public key in Base64, as the option `pinnedPublicKeys` takes it: `sha256//…`.
    public var publicKeyPin: String
    /// The certificate itself.
    public var der: Binary

    /// A certificate with its parts.
    public init(
        subject: String, issuer: String, subjectAltName: String = "", notBefore: UnixTime, notAfter: UnixTime,
        publicKeyPin: String = "", der: Binary = Binary()
    ) {
        self.subject = subject
        self.issuer = issuer
        self.subjectAltName = subjectAltName
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.publicKeyPin = publicKeyPin
        self.der = der
    }
}

extension Certificate: CustomStringConvertible {
    /// Subject, issuer and validity, in one line.
    public var description: String { "\(subject), issued by \(issuer), valid from \(notBefore) to \(notAfter)" }
}
