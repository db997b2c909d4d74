import Foundation
import SocketIO
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ArgumentEncoderTests {
    /// The JSON text of `arguments`, and their attachments.
    private func encode<each Argument: Encodable>(
        _ arguments: repeat each Argument
    ) throws -> (text: String, attachments: [Binary]) {
        var writer = BinaryWriter()
        var attachments: [Binary] = []
        try ArgumentEncoder.encode(repeat each arguments, into: &writer, attachments: &attachments)
        return (writer.finish().text, attachments)
    }

    private func text(_ value: some Encodable) throws -> String { try encode(value).text }

    // MARK: Basic values

    @Test func encodesBasicValues() throws {
        #expect(try encode().text == "")
        #expect(
            try encode("a\"", 1, -2.5, true, UInt64.max, Float(0.1)).text
                == #""a\"",1,-2.5,true,18446744073709551615,0.1"#)
        #expect(try encode(Int8.min, UInt.max, Int128(-7)).text == "-128,18446744073709551615,-7")
        #expect(try text(Int128.max) == "170141183460469231731687303715884105727")
        #expect(try encode(Int?.none, String?("x"), Int??.some(nil), JSONValue.null).text == #"null,"x",null,null"#)
        #expect(
            try encode([1, 2], [String](), ["a": [true]], [nil, 1] as [Int?]).text == #"[1,2],[],{"a":[true]},[null,1]"#
        )
        #expect(try text(["k": ["n": 1.5]] as JSONValue) == #"{"k":{"n":1.5}}"#)
    }

    @Test func encodesOptionalsOfStructs() throws {
        #expect(try encode(Shapes.Empty?.none, Shapes.Empty?(Shapes.Empty())).text == "null,{}")
        #expect(try text([Shapes.Empty(), nil]) == "[{},null]")
    }

    // MARK: Binary

    @Test func liftsBytesOut() throws {
        struct Upload: Encodable {
            var name = "a"
            var content = Data([1])
            var parts: [Binary?] = [[2], nil, [3]]
            var extra: JSONValue = ["x": .binary([4])]
        }
        let (text, attachments) = try encode(Binary([0]), Upload(), ["y": Data([5])])
        #expect(
            text == #"{"_placeholder":true,"num":0},"#
                + #"{"name":"a","content":{"_placeholder":true,"num":1},"#
                + #""parts":[{"_placeholder":true,"num":2},null,{"_placeholder":true,"num":3}],"#
                + #""extra":{"x":{"_placeholder":true,"num":4}}},{"y":{"_placeholder":true,"num":5}}"#)
        #expect(attachments == [[0], [1], [2], [3], [4], [5]])
    }

    // MARK: Shapes of Codable

    @Test func encodesShapes() throws {
        #expect(try text(Shapes.Empty()) == "{}")
        #expect(try text(Shapes.Nothing()) == "{}")
        #expect(try text([Shapes.Level.low, .high]) == #"["low","high"]"#)
        #expect(try text(Shapes.Wrapper(value: 7)) == "7")
        #expect(try text(Shapes.Payload.none) == #"{"none":{}}"#)
        #expect(try text(Shapes.Payload.one("x")) == #"{"one":{"_0":"x"}}"#)
        #expect(try text(Shapes.Payload.named(a: 1, b: nil)) == #"{"named":{"a":1}}"#)
        #expect(try text([1: "a"]) == #"{"1":"a"}"#)
        #expect(try text(Shapes.Optionals(a: nil, b: 1)) == #"{"b":1}"#)
        #expect(try text(Shapes.ExplicitNil()) == #"{"a":null}"#)
        #expect(try text(Shapes.Derived(base: 1, own: 2)) == #"{"base":1,"own":2}"#)
        #expect(try text(Shapes.DerivedWithSuper(base: 1, own: 2)) == #"{"super":{"base":1},"own":2}"#)
    }

    @Test func encodesContainersFilledInAnyOrder() throws {
        let (text, attachments) = try encode(1, Shapes.Interleaved(), 2)
        #expect(
            text
                == #"1,{"first":{"a":1,"b":[1,{"x":true,"y":[]},2]},"#
                + #""second":[[{"_placeholder":true,"num":0}],"s",null],"#
                + #""third":3,"super":"up"},2"#)
        #expect(attachments == [[9]])
    }

    // MARK: Wrong use

    @Test func limitsDepth() throws {
        var list = Shapes.List(next: nil)
        for _ in 0..<900 { list = Shapes.List(next: list) }
        #expect(try text(list).utf8.count == 900 * 9 + 2)
        #expect(throws: EncodingError.self) { try text(Shapes.Endless()) }
        #expect(throws: EncodingError.self) { try text(Shapes.EndlessNested()) }
        var value: JSONValue = nil
        for _ in 0..<1030 { value = [value] }
        #expect(throws: EncodingError.self) { try text(value) }
    }

    @Test func reportsWrongUse() throws {
        #expect(throws: EncodingError.self) { try text(Shapes.TwoContainers()) }
        #expect(throws: EncodingError.self) { try text(Shapes.TwoValues()) }
    }

    @Test func reportsThePathOfAnError() throws {
        struct Bad: Encodable {
            func encode(to encoder: any Encoder) throws {
                throw EncodingError.invalidValue(
                    0, EncodingError.Context(codingPath: encoder.codingPath, debugDescription: ""))
            }
        }
        do {
            _ = try text(["a": [["b": Bad()]]])
            Issue.record("no error")
        } catch EncodingError.invalidValue(_, let context) {
            #expect(context.codingPath.map(\.stringValue) == ["a", "Index 0", "b"])
        }
    }

    // MARK: Against Foundation

    @Test func foundationReadsTheSame() throws {
        for value in Shapes.Everything.samples {
            let text = try text(value)
            #expect(try JSONDecoder().decode(Shapes.Everything.self, from: Data(text.utf8)) == value)
        }
    }
}
