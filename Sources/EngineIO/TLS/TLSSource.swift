public import SocketIOProtocol

/// Where a certificate, key or revocation list comes from. PEM or DER is told from the content.
public struct TLSSource: Sendable, Hashable {
    enum Place: Hashable {
        case file(String)
        case bytes(Binary)
    }

    let place: Place
    /// Instead of the option `passphrase`.
    let passphrase: String?

    /// The path of a file.
    ///
    /// - Parameter passphrase: That of an encrypted key or bundle, where it is not the option `passphrase`.
    public static func file(_ path: String, passphrase: String? = nil) -> TLSSource {
        TLSSource(place: .file(path), passphrase: passphrase)
    }

    /// The bytes themselves.
    ///
    /// - Parameter passphrase: That of an encrypted key or bundle, where it is not the option `passphrase`.
    public static func bytes(_ bytes: Binary, passphrase: String? = nil) -> TLSSource {
        TLSSource(place: .bytes(bytes), passphrase: passphrase)
    }

    /// PEM text.
    ///
    /// - Parameter passphrase: That of an encrypted key, where it is not the option `passphrase`.
    public static func pem(_ text: String, passphrase: String? = nil) -> TLSSource {
        .bytes(Binary(utf8: text), passphrase: passphrase)
    }

    /// The path, if it is a file.
    var path: String? { if case .file(let path) = place { path } else { nil } }
}

/// One source where several are possible: `options.cert = .file("client.pem")`.
extension [TLSSource] {
    /// The path of one file: see ``TLSSource/file(_:passphrase:)``.
    public static func file(_ path: String, passphrase: String? = nil) -> Self { [.file(path, passphrase: passphrase)] }

    /// The bytes of one: see ``TLSSource/bytes(_:passphrase:)``.
    public static func bytes(_ bytes: Binary, passphrase: String? = nil) -> Self {
        [.bytes(bytes, passphrase: passphrase)]
    }

    /// PEM text: see ``TLSSource/pem(_:passphrase:)``.
    public static func pem(_ text: String, passphrase: String? = nil) -> Self { [.pem(text, passphrase: passphrase)] }
}
