/// Rewrites what JavaScript's `JSON.parse` takes and simdjson refuses.
///
/// That is: integers beyond 64 bits, numbers beyond the range of `Double`, and escapes of half a surrogate pair. Faults
/// of the text stay as they are, for simdjson to find.
struct JSONNormalizer: ~Copyable {
    private var output: BinaryWriter
    private var numbers = 0
    private var infinities: [Int] = []

    private init(capacity: Int) { output = BinaryWriter(capacity: capacity) }

    /// The text simdjson takes, and which of its numbers, counted from 0, stand for an infinite one of their sign.
    static func normalize(_ text: Binary) -> (text: Binary, infinities: [Int]) {
        var normalizer = JSONNormalizer(capacity: text.count)
        text.withUnsafeBytes { normalizer.copy($0) }
        let infinities = normalizer.infinities
        return (normalizer.output.finish(), infinities)
    }

    private mutating func copy(_ text: UnsafeRawBufferPointer) {
        var rest = text[...]
        while let byte = rest.first {
            switch byte {
            case UInt8(ascii: "\""): copyString(&rest)
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): copyNumber(&rest)
            default: output.append(rest.removeFirst())
            }
        }
    }

    // MARK: Strings

    private mutating func copyString(_ rest: inout Slice<UnsafeRawBufferPointer>) {
        output.append(rest.removeFirst())
        while let byte = rest.first {
            if byte == UInt8(ascii: "\\") {
                copyEscape(&rest)
            } else {
                output.append(rest.removeFirst())
                if byte == UInt8(ascii: "\"") { return }
            }
        }
    }

    private mutating func copyEscape(_ rest: inout Slice<UnsafeRawBufferPointer>) {
        guard let unit = codeUnit(rest), UTF16.isSurrogate(unit) else { return copy(2, of: &rest) }
        if UTF16.isLeadSurrogate(unit), let next = codeUnit(rest.dropFirst(6)), UTF16.isTrailSurrogate(next) {
            copy(12, of: &rest)
        } else {
            output.append("\\ufffd" as StaticString)
            rest = rest.dropFirst(6)
        }
    }

    private mutating func copy(_ count: Int, of rest: inout Slice<UnsafeRawBufferPointer>) {
        output.append(UnsafeRawBufferPointer(rebasing: rest.prefix(count)))
        rest = rest.dropFirst(count)
    }

    /// The code unit of an escape `\uXXXX` at the start of `text`.
    private func codeUnit(_ text: Slice<UnsafeRawBufferPointer>) -> UInt16? {
        guard text.starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else { return nil }
        let digits = text.dropFirst(2).prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }) else { return nil }
        return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    }

    // MARK: Numbers

    private mutating func copyNumber(_ rest: inout Slice<UnsafeRawBufferPointer>) {
        let token = rest.prefix { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "e"), UInt8(ascii: "E"):
                true
            default: false
            }
        }
        let place = numbers
        numbers += 1
        guard mayBeRefused(token), let value = Double(String(decoding: token, as: UTF8.self)) else {
            return copy(token.count, of: &rest)
        }
        rest = rest.dropFirst(token.count)
        if value.isInfinite {
            infinities.append(place)
            output.append(value < 0 ? "-0.5" : "0.5" as StaticString)
        } else {
            output.append(value.description)
        }
    }

    /// Whether `token` is a number of JSON's grammar that simdjson may not hold.
    private func mayBeRefused(_ token: Slice<UnsafeRawBufferPointer>) -> Bool {
        var rest = token
        if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
        let leading = rest.first
        let integerDigits = dropDigits(&rest)
        guard integerDigits > 0, integerDigits == 1 || leading != UInt8(ascii: "0") else { return false }
        if rest.isEmpty {
            let text = String(decoding: token, as: UTF8.self)
            return Int64(text) == nil && UInt64(text) == nil
        }
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            guard dropDigits(&rest) > 0 else { return false }
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest.removeFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
            guard dropDigits(&rest) > 0 else { return false }
        }
        return rest.isEmpty
    }

    private func dropDigits(_ rest: inout Slice<UnsafeRawBufferPointer>) -> Int {
        let digits = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }.count
        rest = rest.dropFirst(digits)
        return digits
    }
}
