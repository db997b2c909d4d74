import SocketIOProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct JSONElementTests {
    private func root(_ text: String) throws -> JSONElement { try JSONDocument.parse(Binary(utf8: text)).root }

    @Test func tellsKinds() throws {
        let kinds = try root(#"[null,true,1,1.5,18446744073709551615,"",[],{}]"#).elements.map(\.kind)
        #expect(kinds == [.null, .bool, .number, .number, .number, .string, .array, .object])
    }

    @Test func readsIntegersWithoutLoss() throws {
        #expect(try root("3.0").asInt64 == 3)
        #expect(try root("3.5").asInt64 == nil)
        #expect(try root("-1").asUInt64 == nil)
        #expect(try root("18446744073709551615").asUInt64 == .max)
        #expect(try root("18446744073709551615").asInt64 == nil)
        #expect(try root("1e400").asInt64 == nil)
        #expect(try root("9007199254740993").asInt64 == 9_007_199_254_740_993)
        #expect(try root("9007199254740993").asDouble == 9_007_199_254_740_992)
        #expect(try root("\"1\"").asInt64 == nil)
    }

    @Test func walksArraysAndObjects() throws {
        let root = try root(#"[[1,[2]],{"a":{"b":"c"},"d":2.5},"e"]"#)
        #expect(root.count == 3)
        let elements = Array(root.elements)
        #expect(elements[0].elements.map(\.count) == [0, 1])
        #expect(elements[1].members.map(\.key) == ["a", "d"])
        #expect(elements[1]["a"]?["b"]?.asString == "c")
        #expect(elements[1]["d"]?.asDouble == 2.5)
        #expect(elements[1]["b"] == nil)
        #expect(elements[2]["a"] == nil)
        #expect(elements[2].elements.map(\.kind).isEmpty)
    }

    @Test func lastDuplicateWins() throws {
        let root = try root(#"{"a":1,"b":2,"a":{"a":3}}"#)
        #expect(root.count == 3)
        #expect(root["a"]?["a"]?.asInt64 == 3)
    }

    /// simdjson's word for an array counts to 2^24 - 1 only.
    @Test func countsBeyondTheTapesCounter() throws {
        let count = 1 << 24
        var writer = BinaryWriter(capacity: 2 * count + 2)
        writer.append(UInt8(ascii: "["))
        for _ in 1..<count { writer.append("1," as StaticString) }
        writer.append("1]" as StaticString)
        #expect(try JSONDocument.parse(writer.finish()).root.count == count)
    }

    @Test func comparesDocuments() throws {
        func document(_ text: String) throws -> JSONDocument { try JSONDocument.parse(Binary(utf8: text)) }
        #expect(try document(#"{"a":[1,"x",null]}"#) == document(#" { "a" : [ 1, "\u0078", null ] } "#))
        for other in [#"{"a":[1,"y",null]}"#, #"{"a":[2,"x",null]}"#, #"{"a":[1,"x"]}"#, #"{"a":[1.0,"x",null]}"#, "1"]
        {
            #expect(try document(#"{"a":[1,"x",null]}"#) != document(other))
        }
    }

    @Test func findsPlaceholders() throws {
        func isValid(_ text: String, _ count: Int) throws -> Bool {
            try JSONDocument.parse(Binary(utf8: text)).validatePlaceholders(count: count)
        }
        let marker = #"["e",{"a":[{"_placeholder":true,"num":1}]},{"num":0,"_placeholder":true}]"#
        #expect(try isValid(marker, 2))
        #expect(try !isValid(marker, 1))
        #expect(try isValid(#"[{"_placeholder":false,"num":9},{"num":-1}]"#, 0))
        for number in ["-1", "0.5", "\"0\"", "null", "1e400", "1"] {
            #expect(try !isValid(#"{"_placeholder":true,"num":\#(number)}"#, 1))
        }
        #expect(try !isValid(#"{"_placeholder":true}"#, 1))
        #expect(try isValid(#"{"_placeholder":true,"num":0.0}"#, 1))
    }

    @Test func putsAttachmentsInPlace() throws {
        let root = try root(#"[{"x":{"_placeholder":true,"num":1}},{"_placeholder":true,"num":0}]"#)
        #expect(root.value(attachments: [[1], [2, 3]]) == [["x": .binary([2, 3])], .binary([1])])
        #expect(
            root.value(attachments: []) == [
                ["x": ["_placeholder": true, "num": 1]], ["_placeholder": true, "num": 0],
            ])
    }
}
