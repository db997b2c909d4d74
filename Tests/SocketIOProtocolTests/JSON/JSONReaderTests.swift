import SocketIOProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct JSONReaderTests {
    @Test func usesTheMemoryOfAForgottenDocument() throws {
        let reader = JSONReader()
        let first = ObjectIdentifier(try reader.read(Binary(utf8: "[1,\"a\"]")))
        #expect(try ObjectIdentifier(reader.read(Binary(utf8: "[2]"))) == first)
    }

    @Test func leavesAKeptDocumentAlone() throws {
        let reader = JSONReader()
        let first = try reader.read(Binary(utf8: "[1,\"a\"]"))
        let element = try #require(first.root.elements.map { $0 }.last)
        let second = try reader.read(Binary(utf8: "[2,\"b\",3]"))
        #expect(first !== second)
        #expect(element.asString == "a")
        #expect(second.root.value(attachments: []) == [2, "b", 3])
    }

    @Test func recoversFromErrorsAndGrows() throws {
        let reader = JSONReader()
        #expect(throws: JSONError.self) { try reader.read(Binary(utf8: "[1")) }
        for size in [1, 100, 10_000, 300_000, 3_000_000, 10] {
            let text = String(repeating: "x", count: size)
            #expect(try reader.read(Binary(utf8: "[\"\(text)\"]")).root.elements.map(\.asString) == [text])
            #expect(throws: JSONError.self) { try reader.read(Binary(utf8: "[\"\(text)]")) }
        }
    }

    @Test func givesBackTheMemoryOfALongText() throws {
        let reader = JSONReader()
        weak var long: JSONDocument?
        do {
            let document = try reader.read(Binary(utf8: "\"" + String(repeating: "x", count: 1 << 20) + "\""))
            long = document
            #expect(long != nil)
        }
        #expect(long == nil)
    }
}
