import SocketIOProtocol

/// PEM text is a string that holds `-----BEGIN`, or several lines; another string is the path of a file. With a
/// passphrase of its own, and for bytes, it is an object: `{"file": …}`, `{"pem": …}` or `{"base64": …}`, and
/// `"passphrase"`.
extension TLSSource: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case file, pem, base64, passphrase }

    private static let pemStart = "-----BEGIN"

    /// Reads PEM text, a path, or an object.
    public init(from decoder: any Decoder) throws {
        if let text = try? decoder.singleValueContainer().decode(String.self) {
            // What is no path must not be taken for one: an error would show it.
            self = text.contains(Self.pemStart) || text.contains(where: \.isNewline) ? .pem(text) : .file(text)
            return
        }
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let passphrase = try container.decodeIfPresent(String.self, forKey: .passphrase)
        if let path = try container.decodeIfPresent(String.self, forKey: .file) {
            self = .file(path, passphrase: passphrase)
        } else if let text = try container.decodeIfPresent(String.self, forKey: .pem) {
            self = .pem(text, passphrase: passphrase)
        } else {
            var text = try container.decode(String.self, forKey: .base64)
            guard let bytes = text.withUTF8({ Base64.decode(UnsafeRawBufferPointer($0)) }) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .base64, in: container, debugDescription: "it is not Base64")
            }
            self = .bytes(bytes, passphrase: passphrase)
        }
    }

    /// Writes a path as a string, bytes in Base64; with a passphrase, an object.
    public func encode(to encoder: any Encoder) throws {
        if let path, passphrase == nil {
            var container = encoder.singleValueContainer()
            return try container.encode(path)
        }
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch place {
        case .file(let path): try container.encode(path, forKey: .file)
        case .bytes(let bytes):
            var writer = BinaryWriter()
            Base64.encode(bytes, into: &writer)
            try container.encode(writer.finish().text, forKey: .base64)
        }
        try container.encodeIfPresent(passphrase, forKey: .passphrase)
    }
}
