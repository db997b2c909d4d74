import Foundation
import SocketIOProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct JSONValueTests {
    @Test func takesLiteralsAndSubscripts() {
        let value: JSONValue = ["a": [1, 2.5, "x", true, nil], "b": .binary([1])]
        #expect(value["a"]?[0]?.intValue == 1)
        #expect(value["a"]?[0]?.doubleValue == 1)
        #expect(value["a"]?[1]?.doubleValue == 2.5)
        #expect(value["a"]?[1]?.intValue == nil)
        #expect(value["a"]?[2]?.stringValue == "x")
        #expect(value["a"]?[3]?.boolValue == true)
        #expect(value["a"]?[4]?.isNull == true)
        #expect(value["a"]?[5] == nil)
        #expect(value["a"]?[-1] == nil)
        #expect(value["c"] == nil)
        #expect(value["b"]?.binaryValue == [1])
        #expect(JSONValue.number(3).intValue == 3)
    }

    @Test func describesItselfAsJSON() {
        #expect(
            JSONValue.array([1, "a\n", nil, [:], [], .binary([1, 2])]).description
                == #"[1,"a\n",null,{},[],{"base64":"AQI="}]"#)
        #expect(JSONValue.object(["k": ["n": 1.5]]).description == #"{"k":{"n":1.5}}"#)
        let members = ["c": 1, "a": ["z": 2, "y": nil], "b": []] as JSONValue
        #expect(members.description == #"{"c":1,"a":{"z":2,"y":null},"b":[]}"#)
    }

    @Test func passesThroughForeignCoders() throws {
        let value: JSONValue = ["a": [1, -2.5, "x", true, false, nil, [], [:]], "b": ["c": 9_007_199_254_740_993]]
        #expect(try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value)) == value)
        #expect(
            try JSONDecoder().decode(
                [String: Binary].self, from: JSONEncoder().encode(["b": JSONValue.binary([1, 2])]))
                == ["b": [1, 2]])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([Binary].self, from: Data(#"["a b="]"#.utf8)) }
    }
}
