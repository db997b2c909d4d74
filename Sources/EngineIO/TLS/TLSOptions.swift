import SocketIOProtocol

/// What TLS needs, under Node's names. See ``EngineOptions``.
package struct TLSOptions: Sendable, Hashable {
    package var ca: [TLSSource]?
    package var cert: [TLSSource]?
    package var key: [TLSSource]?
    package var pfx: [TLSSource]?
    package var passphrase: String?
    package var crl: [TLSSource]?
    package var servername: String?
    package var minVersion: TLSVersion?
    package var maxVersion: TLSVersion?
    package var ciphers: String?
    package var ecdhCurve: String?
    package var sigalgs: String?
    package var rejectUnauthorized = true
    package var checkServerIdentity: ServerIdentityCheck?
    package var pinnedPublicKeys: [String] = []

    package init() {}

    /// The paths of all files, which may change.
    package var files: [String] {
        [ca, cert, key, pfx, crl].flatMap { $0 ?? [] }.compactMap(\.path)
    }

    static func invalid(_ option: String, _ why: String) -> SocketIOError {
        SocketIOError(.tls, "\(option): \(why)", phase: .options)
    }
}
