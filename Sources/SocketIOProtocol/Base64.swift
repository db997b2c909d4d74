import CCrypto

/// Base64 of RFC 4648, section 4, by OpenSSL.
package enum Base64 {
    /// OpenSSL counts in 32 bits; whole groups, so that parts of this many bytes or characters can be joined.
    private static let partSize = 3 * 4 << 24

    package static func encode(_ binary: Binary, into writer: inout BinaryWriter) {
        binary.withUnsafeBytes { bytes in
            for start in stride(from: 0, to: bytes.count, by: partSize) {
                let part = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + partSize, bytes.count)])
                // One more: OpenSSL ends the text with a NUL.
                let room = writer.reserve((part.count + 2) / 3 * 4 + 1)
                let written = EVP_EncodeBlock(
                    room.assumingMemoryBound(to: UInt8.self), part.assumingMemoryBound(to: UInt8.self).baseAddress,
                    Int32(part.count))
                writer.advance(by: Int(written))
            }
        }
    }

    /// The bytes of `text`, whose padding may be missing; nil if it is not Base64.
    package static func decode(_ text: UnsafeRawBufferPointer) -> Binary? {
        let padding = text.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        let digits = UnsafeRawBufferPointer(rebasing: text.dropLast(padding))
        guard padding == 0 || text.count % 4 == 0, digits.count % 4 != 1 else { return nil }
        // OpenSSL takes it for a digit, wherever it stands.
        guard !digits.contains(UInt8(ascii: "=")) else { return nil }

        var writer = BinaryWriter(capacity: digits.count / 4 * 3 + 3)
        let wholeGroups = digits.count / 4 * 4
        for start in stride(from: 0, to: wholeGroups, by: partSize) {
            let end = min(start + partSize, wholeGroups)
            guard append(UnsafeRawBufferPointer(rebasing: digits[start..<end]), to: &writer) else { return nil }
        }
        guard appendLastGroup(UnsafeRawBufferPointer(rebasing: digits[wholeGroups...]), to: &writer) else { return nil }
        return writer.finish()
    }

    /// The last two or three digits, with the padding that OpenSSL needs.
    private static func appendLastGroup(_ digits: UnsafeRawBufferPointer, to writer: inout BinaryWriter) -> Bool {
        guard !digits.isEmpty else { return true }
        let group = Array(digits) + Array(repeating: UInt8(ascii: "="), count: 4 - digits.count)
        let start = writer.count
        guard group.withUnsafeBytes({ append($0, to: &writer) }) else { return false }
        writer.truncate(to: start + digits.count - 1)
        return true
    }

    private static func append(_ groups: UnsafeRawBufferPointer, to writer: inout BinaryWriter) -> Bool {
        let size = groups.count / 4 * 3
        let written = EVP_DecodeBlock(
            writer.reserve(size).assumingMemoryBound(to: UInt8.self),
            groups.assumingMemoryBound(to: UInt8.self).baseAddress, Int32(groups.count))
        // Fewer bytes: OpenSSL passed over white space at an end.
        guard written == size else { return false }
        writer.advance(by: size)
        return true
    }
}
