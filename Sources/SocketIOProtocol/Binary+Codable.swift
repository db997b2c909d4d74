extension Binary: Codable {
    /// Reads a Base64 text, unless the bytes came as an attachment of an event.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        var text = try container.decode(String.self)
        guard let binary = text.withUTF8({ Base64.decode(UnsafeRawBufferPointer($0)) }) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "The text is not Base64.")
        }
        self = binary
    }

    /// Writes a Base64 text; in the arguments of events the bytes travel as an attachment instead.
    public func encode(to encoder: any Encoder) throws {
        var writer = BinaryWriter(capacity: (count + 2) / 3 * 4 + 1)
        Base64.encode(self, into: &writer)
        var container = encoder.singleValueContainer()
        try container.encode(writer.finish().text)
    }
}
