import Foundation
import SocketIO
import Testing

@Suite(.timeLimit(.minutes(5))) struct ArgumentDecoderTests {
    private func decode<Value: Decodable>(
        _ type: Value.Type = Value.self, _ text: String, _ attachments: [Binary] = []
    ) throws -> Value {
        let element = try JSONDocument.parse(Binary(utf8: text)).root
        return try ArgumentDecoder.decode(type, from: element, attachments: attachments, index: 0)
    }

    /// The case, the path and the text of the error that decoding throws.
    private func failure(_ type: (some Decodable).Type, _ text: String) -> String {
        do {
            _ = try decode(type, text)
            return "none"
        } catch let error as DecodingError {
            func describe(_ name: String, _ context: DecodingError.Context) -> String {
                let path = context.codingPath.map(\.stringValue).joined(separator: "/")
                return "\(name) at \(path): \(context.debugDescription)"
            }
            switch error {
            case .typeMismatch(_, let context): return describe("type", context)
            case .valueNotFound(_, let context): return describe("value", context)
            case .keyNotFound(_, let context): return describe("key", context)
            case .dataCorrupted(let context): return describe("data", context)
            @unknown default: return "unknown"
            }
        } catch {
            return "\(error)"
        }
    }

    // MARK: Basic values

    @Test func decodesBasicValues() throws {
        #expect(try decode(String.self, #""a\n""#) == "a\n")
        #expect(try decode(Bool.self, "true"))
        #expect(try decode(Int.self, "3.0") == 3)
        #expect(try decode(UInt64.self, "18446744073709551615") == .max)
        #expect(try decode(Int128.self, "-9223372036854775808") == Int128(Int64.min))
        #expect(try decode(Double.self, "1") == 1)
        #expect(try decode(Float.self, "0.1") == 0.1)
        #expect(try decode([Int?].self, "[1,null]") == [1, nil])
        #expect(try decode(Int?.self, "null") == nil)
        #expect(try decode(Int?.self, "1") == 1)
        #expect(try decode(Shapes.Empty?.self, "null") == nil)
        #expect(try decode([String: [Double]].self, #"{"a":[1,2.5]}"#) == ["a": [1, 2.5]])
        #expect(try decode(JSONValue.self, #"{"a":[1,null]}"#) == ["a": [1, nil]])
    }

    @Test func reportsExactErrors() {
        #expect(failure(Int.self, "3.5") == "data at Index 0: The number 3.5 does not fit in Int.")
        #expect(failure(UInt8.self, "256") == "data at Index 0: The number 256 does not fit in UInt8.")
        #expect(failure(Int.self, "1e400") == "data at Index 0: The number null does not fit in Int.")
        #expect(failure(Float.self, "1e300") == "data at Index 0: The number 1e+300 does not fit in Float.")
        #expect(failure(String.self, "1") == "type at Index 0: Expected String, found a number.")
        #expect(failure(Int.self, "null") == "value at Index 0: Expected Int, found null.")
        #expect(
            failure([[Int]].self, "[[1],[2,true]]") == "type at Index 0/Index 1/Index 1: Expected Int, found a bool.")
        #expect(failure([String: Bool].self, #"{"a":{}}"#) == "type at Index 0/a: Expected Bool, found an object.")
        #expect(failure(Shapes.Optionals.self, "[]").hasPrefix("type at Index 0: "))
        #expect(failure([Shapes.Empty].self, "{}").hasPrefix("type at Index 0: "))
        #expect(failure(Shapes.List.self, #"{"next":{"next":{}}}"#) == "none")
        #expect(failure(Shapes.Everything.self, #"{"text":"a"}"#).hasPrefix("key at Index 0: "))
        #expect(
            failure(Shapes.Nest.self, #"{"inner":[{"level":"low"},{"level":"none"}]}"#)
                .hasPrefix("data at Index 0/inner/Index 1/level: "))
        #expect(failure(Shapes.Nest.self, #"{"inner":[{}]}"#) == "key at Index 0/inner/Index 0: No \"level\" here.")
        #expect(failure(Binary.self, #""AAAA""#) == "type at Index 0: Expected Binary, found a string.")
        #expect(
            failure(Binary.self, #"{"_placeholder":true,"num":0}"#)
                == "type at Index 0: Expected Binary, found an object.")
    }

    @Test func decodesMissingArguments() throws {
        func missing<Value: Decodable>(_ type: Value.Type) throws -> Value {
            try ArgumentDecoder.decode(type, from: nil, attachments: [], index: 2)
        }
        #expect(try missing(Int?.self) == nil)
        #expect(try missing(Shapes.Empty?.self) == nil)
        #expect(try missing(JSONValue.self) == .null)
        do {
            _ = try missing(Int.self)
            Issue.record("no error")
        } catch DecodingError.valueNotFound(_, let context) {
            #expect(context.debugDescription == "Argument 2 is missing.")
        }
    }

    // MARK: Binary

    @Test func decodesAttachments() throws {
        struct Upload: Decodable, Equatable {
            var content: Data
            var parts: [Binary?]
            var extra: JSONValue
        }
        let text =
            #"{"content":{"_placeholder":true,"num":1},"parts":[{"num":0,"_placeholder":true},null],"#
            + #""extra":{"x":{"_placeholder":true,"num":2}}}"#
        #expect(
            try decode(Upload.self, text, [[1], [2], [3]])
                == Upload(content: Data([2]), parts: [[1], nil], extra: ["x": .binary([3])]))
        #expect(throws: DecodingError.self) { try decode(Upload.self, text, [[1]]) }
    }

    // MARK: Shapes of Codable

    @Test func decodesShapes() throws {
        #expect(try decode(Shapes.Empty.self, "{}") == Shapes.Empty())
        #expect(try decode([Shapes.Level].self, #"["low","high"]"#) == [.low, .high])
        #expect(try decode(Shapes.Wrapper.self, "7").value == 7)
        #expect(
            try decode([Shapes.Payload].self, #"[{"none":{}},{"one":{"_0":"x"}},{"named":{"a":1}}]"#)
                == [.none, .one("x"), .named(a: 1, b: nil)])
        #expect(try decode([Int: String].self, #"{"1":"a","2":"b"}"#) == [1: "a", 2: "b"])
        #expect(try decode(Shapes.Optionals.self, #"{"a":null,"b":1}"#) == Shapes.Optionals(a: nil, b: 1))
        #expect(try decode(Shapes.Optionals.self, "{}") == Shapes.Optionals(a: nil, b: nil))
        let derived = try decode(Shapes.Derived.self, #"{"base":1,"own":2}"#)
        #expect((derived.base, derived.own) == (1, 2))
        let withSuper = try decode(Shapes.DerivedWithSuper.self, #"{"super":{"base":1},"own":2}"#)
        #expect((withSuper.base, withSuper.own) == (1, 2))
    }

    @Test func decodesByHand() throws {
        struct ByHand: Decodable {
            init(from decoder: any Decoder) throws {
                let keyed = try decoder.container(keyedBy: AnyKey.self)
                #expect(keyed.allKeys.map(\.stringValue) == ["a", "b", "super"])
                #expect(try keyed.decodeNil(forKey: "b"))
                #expect(throws: DecodingError.self) { try keyed.decodeNil(forKey: "c") }
                #expect(try String(from: keyed.superDecoder()) == "up")
                var list = try keyed.nestedUnkeyedContainer(forKey: "a")
                #expect(list.count == 4)
                #expect(throws: DecodingError.self) { try list.decode(String.self) }
                #expect(try list.decode(Int.self) == 1)
                #expect(try !list.decodeNil())
                #expect(try list.nestedContainer(keyedBy: AnyKey.self).decode(Int.self, forKey: "x") == 2)
                #expect(try list.decodeNil())
                var inner = try list.nestedUnkeyedContainer()
                #expect(list.isAtEnd && list.currentIndex == 4)
                #expect(try inner.superDecoder().singleValueContainer().decode(Bool.self))
                #expect(inner.isAtEnd)
                #expect(throws: DecodingError.self) { try inner.decode(Int.self) }
            }
        }
        _ = try decode(ByHand.self, #"{"a":[1,{"x":2},null,[true]],"b":null,"super":"up"}"#)
    }

    /// The way a dictionary asks for its members takes time with the square of their number, without an index.
    @Test(.timeLimit(.minutes(1))) func decodesLongObjects() throws {
        let members = (0..<50_000).map { "\"\($0)\":[{\"level\":\"low\"}]" }.joined(separator: ",")
        #expect(try decode([Int: [Shapes.Nest.Inner]].self, "{\(members)}").count == 50_000)
    }

    @Test func lastDuplicateWins() throws {
        let members = (0..<100).map { "\"b\":\($0)" }.joined(separator: ",")
        #expect(try decode(Shapes.Optionals.self, "{\"b\":1,\"b\":2}").b == 2)
        #expect(try decode(Shapes.Optionals.self, "{\(members)}").b == 99)
        #expect(try decode([String: Int].self, "{\(members)}") == ["b": 99])
    }

    // MARK: Against Foundation

    @Test func readsWhatFoundationWrites() throws {
        for value in Shapes.Everything.samples {
            let text = String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
            #expect(try decode(Shapes.Everything.self, text) == value)
        }
    }
}
