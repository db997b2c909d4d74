import SocketIO

struct AnyKey: CodingKey, ExpressibleByStringLiteral {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init(stringLiteral text: String) { stringValue = text }
    init?(intValue: Int) { nil }
}

/// What the types of users look like to an encoder.
enum Shapes {
    struct Empty: Codable, Equatable {}

    struct Nothing: Encodable { func encode(to encoder: any Encoder) {} }

    enum Level: String, Codable { case low, high }

    struct Wrapper: Codable {
        var value: Int
        init(value: Int) { self.value = value }
        init(from decoder: any Decoder) throws { value = try decoder.singleValueContainer().decode(Int.self) }
        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(value)
        }
    }

    enum Payload: Codable, Equatable {
        case none
        case one(String)
        case named(a: Int, b: Int?)
    }

    struct Optionals: Codable, Equatable {
        var a: String?
        var b: Int?
    }

    struct ExplicitNil: Encodable {
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: AnyKey.self)
            try container.encodeNil(forKey: "a")
        }
    }

    struct Nest: Codable {
        struct Inner: Codable { var level: Level }
        var inner: [Inner]
    }

    final class List: Codable {
        let next: List?
        init(next: List?) { self.next = next }
    }

    class Base: Codable {
        var base: Int
        init(base: Int) { self.base = base }
    }

    /// Writes into the object of its superclass.
    final class Derived: Base {
        var own: Int
        private enum CodingKeys: CodingKey { case own }
        init(base: Int, own: Int) {
            self.own = own
            super.init(base: base)
        }
        required init(from decoder: any Decoder) throws {
            own = try decoder.container(keyedBy: CodingKeys.self).decode(Int.self, forKey: .own)
            try super.init(from: decoder)
        }
        override func encode(to encoder: any Encoder) throws {
            try super.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(own, forKey: .own)
        }
    }

    /// Gives its superclass an object of its own, filled last.
    final class DerivedWithSuper: Base {
        var own: Int
        private enum CodingKeys: CodingKey { case own }
        init(base: Int, own: Int) {
            self.own = own
            super.init(base: base)
        }
        required init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            own = try container.decode(Int.self, forKey: .own)
            try super.init(from: container.superDecoder())
        }
        override func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            let superEncoder = container.superEncoder()
            try container.encode(own, forKey: .own)
            try super.encode(to: superEncoder)
        }
    }

    /// Fills nested containers in turns, after others have begun.
    struct Interleaved: Encodable {
        func encode(to encoder: any Encoder) throws {
            var root = encoder.container(keyedBy: AnyKey.self)
            var first = root.nestedContainer(keyedBy: AnyKey.self, forKey: "first")
            var second = root.nestedUnkeyedContainer(forKey: "second")
            try first.encode(1, forKey: "a")
            var inner = second.nestedUnkeyedContainer()
            try root.encode(3, forKey: "third")
            var list = first.nestedUnkeyedContainer(forKey: "b")
            try second.encode("s")
            try list.encode(1)
            var object = list.nestedContainer(keyedBy: AnyKey.self)
            try list.encode(2)
            try "up".encode(to: root.superEncoder())
            try object.encode(true, forKey: "x")
            _ = object.nestedUnkeyedContainer(forKey: "y")
            try inner.encode(Binary([9]))
            try second.encodeNil()
        }
    }

    struct Endless: Encodable {
        func encode(to encoder: any Encoder) throws {
            var container = encoder.unkeyedContainer()
            try container.encode(self)
        }
    }

    struct EndlessNested: Encodable {
        func encode(to encoder: any Encoder) throws {
            var container = encoder.unkeyedContainer()
            try container.encode(1)
            let again: any Encodable = self
            try again.encode(to: container.superEncoder())
        }
    }

    struct TwoContainers: Encodable {
        func encode(to encoder: any Encoder) throws {
            var object = encoder.container(keyedBy: AnyKey.self)
            try object.encode(1, forKey: "a")
            _ = encoder.unkeyedContainer()
        }
    }

    struct TwoValues: Encodable {
        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(1)
            try container.encode(2)
        }
    }

    struct Everything: Codable, Equatable {
        var text: String
        var small: Int8
        var large: UInt64
        var number: Double
        var float: Float
        var flag: Bool
        var maybe: Int?
        var list: [Optionals]
        var byName: [String: Payload]
        var byNumber: [Int: [Level]]
        var nested: [[Double?]]
        var any: JSONValue

        static let samples = [
            Everything(
                text: "", small: .min, large: .max, number: -1.5e-300, float: 0.1, flag: true, maybe: nil, list: [],
                byName: [:], byNumber: [:], nested: [], any: nil),
            Everything(
                text: "\"é\u{0}😀\\", small: .max, large: 0, number: 1 / 3, float: -2, flag: false, maybe: 7,
                list: [Optionals(a: "x", b: nil), Optionals(a: nil, b: 1)],
                byName: ["one": .one("\n"), "": .named(a: 1, b: 2), "none": .none], byNumber: [-1: [.low], 2: []],
                nested: [[1, nil], [], [0.5]], any: ["a": [1, 2.5, "x", true, nil, [:]]]),
        ]
    }
}
