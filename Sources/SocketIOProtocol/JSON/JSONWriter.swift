/// Values as the text that `JSON.stringify` makes of them.
extension BinaryWriter {
    package mutating func appendJSON(_ flag: Bool) { append(flag ? "true" : "false" as StaticString) }

    package mutating func appendJSONNull() { append("null" as StaticString) }

    package mutating func appendJSON(_ integer: Int64) {
        if integer < 0 { append(UInt8(ascii: "-")) }
        appendJSON(integer.magnitude)
    }

    package mutating func appendJSON(_ integer: UInt64) {
        // The digits come from the end: they are counted first.
        let length = decimalDigits(of: integer)
        var place = reserve(length) + length
        var rest = integer
        repeat {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            place -= 1
            place.storeBytes(of: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit), as: UInt8.self)
            rest = quotient
        } while rest > 0
        advance(by: length)
    }

    /// Whole numbers have no fraction; NaN and infinity, which JSON has no text for, are null.
    package mutating func appendJSON(_ number: Double) {
        if number.magnitude < 0x1p53, Double(Int64(number)) == number {
            appendJSON(Int64(number))
        } else if number.isFinite {
            if !appendShort(number) { append(number.description) }
        } else {
            appendJSONNull()
        }
    }

    /// Appends a number of at most six decimals and fifteen digits; returns false for every other.
    ///
    /// No two texts of so few digits are the same `Double`: this is the one that `description` has, too.
    private mutating func appendShort(_ number: Double) -> Bool {
        let magnitude = number.magnitude
        guard magnitude >= 0.001, magnitude < 1_000_000_000 else { return false }
        var power: UInt64 = 1
        for _ in 1...6 {
            power *= 10
            let digits = UInt64(magnitude * Double(power) + 0.5)
            guard Double(digits) / Double(power) == magnitude else { continue }
            if number < 0 { append(UInt8(ascii: "-")) }
            appendJSON(digits / power)
            // The one in front of the zeros becomes the point.
            let point = count
            appendJSON(power + digits % power)
            replaceByte(at: point, by: UInt8(ascii: "."))
            return true
        }
        return false
    }

    /// Like a `Double`, but with no more digits than a `Float` needs.
    package mutating func appendJSON(_ number: Float) {
        if number.magnitude < 0x1p53, Float(Int64(number)) == number {
            appendJSON(Int64(number))
        } else if number.isFinite {
            append(number.description)
        } else {
            appendJSONNull()
        }
    }

    package mutating func appendJSON(_ text: String) {
        withUTF8(of: text) { writer, text in writer.appendJSON(utf8: text) }
    }

    /// Appends the name of a member, with its colon, and with a comma in front unless it is the first.
    package mutating func appendJSON(name: String, isFirst: Bool) {
        withUTF8(of: name) { writer, name in
            writer.appendJSON(utf8: name, after: isFirst ? nil : UInt8(ascii: ","), before: UInt8(ascii: ":"))
        }
    }

    @inline(__always)
    private mutating func withUTF8(of text: String, _ body: (inout BinaryWriter, UnsafeRawBufferPointer) -> Void) {
        // Nearly all strings have their bytes in one piece; `String.withUTF8` takes a copy to make it so.
        if text.utf8.withContiguousStorageIfAvailable({ body(&self, UnsafeRawBufferPointer($0)) }) == nil {
            var text = text
            text.withUTF8 { body(&self, UnsafeRawBufferPointer($0)) }
        }
    }

    /// Appends a string whose text is valid UTF-8, between two other bytes.
    @inline(__always)
    mutating func appendJSON(utf8 text: UnsafeRawBufferPointer, after: UInt8? = nil, before: UInt8? = nil) {
        var room = reserve(text.count + 4)
        var start = room
        func store(_ byte: UInt8) {
            room.storeBytes(of: byte, as: UInt8.self)
            room += 1
        }
        if let after { store(after) }
        store(UInt8(ascii: "\""))
        let plain = copyPlainText(of: text, to: room)
        room += plain
        if plain < text.count {
            advance(by: room - start)
            appendEscaped(UnsafeRawBufferPointer(rebasing: text[plain...]))
            room = reserve(2)
            start = room
        }
        store(UInt8(ascii: "\""))
        if let before { store(before) }
        advance(by: room - start)
    }

    /// Appends text that begins with a byte that needs an escape.
    @inline(never)
    private mutating func appendEscaped(_ text: UnsafeRawBufferPointer) {
        var start = 0
        while start < text.count {
            appendEscape(of: text[start])
            start += 1
            let rest = UnsafeRawBufferPointer(rebasing: text[start...])
            let plain = copyPlainText(of: rest, to: reserve(rest.count))
            advance(by: plain)
            start += plain
        }
    }

    private mutating func appendEscape(of byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
        case UInt8(ascii: "\n"): append(UInt8(ascii: "n"))
        case UInt8(ascii: "\r"): append(UInt8(ascii: "r"))
        case UInt8(ascii: "\t"): append(UInt8(ascii: "t"))
        case 0x08: append(UInt8(ascii: "b"))
        case 0x0C: append(UInt8(ascii: "f"))
        default:
            append(byte < 0x10 ? "u000" : "u001" as StaticString)
            append(String(byte & 0xF, radix: 16))
        }
    }
}

/// Copies the bytes in front of the first one that needs an escape, eight at a time.
///
/// - Returns: How many they are.
@inline(__always)
private func copyPlainText(of text: UnsafeRawBufferPointer, to room: UnsafeMutableRawPointer) -> Int {
    var index = 0
    while index + 8 <= text.count {
        let bytes = text.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        guard !hasByteToEscape(bytes) else { break }
        room.storeBytes(of: bytes, toByteOffset: index, as: UInt64.self)
        index += 8
    }
    // The last eight or four, some of which have been copied already.
    if text.count >= 8, index > text.count - 8 {
        let bytes = text.loadUnaligned(fromByteOffset: text.count - 8, as: UInt64.self)
        if !hasByteToEscape(bytes) {
            room.storeBytes(of: bytes, toByteOffset: text.count - 8, as: UInt64.self)
            return text.count
        }
    } else if (4..<8).contains(text.count) {
        let first = text.loadUnaligned(as: UInt32.self)
        let last = text.loadUnaligned(fromByteOffset: text.count - 4, as: UInt32.self)
        if !hasByteToEscape(UInt64(first) << 32 | UInt64(last)) {
            room.storeBytes(of: first, as: UInt32.self)
            room.storeBytes(of: last, toByteOffset: text.count - 4, as: UInt32.self)
            return text.count
        }
    }
    while index < text.count, text[index] >= 0x20, text[index] != UInt8(ascii: "\""), text[index] != UInt8(ascii: "\\")
    {
        room.storeBytes(of: text[index], toByteOffset: index, as: UInt8.self)
        index += 1
    }
    return index
}

/// How many digits `integer` has.
private func decimalDigits(of integer: UInt64) -> Int {
    var digits = 1
    var rest = integer
    while rest >= 10_000 {
        rest /= 10_000
        digits += 4
    }
    return digits + (rest >= 1000 ? 3 : rest >= 100 ? 2 : rest >= 10 ? 1 : 0)
}

/// Whether one of the eight bytes is a quotation mark, a backslash or below 0x20.
private func hasByteToEscape(_ bytes: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    // A byte's top bit is set here if the byte was below `limit`, which must not exceed 0x80.
    func below(_ limit: UInt64, _ bytes: UInt64) -> UInt64 { (bytes &- ones &* limit) & ~bytes }
    let quote = below(1, bytes ^ (ones &* 0x22))
    let backslash = below(1, bytes ^ (ones &* 0x5C))
    return (below(0x20, bytes) | quote | backslash) & (ones &* 0x80) != 0
}
