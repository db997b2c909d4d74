import SocketIOProtocol
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct MemberSearchTests {
    // Some have the same mark, and some begin like others.
    private static let names = [
        "", "a", "aa", "aba", "aca", "ab", "ba", "é", "name of more than fifteen bytes", "name of more than 15 bytes",
    ]

    /// Any names, in any order: against a search that begins anew for each.
    @Test(arguments: [0, 1, 2, 5, 10, 31, 32, 40]) func findsWhatIsThere(count: Int) throws {
        var random = SeededGenerator(seed: UInt64(count))
        for hasDuplicates in [false, true] {
            for _ in 0..<50 {
                let members = (0..<count).map { index in
                    let name = MemberSearchTests.names[index % MemberSearchTests.names.count]
                    let isFresh = index >= MemberSearchTests.names.count && !hasDuplicates
                    return "\"\(name)\(isFresh ? "\(index)" : "")\":[\(index),{}]"
                }
                let text = members.shuffled(using: &random).joined(separator: ",")
                let object = try JSONDocument.parse(Binary(utf8: "{\(text)}")).root
                let own = object.members.map(\.key)
                var search = MemberSearch()
                let wanted = (own + own + MemberSearchTests.names + ["x", "names"]).shuffled(using: &random)
                for name in own + wanted {
                    let found = object.member(name, &search)?.elements.first?.asInt64
                    #expect(found == object[name]?.elements.first?.asInt64, "\(name) in \(text)")
                }
            }
        }
    }

    @Test func beginsAnewForAnotherObject() throws {
        let elements = try JSONDocument.parse(Binary(utf8: #"[{"a":1,"b":2},{"b":3,"a":4},[5],{}]"#)).root.elements
        var search = MemberSearch()
        let found = elements.map { $0.member("b", &search)?.asInt64 }
        #expect(found == [2, 3, nil, nil])
    }
}
