extension JSONElement {
    /// How many elements an array or members an object has, duplicates included; 0 for everything else.
    package var count: Int {
        let word = document.word(at: index)
        return switch word.letter {
        case TapeWord.array: word.count ?? elements.reduce(0) { count, _ in count + 1 }
        case TapeWord.object: word.count ?? members.reduce(0) { count, _ in count + 1 }
        default: 0
        }
    }

    /// The elements of an array; none for everything else.
    package var elements: Elements {
        let word = document.word(at: index)
        return Elements(document: document, position: index + 1, end: word.letter == TapeWord.array ? word.end - 1 : 0)
    }

    /// The members of an object, in the order of the text and with duplicates; none for everything else.
    package var members: Members {
        let indices = memberIndices
        return Members(document: document, position: indices.lowerBound, end: indices.upperBound)
    }

    /// The member of an object with that name, the last one if there are several, as `JSON.parse` has it.
    package subscript(key: String) -> JSONElement? {
        var key = key
        let found = key.withUTF8 { document.lastMember($0, in: memberIndices) }
        return found.map { JSONElement(document: document, index: $0) }
    }

    /// The indices of an object's members; empty for everything else.
    var memberIndices: Range<Int> {
        let word = document.word(at: index)
        return index + 1..<(word.letter == TapeWord.object ? word.end - 1 : index + 1)
    }

    package struct Elements: Sequence, IteratorProtocol {
        fileprivate let document: JSONDocument
        fileprivate var position: Int
        fileprivate let end: Int

        package mutating func next() -> JSONElement? {
            guard position < end else { return nil }
            let element = JSONElement(document: document, index: position)
            position = document.end(of: position)
            return element
        }

        package var first: JSONElement? {
            position < end ? JSONElement(document: document, index: position) : nil
        }

        package var isEmpty: Bool { position >= end }
    }

    package struct Members: Sequence, IteratorProtocol {
        fileprivate let document: JSONDocument
        fileprivate var position: Int
        fileprivate let end: Int

        package mutating func next() -> Member? {
            guard position < end else { return nil }
            let member = Member(keyElement: JSONElement(document: document, index: position))
            position = document.end(of: position + 1)
            return member
        }
    }

    package struct Member {
        fileprivate let keyElement: JSONElement

        package var key: String { keyElement.asString ?? "" }
        package var value: JSONElement { JSONElement(document: keyElement.document, index: keyElement.index + 1) }
    }
}
