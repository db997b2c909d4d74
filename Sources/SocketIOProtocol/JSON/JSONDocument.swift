import CJSONTape

/// A parsed JSON text: simdjson's tape, to be read through ``root``.
///
/// Unchecked: it changes only while a `JSONReader` parses into it, which it does when nobody else has it.
package final class JSONDocument: @unchecked Sendable {
    /// How deep arrays and objects may be nested, in what is read and in what is written.
    package static let maximumDepth = 1024

    private let tape: OpaquePointer
    // Unchecked for the same reason: a check at each word costs more than the word.
    @exclusivity(unchecked) private var words: UnsafeMutablePointer<UInt64>
    @exclusivity(unchecked) private var strings: UnsafePointer<UInt8>

    init(capacity: Int) throws(JSONError) {
        guard let tape = json_tape_new(capacity) else { throw .outOfMemory }
        guard let words = json_tape_words(tape), let strings = json_tape_strings(tape) else {
            json_tape_free(tape)
            throw .outOfMemory
        }
        self.tape = tape
        self.words = words
        self.strings = strings
    }

    deinit { json_tape_free(tape) }

    /// Parses a single text; for one text after the other `JSONReader` is cheaper.
    package static func parse(_ text: Binary) throws(JSONError) -> JSONDocument {
        try JSONReader().read(text)
    }

    /// The one value of the text.
    package var root: JSONElement { JSONElement(document: self, index: 1) }

    // MARK: Reading the tape

    /// The indices of all words but the first, which holds their number, and the last.
    var indices: Range<Int> { 1..<word(at: 0).payload }

    func bits(at index: Int) -> UInt64 { withExtendedLifetime(self) { words[index] } }

    func word(at index: Int) -> TapeWord { TapeWord(bits(at: index)) }

    /// Calls `body` with the bytes of the string whose word is `word`.
    func withText<Result>(of word: TapeWord, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        withExtendedLifetime(self) {
            let start = UnsafeRawPointer(strings + word.payload)
            let count = Int(start.loadUnaligned(as: UInt32.self))
            return body(UnsafeBufferPointer(start: strings + word.payload + MemoryLayout<UInt32>.size, count: count))
        }
    }

    /// The string whose word is `word`.
    func text(of word: TapeWord) -> String {
        withText(of: word) { text in
            // Cheaper than to decode, if it is short: there it checks only whether it is ASCII.
            String(unsafeUninitializedCapacity: text.count) { memory in
                UnsafeMutableRawBufferPointer(memory).copyMemory(from: UnsafeRawBufferPointer(text))
                return text.count
            }
        }
    }

    // MARK: Parsing

    func parse(_ text: Binary, with parser: OpaquePointer) throws(JSONError) {
        var result = run(parser, on: text)
        if result.status == JSON_INVALID_NUMBER || result.status == JSON_INVALID_STRING {
            let normalized = JSONNormalizer.normalize(text)
            result = run(parser, on: normalized.text)
            if result.status == JSON_OK { restoreInfinities(normalized.infinities) }
        }
        switch result.status {
        case JSON_OK: break
        case JSON_OUT_OF_MEMORY: throw .outOfMemory
        case JSON_TOO_DEEP: throw .tooDeep
        default: throw JSONError("invalid JSON: \(String(cString: result.message))")
        }
    }

    private func run(_ parser: OpaquePointer, on text: Binary) -> json_result {
        let result = text.withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: UInt8.self) { bytes in
                // An empty `Binary` has an address too: that of its padding.
                json_parse(parser, tape, bytes.baseAddress ?? UnsafePointer(strings), bytes.count)
            }
        }
        if let words = json_tape_words(tape), let strings = json_tape_strings(tape) {
            self.words = words
            self.strings = strings
        }
        return result
    }

    /// Makes those numbers infinite, counted from 0, for which JSON text has no digits.
    private func restoreInfinities(_ infinities: [Int]) {
        var waiting = infinities[...]
        var place = 0
        var index = indices.lowerBound
        while let next = waiting.first, index < indices.upperBound {
            guard word(at: index).isNumber else {
                index += 1
                continue
            }
            if place == next {
                let stand = Double(bitPattern: bits(at: index + 1))
                words[index + 1] = Double(signOf: stand, magnitudeOf: .infinity).bitPattern
                waiting.removeFirst()
            }
            place += 1
            index += 2
        }
    }
}
