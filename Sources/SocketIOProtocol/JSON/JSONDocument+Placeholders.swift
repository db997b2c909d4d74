/// The marker `{"_placeholder":true,"num":N}` that stands for the attachment N in the JSON of a binary packet.
extension JSONElement {
    /// Whether this is a marker, be its number valid or not.
    package var isPlaceholder: Bool { self["_placeholder"]?.asBool == true }

    /// The attachment this marker stands for; nil if it is no marker or there is no such attachment.
    package func attachment(in attachments: [Binary]) -> Binary? {
        guard !attachments.isEmpty, isPlaceholder, let number = placeholderNumber else { return nil }
        return attachments.indices.contains(number) ? attachments[number] : nil
    }

    fileprivate var placeholderNumber: Int? { self["num"]?.asInt64.flatMap(Int.init(exactly:)) }
}

extension JSONDocument {
    /// Whether each marker stands for one of `count` attachments.
    package func validatePlaceholders(count: Int) -> Bool {
        var index = indices.lowerBound
        while index < indices.upperBound {
            let word = word(at: index)
            if word.letter == TapeWord.object {
                let element = JSONElement(document: self, index: index)
                if element.isPlaceholder {
                    guard let number = element.placeholderNumber, (0..<count).contains(number) else { return false }
                }
            }
            index += word.isNumber ? 2 : 1
        }
        return true
    }
}
