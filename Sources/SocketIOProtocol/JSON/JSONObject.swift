/// A JSON object: values by name, in an order, which is that of the text it came from, or in which they were set.
///
/// Two objects are equal if they have the same members, in whatever order.
///
/// ```swift
/// var object: JSONObject = ["id": 7, "name": "a"]
/// object["tags"] = ["x", "y"]
/// for (name, value) in object { print(name, value) }
/// ```
public struct JSONObject: Sendable {
    /// Up to so many members are looked through, which takes less than a table.
    private static let shortCount = 12

    private var members: [Element] = []
    /// The places of the names, where there are more of them.
    private var places: [String: Int] = [:]

    /// An object without members.
    public init() {}

    /// An object with these members. Of a name that occurs twice the last value counts, at the first one's place.
    public init(_ members: some Sequence<(String, JSONValue)>) {
        self.members.reserveCapacity(members.underestimatedCount)
        for (name, value) in members { self[name] = value }
    }

    /// An object with the members of `dictionary`, sorted by their names.
    public init(_ dictionary: [String: JSONValue]) {
        self.init(dictionary.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }

    /// The names, in order.
    public var keys: [String] { members.map(\.key) }

    /// The value called `name`, nil if there is none. A new one is the last; nil removes it.
    public subscript(name: String) -> JSONValue? {
        get { place(of: name).map { members[$0].value } }
        set {
            switch (place(of: name), newValue) {
            case (let place?, let value?): members[place].value = value
            case (let place?, nil):
                members.remove(at: place)
                index(from: 0)
            case (nil, let value?):
                members.append((name, value))
                index(from: members.count - 1)
            case (nil, nil): break
            }
        }
    }

    /// Sets all members of `other`.
    public mutating func merge(_ other: JSONObject) {
        for (name, value) in other { self[name] = value }
    }

    /// The same with all members of `other`.
    public func merging(_ other: JSONObject) -> JSONObject {
        var object = self
        object.merge(other)
        return object
    }

    private func place(of name: String) -> Int? {
        members.count > Self.shortCount ? places[name] : members.firstIndex { $0.key == name }
    }

    /// The members from `place` on are new at their places.
    private mutating func index(from place: Int) {
        guard members.count > Self.shortCount else { return }
        let isComplete = places.count == place
        if !isComplete { places = [:] }
        for place in (isComplete ? place : 0)..<members.count { places[members[place].key] = place }
    }
}

extension JSONObject: RandomAccessCollection {
    /// A name and its value.
    public typealias Element = (key: String, value: JSONValue)

    /// 0.
    public var startIndex: Int { 0 }
    /// The number of members.
    public var endIndex: Int { members.count }
    /// The member at a place, which has to be there.
    public subscript(position: Int) -> Element { members[position] }
}

extension JSONObject: Hashable {
    /// Whether they have the same members.
    @inline(never)  // else it is there in each comparison of values, several times
    public static func == (first: JSONObject, second: JSONObject) -> Bool {
        first.count == second.count && first.allSatisfy { second[$0.key] == $0.value }
    }

    /// Hashes the members, whatever their order.
    public func hash(into hasher: inout Hasher) {
        var all = 0
        for (name, value) in self {
            var own = Hasher()
            own.combine(name)
            own.combine(value)
            all ^= own.finalize()
        }
        hasher.combine(all)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// Of a name that occurs twice the last value counts.
    public init(dictionaryLiteral members: (String, JSONValue)...) { self.init(members) }
}

extension JSONObject: CustomStringConvertible {
    /// Its compact JSON text.
    public var description: String { JSONValue.object(self).description }
}

extension JSONObject: Codable {
    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Reads an object, in the order in which `decoder` has its members.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        for name in container.allKeys { self[name.stringValue] = try container.decode(JSONValue.self, forKey: name) }
    }

    /// Writes the members in their order.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        for (name, value) in self { try container.encode(value, forKey: Name(stringValue: name)) }
    }
}
