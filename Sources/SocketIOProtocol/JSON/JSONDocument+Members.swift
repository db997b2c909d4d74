import Glibc

extension JSONDocument {
    /// The index of what follows the value at `index`.
    @inline(__always)
    func end(of index: Int) -> Int {
        let word = word(at: index)
        return switch word.letter {
        case TapeWord.array, TapeWord.object: word.end
        default: index + (word.isNumber ? 2 : 1)
        }
    }

    /// The index of the first value with that name among the members at `indices`.
    func firstMember(_ name: UnsafeBufferPointer<UInt8>, in indices: Range<Int>) -> Int? {
        var index = indices.lowerBound
        while index < indices.upperBound {
            if hasText(name, at: index) { return index + 1 }
            index = end(of: index + 1)
        }
        return nil
    }

    /// The index of the last value with that name among the members at `indices`, as `JSON.parse` has it.
    func lastMember(_ name: UnsafeBufferPointer<UInt8>, in indices: Range<Int>) -> Int? {
        var found: Int?
        var index = indices.lowerBound
        while index < indices.upperBound {
            if hasText(name, at: index) { found = index + 1 }
            index = end(of: index + 1)
        }
        return found
    }

    /// Whether the string at `index` is `text`.
    func hasText(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        withText(of: word(at: index)) { own in
            guard own.count == text.count else { return false }
            guard let own = own.baseAddress, let start = text.baseAddress else { return true }
            return memcmp(own, start, text.count) == 0
        }
    }
}
