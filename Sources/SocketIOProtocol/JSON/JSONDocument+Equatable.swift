extension JSONDocument: Equatable {
    /// Whether both hold the same values in the same order.
    ///
    /// 1 and 1.0 differ, and so do two orders of the same members.
    package static func == (left: JSONDocument, right: JSONDocument) -> Bool {
        guard left.indices == right.indices else { return false }
        var index = left.indices.lowerBound
        while index < left.indices.upperBound {
            let word = left.word(at: index)
            if word.letter == TapeWord.string {
                guard right.word(at: index).letter == TapeWord.string else { return false }
                let isEqual = left.withText(of: word) { leftText in
                    right.withText(of: right.word(at: index)) { leftText.elementsEqual($0) }
                }
                guard isEqual else { return false }
            } else {
                // A number's value is compared as a word of its own: it can look like a string's.
                guard word == right.word(at: index) else { return false }
                if word.isNumber {
                    index += 1
                    guard left.bits(at: index) == right.bits(at: index) else { return false }
                }
            }
            index += 1
        }
        return true
    }
}
