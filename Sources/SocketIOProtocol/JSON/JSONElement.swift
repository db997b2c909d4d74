/// A value inside a document: a cursor, which keeps the document alive and copies nothing until asked.
package struct JSONElement: Sendable {
    package enum Kind: String, Sendable { case null, bool, number, string, array, object }

    package let document: JSONDocument
    let index: Int

    private var word: TapeWord { document.word(at: index) }

    package var kind: Kind {
        switch word.letter {
        case TapeWord.true, TapeWord.false: .bool
        case TapeWord.signed, TapeWord.unsigned, TapeWord.double: .number
        case TapeWord.string: .string
        case TapeWord.array: .array
        case TapeWord.object: .object
        default: .null
        }
    }

    package var isNull: Bool { word.letter == TapeWord.null }

    package var asBool: Bool? {
        switch word.letter {
        case TapeWord.true: true
        case TapeWord.false: false
        default: nil
        }
    }

    package var asString: String? {
        let word = word
        return word.letter == TapeWord.string ? document.text(of: word) : nil
    }

    /// Calls `body` with the bytes of a string; returns nil for everything else.
    func withUTF8<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result? {
        word.letter == TapeWord.string ? document.withText(of: word, body) : nil
    }

    private var bits: UInt64 { document.bits(at: index + 1) }

    /// The number, if it is an integer that fits, without loss: 3.0 is 3, and 3.5 is none.
    package var asInt64: Int64? {
        switch word.letter {
        case TapeWord.signed: Int64(bitPattern: bits)
        case TapeWord.double: Int64(exactly: Double(bitPattern: bits))
        default: nil
        }
    }

    /// The number, if it is an integer that fits, without loss.
    package var asUInt64: UInt64? {
        switch word.letter {
        case TapeWord.signed: UInt64(exactly: Int64(bitPattern: bits))
        case TapeWord.unsigned: bits
        case TapeWord.double: UInt64(exactly: Double(bitPattern: bits))
        default: nil
        }
    }

    /// The number; an integer beyond 2^53 is rounded, as in JavaScript.
    package var asDouble: Double? {
        switch word.letter {
        case TapeWord.signed: Double(Int64(bitPattern: bits))
        case TapeWord.unsigned: Double(bits)
        case TapeWord.double: Double(bitPattern: bits)
        default: nil
        }
    }

    /// Whether the number was written as an integer, of at most 64 bits.
    package var isInteger: Bool { word.letter == TapeWord.signed || word.letter == TapeWord.unsigned }
}
