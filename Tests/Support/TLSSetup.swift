/// How a server does TLS.
package struct TLSSetup: Sendable, Hashable, Encodable {
    private enum CodingKeys: String, CodingKey {
        case certificate = "cert"
        case key, clientCA, crl, version, ciphers
    }

    package let certificate: String
    package let key: String
    /// The path of the authority of which a client certificate is demanded; nil demands none.
    package var clientCA: String?
    /// The path of the revocation list that a client certificate must not be on.
    package var crl: String?
    /// "1.2" or "1.3"; nil for both.
    package var version: String?
    /// Of TLS 1.2.
    package var ciphers: String?
    /// Of TLS 1.3. Python knows no way to set them.
    package var suites: String?

    package init(_ identity: TestCertificates.Identity) {
        certificate = identity.certificate
        key = identity.key
    }
}
