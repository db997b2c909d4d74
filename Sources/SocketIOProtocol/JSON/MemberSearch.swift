/// How far the search of an object's members by their names has got.
///
/// Most are asked for in the order of the text: a search begins behind the member that was found last. Whoever has this
/// keeps the element too.
package struct MemberSearch {
    /// The object; nil before the first search.
    private var document: ObjectIdentifier?
    private var object = 0
    /// The index behind the last member.
    fileprivate var end = 0
    /// The index of the member after the last one found; the end if there is none, and always where the first member
    /// with a name need not be the one that counts.
    fileprivate var position = 0
    /// The marks of all names; none if the names are in `indices`.
    fileprivate var marks: UInt64 = 0
    fileprivate var hasDuplicates = false
    /// The values of a long object, whose search would take time with the square of the number of its members.
    fileprivate var indices: [String: Int]?

    /// From how many members on `indices` are worth their memory: a short object is searched faster than hashed.
    private static let indexedCount = 32

    package init() {}

    /// A bit that is the same for the same name, and mostly another one for another.
    fileprivate static func mark(of name: UnsafeBufferPointer<UInt8>) -> UInt64 {
        guard let first = name.first, let last = name.last else { return 1 }
        return 1 &<< (UInt64(first) &* 5 &+ UInt64(last) &* 3 &+ UInt64(truncatingIfNeeded: name.count))
    }

    fileprivate func isOf(_ element: JSONElement) -> Bool {
        object == element.index && document == ObjectIdentifier(element.document)
    }

    @inline(never)
    fileprivate mutating func begin(_ element: JSONElement) {
        document = ObjectIdentifier(element.document)
        object = element.index
        let members = element.memberIndices
        end = members.upperBound
        position = end
        if element.count < MemberSearch.indexedCount {
            indices = nil
            mark(members, of: element.document)
        } else {
            indices = element.indicesByName()
        }
    }

    private mutating func mark(_ members: Range<Int>, of document: JSONDocument) {
        var marks: UInt64 = 0
        var hasDuplicates = false
        var index = members.lowerBound
        while index < members.upperBound {
            document.withText(of: document.word(at: index)) { name in
                let mark = MemberSearch.mark(of: name)
                if marks & mark != 0, document.firstMember(name, in: members.lowerBound..<index) != nil {
                    hasDuplicates = true
                }
                marks |= mark
            }
            index = document.end(of: index + 1)
        }
        self.marks = marks
        self.hasDuplicates = hasDuplicates
        if !hasDuplicates { position = members.lowerBound }
    }
}

extension JSONElement {
    /// The member of an object with that name, the last one if there are several, as `JSON.parse` has it.
    ///
    /// `search` is for this element alone.
    package func member(_ name: consuming String, _ search: inout MemberSearch) -> JSONElement? {
        if !search.isOf(self) { search.begin(self) }
        let found = name.withUTF8 { name in
            let next = search.position
            guard next < search.end, document.hasText(name, at: next) else { return find(name, &search) }
            search.position = document.end(of: next + 1)
            return next + 1
        }
        return found > 0 ? JSONElement(document: document, index: found) : nil
    }

    /// The index of the value of a member that need not be the next; 0 if there is none.
    @inline(never)
    private func find(_ name: UnsafeBufferPointer<UInt8>, _ search: inout MemberSearch) -> Int {
        if let indices = search.indices { return indices[String(decoding: name, as: UTF8.self)] ?? 0 }
        guard search.marks & MemberSearch.mark(of: name) != 0 else { return 0 }
        let start = index + 1
        if search.hasDuplicates { return document.lastMember(name, in: start..<search.end) ?? 0 }
        guard
            let found = document.firstMember(name, in: search.position..<search.end)
                ?? document.firstMember(name, in: start..<search.position)
        else { return 0 }
        search.position = document.end(of: found)
        return found
    }

    @inline(never)
    fileprivate func indicesByName() -> [String: Int] {
        Dictionary(members.map { ($0.key, $0.value.index) }, uniquingKeysWith: { _, last in last })
    }
}
