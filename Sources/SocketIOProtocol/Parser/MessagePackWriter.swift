/// Writes MessagePack, always in the shortest form.
struct MessagePackWriter: ~Copyable {
    private var writer = BinaryWriter()

    consuming func finish() -> Binary { writer.finish() }

    /// A value of JSON; a placeholder of an attachment becomes its bytes.
    mutating func append(_ element: JSONElement, attachments: [Binary]) {
        switch element.kind {
        case .null: writer.append(0xC0)
        case .bool: writer.append(element.asBool == true ? 0xC3 : 0xC2)
        case .number: appendNumber(element)
        case .string: element.withUTF8 { append(utf8: UnsafeRawBufferPointer($0)) }
        case .array:
            appendHeader(element.count, short: (0x90, 15), long: (nil, 0xDC, 0xDD))
            for element in element.elements { append(element, attachments: attachments) }
        case .object:
            if let bytes = element.attachment(in: attachments) { return append(bytes) }
            appendMap(count: element.count)
            for member in element.members {
                append(member.key)
                append(member.value, attachments: attachments)
            }
        }
    }

    mutating func appendMap(count: Int) { appendHeader(count, short: (0x80, 15), long: (nil, 0xDE, 0xDF)) }

    mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(utf8: UnsafeRawBufferPointer($0)) }
    }

    private mutating func append(utf8 text: UnsafeRawBufferPointer) {
        appendHeader(text.count, short: (0xA0, 31), long: (0xD9, 0xDA, 0xDB))
        writer.append(text)
    }

    mutating func append(_ integer: UInt64) {
        switch integer {
        case 0...0x7F: writer.append(UInt8(integer))
        case 0...0xFF: append(0xCC, UInt8(integer))
        case 0...0xFFFF: append(0xCD, UInt16(integer))
        case 0...0xFFFF_FFFF: append(0xCE, UInt32(integer))
        default: append(0xCF, integer)
        }
    }

    private mutating func append(_ bytes: Binary) {
        appendHeader(bytes.count, short: nil, long: (0xC4, 0xC5, 0xC6))
        writer.append(bytes)
    }

    private mutating func appendNumber(_ element: JSONElement) {
        if element.isInteger, let integer = element.asUInt64 {
            append(integer)
        } else if element.isInteger, let integer = element.asInt64 {
            appendNegative(integer)
        } else {
            append(0xCB, (element.asDouble ?? .nan).bitPattern)
        }
    }

    private mutating func appendNegative(_ integer: Int64) {
        switch integer {
        case -32...0: writer.append(UInt8(truncatingIfNeeded: integer))
        case Int64(Int8.min)...0: append(0xD0, UInt8(truncatingIfNeeded: integer))
        case Int64(Int16.min)...0: append(0xD1, UInt16(truncatingIfNeeded: integer))
        case Int64(Int32.min)...0: append(0xD2, UInt32(truncatingIfNeeded: integer))
        default: append(0xD3, UInt64(bitPattern: integer))
        }
    }

    /// - Parameters:
    ///   - short: The first byte that holds a length, and the longest.
    ///   - long: The bytes in front of a length of 8, 16 and 32 bits.
    @inline(__always)
    private mutating func appendHeader(
        _ count: Int, short: (first: UInt8, limit: Int)?, long: (UInt8?, UInt8, UInt8)
    ) {
        if let short, count <= short.limit {
            writer.append(short.first | UInt8(count))
        } else if let byte = long.0, count <= 0xFF {
            append(byte, UInt8(count))
        } else if count <= 0xFFFF {
            append(long.1, UInt16(count))
        } else {
            // What is longer does not fit into a message of any server.
            append(long.2, UInt32(truncatingIfNeeded: count))
        }
    }

    private mutating func append(_ byte: UInt8, _ integer: some FixedWidthInteger) {
        writer.append(byte)
        withUnsafeBytes(of: integer.bigEndian) { writer.append($0) }
    }
}
