/// A word of simdjson's tape: a letter for the type, and 56 bits.
struct TapeWord: Equatable {
    private let bits: UInt64

    init(_ bits: UInt64) { self.bits = bits }

    var letter: UInt8 { UInt8(truncatingIfNeeded: bits >> 56) }

    /// Of a string its place in the string buffer; of the first word the number of words.
    var payload: Int { Int(truncatingIfNeeded: bits & 0x00FF_FFFF_FFFF_FFFF) }

    /// Of an array or object the index behind its end.
    var end: Int { Int(UInt32(truncatingIfNeeded: bits)) }

    /// Of an array or object the number of elements or members; nil if there are more than the word can tell.
    var count: Int? {
        let count = Int(truncatingIfNeeded: bits >> 32 & 0xFF_FFFF)
        return count < 0xFF_FFFF ? count : nil
    }

    /// Whether the value follows in a word of its own.
    var isNumber: Bool { letter == TapeWord.signed || letter == TapeWord.unsigned || letter == TapeWord.double }

    static let null = UInt8(ascii: "n")
    static let `true` = UInt8(ascii: "t")
    static let `false` = UInt8(ascii: "f")
    static let signed = UInt8(ascii: "l")
    static let unsigned = UInt8(ascii: "u")
    static let double = UInt8(ascii: "d")
    static let string = UInt8(ascii: "\"")
    static let array = UInt8(ascii: "[")
    static let object = UInt8(ascii: "{")
}
