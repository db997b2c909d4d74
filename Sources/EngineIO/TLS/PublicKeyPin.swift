import SocketIOProtocol

/// The SHA-256 of a public key, in curl's form: `sha256//` and Base64.
struct PublicKeyPin {
    private static let prefix = "sha256//"

    let text: String

    init(_ digest: Binary) {
        var writer = BinaryWriter()
        Base64.encode(digest, into: &writer)
        text = Self.prefix + writer.finish().text
    }

    /// A pin of the option `pinnedPublicKeys`.
    init(_ text: String) throws(SocketIOError) {
        var digest = text.dropFirst(Self.prefix.count)
        guard text.hasPrefix(Self.prefix),
            digest.withUTF8({ Base64.decode(UnsafeRawBufferPointer($0)) })?.count == 32
        else {
            throw TLSOptions.invalid(
                "pinnedPublicKeys", "\(text.debugDescription) is not sha256// and 32 bytes in Base64")
        }
        self.text = text
    }
}
