import Foundation
import SocketIOProtocol
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct JSONObjectTests {
    private static func object(_ names: some Sequence<Int>) -> JSONObject {
        JSONObject(names.map { ("name \($0)", .integer(Int64($0))) })
    }

    @Test(arguments: [
        #"{"z":1,"a":{"2":[],"1":{"b":null,"a":true}},"":0}"#,
        "{" + (0..<40).map { "\"\($0 * 17 % 40)\":\($0)" }.joined(separator: ",") + "}",
    ])
    func keepsTheOrderOfItsText(_ text: String) throws {
        let value = try JSONValue(parsing: text)
        #expect(value.description == text)
        // Through coders, too.
        var writer = BinaryWriter()
        try writer.appendJSON(value) { _, _ in }
        #expect(writer.finish().text == text)
    }

    @Test func ofANameThatOccursTwiceTheLastValueCountsAtTheFirstPlace() throws {
        #expect(try JSONValue(parsing: #"{"a":1,"b":2,"a":3}"#).description == #"{"a":3,"b":2}"#)
        #expect((["a": 1, "b": 2, "a": 3] as JSONObject).description == #"{"a":3,"b":2}"#)
    }

    /// Beside a list without a table, at every size up to four times where the table begins.
    @Test func isADictionaryWithAnOrder() {
        var random = SeededGenerator(seed: 7)
        var (object, model) = (JSONObject(), [(String, JSONValue)]())
        for step in 0..<4000 {
            let name = "\(Int.random(in: 0..<(step < 2000 ? 48 : 16), using: &random))"
            let value: JSONValue? = Int.random(in: 0..<3, using: &random) == 0 ? nil : .integer(Int64(step))
            object[name] = value
            switch (model.firstIndex { $0.0 == name }, value) {
            case (let index?, let value?): model[index].1 = value
            case (let index?, nil): model.remove(at: index)
            case (nil, let value?): model.append((name, value))
            case (nil, nil): break
            }
            #expect(object.keys == model.map(\.0))
            #expect(object.map(\.value) == model.map(\.1))
            #expect((0..<48).allSatisfy { index in object["\(index)"] == model.first { $0.0 == "\(index)" }?.1 })
        }
    }

    @Test(arguments: [3, 30]) func isEqualInAnyOrder(_ count: Int) {
        let object = Self.object(0..<count)
        let other = Self.object((0..<count).reversed())
        #expect(object == other && object.hashValue == other.hashValue)
        #expect(object != Self.object(1...count))
        #expect(object != Self.object(0..<count + 1))
        #expect(JSONObject(["b": 1, "a": 2] as [String: JSONValue]).keys == ["a", "b"])
        #expect(object.merging(Self.object(1...count)).keys == Self.object(0...count).keys)
    }

    @Test func isReadAndWrittenByForeignCoders() throws {
        let object = Self.object(0..<20)
        #expect(try JSONDecoder().decode(JSONObject.self, from: JSONEncoder().encode(object)) == object)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(JSONObject.self, from: Data("[]".utf8)) }
    }

    /// Many members take a time in proportion to them.
    @Test func growsLinearly() {
        let ratio = growth(from: 2000) { count in
            let object = Self.object(0..<count)
            #expect(object["name 0"] != nil)
        }
        #expect(ratio < 9)
    }
}
