/// Goes through options by their names in Node: reads them from a decoder, or writes them to an encoder.
package protocol OptionVisitor {
    mutating func value<Value: Codable>(_ name: String, _ value: inout Value) throws
    /// An array, which may be written as its only element.
    mutating func list<Value: Codable>(_ name: String, _ values: inout [Value]?) throws
    /// A value, where null or false stand for none, and true for `standard`.
    mutating func optional<Value: Codable>(_ name: String, _ value: inout Value?, standard: Value) throws
    /// A duration in Node's milliseconds.
    mutating func milliseconds(_ name: String, _ duration: inout Duration) throws
    /// The same, where null or false stand for none.
    mutating func milliseconds(_ name: String, _ duration: inout Duration?) throws
}

/// Options that are read and written under their names in Node; a name that is none of theirs is an error.
package protocol NamedOptions: Codable {
    init()
    mutating func visit(_ visitor: inout some OptionVisitor) throws
}

extension NamedOptions {
    package init(readingFrom decoder: any Decoder) throws {
        self.init()
        var reader = try OptionReader(decoder)
        try visit(&reader)
        try reader.refuseOtherNames()
    }

    package func write(to encoder: any Encoder) throws {
        var options = self
        var writer = OptionWriter(encoder)
        try options.visit(&writer)
    }
}

/// The name of an option.
private struct OptionName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

/// How many letters of a name have to be changed, added or left out to make another.
private enum EditDistance {
    static func of(_ name: String, _ other: String) -> Int {
        let (name, other) = (Array(name.lowercased().utf8.prefix(64)), Array(other.lowercased().utf8.prefix(64)))
        var row = Array(0...other.count)
        for (index, letter) in name.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in other.indices {
                let changed = diagonal + (letter == other[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(changed, diagonal + 1, row[column] + 1)
            }
        }
        return row[other.count]
    }
}

private struct OptionReader: OptionVisitor {
    private let container: KeyedDecodingContainer<OptionName>
    private var names: Set<String> = []

    init(_ decoder: any Decoder) throws { container = try decoder.container(keyedBy: OptionName.self) }

    mutating func value<Value: Codable>(_ name: String, _ value: inout Value) throws {
        guard let key = take(name) else { return }
        value = try container.decode(Value.self, forKey: key)
    }

    mutating func list<Value: Codable>(_ name: String, _ values: inout [Value]?) throws {
        guard let key = take(name) else { return }
        if let value = try? container.decode(Value.self, forKey: key) {
            values = [value]
        } else {
            values = try container.decode([Value]?.self, forKey: key)
        }
    }

    mutating func optional<Value: Codable>(_ name: String, _ value: inout Value?, standard: Value) throws {
        guard let key = take(name) else { return }
        if let isOn = try? container.decode(Bool.self, forKey: key) {
            value = isOn ? standard : nil
        } else {
            value = try container.decode(Value?.self, forKey: key)
        }
    }

    mutating func milliseconds(_ name: String, _ duration: inout Duration) throws {
        guard let key = take(name) else { return }
        duration = try readMilliseconds(key)
    }

    mutating func milliseconds(_ name: String, _ duration: inout Duration?) throws {
        guard let key = take(name) else { return }
        let isNone = try container.decodeNil(forKey: key) || (try? container.decode(Bool.self, forKey: key)) == false
        duration = isNone ? nil : try readMilliseconds(key)
    }

    func refuseOtherNames() throws {
        for key in container.allKeys where !names.contains(key.stringValue) {
            let name = key.stringValue
            let meant = names.sorted().map { (name: $0, distance: EditDistance.of($0, name)) }
                .filter { $0.distance <= min(2, name.utf8.count / 3) }.min { $0.distance < $1.distance }?.name
            throw DecodingError.dataCorruptedError(
                forKey: key, in: container,
                debugDescription: "there is no such option" + (meant.map { "; did you mean \($0)?" } ?? ""))
        }
    }

    private mutating func take(_ name: String) -> OptionName? {
        names.insert(name)
        let key = OptionName(stringValue: name)
        return container.contains(key) ? key : nil
    }

    private func readMilliseconds(_ key: OptionName) throws -> Duration {
        let milliseconds = try container.decode(Double.self, forKey: key)
        // A century is enough for everybody, and small enough for any arithmetic.
        guard milliseconds.magnitude < 4e12 else {
            throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: "it is out of range")
        }
        return .milliseconds(milliseconds)
    }
}

private struct OptionWriter: OptionVisitor {
    private var container: KeyedEncodingContainer<OptionName>

    init(_ encoder: any Encoder) { container = encoder.container(keyedBy: OptionName.self) }

    mutating func value<Value: Codable>(_ name: String, _ value: inout Value) throws {
        try container.encode(value, forKey: OptionName(stringValue: name))
    }

    mutating func list<Value: Codable>(_ name: String, _ values: inout [Value]?) throws { try value(name, &values) }

    mutating func optional<Value: Codable>(_ name: String, _ value: inout Value?, standard: Value) throws {
        try self.value(name, &value)
    }

    mutating func milliseconds(_ name: String, _ duration: inout Duration) throws {
        try container.encode(duration / .milliseconds(1), forKey: OptionName(stringValue: name))
    }

    mutating func milliseconds(_ name: String, _ duration: inout Duration?) throws {
        try container.encode(duration.map { $0 / .milliseconds(1) }, forKey: OptionName(stringValue: name))
    }
}
