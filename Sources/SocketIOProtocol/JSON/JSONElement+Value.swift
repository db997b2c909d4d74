extension JSONElement {
    /// A copy of this value and everything in it, with `attachments` in the places of their markers.
    package func value(attachments: [Binary]) -> JSONValue { document.value(at: index, attachments: attachments) }

    fileprivate var number: JSONValue {
        if isInteger, let integer = asInt64 { return .integer(integer) }
        return .number(asDouble ?? .nan)
    }
}

extension JSONDocument {
    // By index: each element would count as a reference to the document.

    fileprivate func value(at index: Int, attachments: [Binary]) -> JSONValue {
        let word = word(at: index)
        switch word.letter {
        case TapeWord.true: return .bool(true)
        case TapeWord.false: return .bool(false)
        case TapeWord.signed, TapeWord.unsigned, TapeWord.double:
            return JSONElement(document: self, index: index).number
        case TapeWord.string: return .string(text(of: word))
        case TapeWord.array:
            var values: [JSONValue] = []
            values.reserveCapacity(word.count ?? 0)
            var next = index + 1
            while next < word.end - 1 {
                values.append(value(at: next, attachments: attachments))
                next = end(of: next)
            }
            return .array(values)
        case TapeWord.object:
            if let attachment = JSONElement(document: self, index: index).attachment(in: attachments) {
                return .binary(attachment)
            }
            let members = MemberValues(
                document: self, attachments: attachments, position: index + 1, end: word.end - 1,
                underestimatedCount: word.count ?? 0)
            return .object(JSONObject(members))
        default: return .null
        }
    }

    /// The members of an object, for one that begins with room for all of them.
    private struct MemberValues: Sequence, IteratorProtocol {
        let document: JSONDocument
        let attachments: [Binary]
        var position: Int
        let end: Int
        let underestimatedCount: Int

        mutating func next() -> (String, JSONValue)? {
            guard position < end else { return nil }
            let key = document.text(of: document.word(at: position))
            let value = document.value(at: position + 1, attachments: attachments)
            position = document.end(of: position + 1)
            return (key, value)
        }
    }
}
