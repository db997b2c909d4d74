import SocketIOProtocol

// Two generic methods stand for all that the protocols require: one for the basic types, without a dynamic cast and
// inlined into a method for each of them, and one for the types of users.

struct KeyedDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: ValueDecoder

    var codingPath: [any CodingKey] { decoder.codingPath }
    var allKeys: [Key] { decoder.element.members.compactMap { Key(stringValue: $0.key) } }

    func contains(_ key: Key) -> Bool { decoder.member(key.stringValue) != nil }

    func decodeNil(forKey key: Key) throws -> Bool { try element(key).isNull }

    @inline(__always)
    func decode<Value: DirectlyCodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try ValueDecoder.decode(
            type, from: element(key), attachments: decoder.attachments, parent: decoder, key: key)
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try ValueDecoder.decode(
            type, from: element(key), attachments: decoder.attachments, parent: decoder, key: key)
    }

    // The methods that the protocol offers look three times for what these find at once.

    @inline(__always)
    func decodeIfPresent<Value: DirectlyCodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        guard let element = decoder.member(key.stringValue), !element.isNull else { return nil }
        return try ValueDecoder.decode(
            type, from: element, attachments: decoder.attachments, parent: decoder, key: key)
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        guard let element = decoder.member(key.stringValue), !element.isNull else { return nil }
        return try ValueDecoder.decode(
            type, from: element, attachments: decoder.attachments, parent: decoder, key: key)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try nested(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try nested(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { try nested(ArgumentKey.super) }

    func superDecoder(forKey key: Key) throws -> any Decoder { try nested(key) }

    private func nested(_ key: some CodingKey) throws -> ValueDecoder {
        ValueDecoder(try element(key), attachments: decoder.attachments, parent: decoder, key: key)
    }

    @inline(__always)
    private func element(_ key: some CodingKey) throws -> JSONElement {
        if let element = decoder.member(key.stringValue) { return element }
        throw missing(key)
    }

    @inline(never)
    private func missing(_ key: some CodingKey) -> DecodingError {
        DecodingError.keyNotFound(
            key, DecodingError.Context(codingPath: codingPath, debugDescription: "No \"\(key.stringValue)\" here."))
    }
}

struct UnkeyedDecoding: UnkeyedDecodingContainer {
    private let decoder: ValueDecoder
    private var rest: JSONElement.Elements
    private(set) var currentIndex = 0

    init(decoder: ValueDecoder) {
        self.decoder = decoder
        rest = decoder.element.elements
    }

    var codingPath: [any CodingKey] { decoder.codingPath }
    var count: Int? { decoder.element.count }
    var isAtEnd: Bool { rest.isEmpty }

    mutating func decodeNil() throws -> Bool {
        guard try element(Never.self).isNull else { return false }
        advance()
        return true
    }

    @inline(__always)
    mutating func decode<Value: DirectlyCodable>(_ type: Value.Type) throws -> Value {
        let value = try ValueDecoder.decode(
            type, from: element(type), attachments: decoder.attachments, parent: decoder, key: key)
        advance()
        return value
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let value = try ValueDecoder.decode(
            type, from: element(type), attachments: decoder.attachments, parent: decoder, key: key)
        advance()
        return value
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        let container = try nested().container(keyedBy: type)
        advance()
        return container
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let container = try nested().unkeyedContainer()
        advance()
        return container
    }

    mutating func superDecoder() throws -> any Decoder {
        let decoder = try nested()
        advance()
        return decoder
    }

    private var key: ArgumentKey { ArgumentKey(intValue: currentIndex) }

    private func nested() throws -> ValueDecoder {
        ValueDecoder(
            try element((any Decoder).self), attachments: decoder.attachments, parent: decoder, key: key)
    }

    private func element(_ wanted: any Any.Type) throws -> JSONElement {
        if let next = rest.first { return next }
        throw DecodingError.valueNotFound(
            wanted, DecodingError.Context(codingPath: codingPath + [key], debugDescription: "The array is at its end."))
    }

    private mutating func advance() {
        _ = rest.next()
        currentIndex += 1
    }
}

struct SingleValueDecoding: SingleValueDecodingContainer {
    let decoder: ValueDecoder

    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool { decoder.element.isNull }

    @inline(__always)
    func decode<Value: DirectlyCodable>(_ type: Value.Type) throws -> Value {
        try ValueDecoder.decode(
            type, from: decoder.element, attachments: decoder.attachments, parent: decoder, key: nil)
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try ValueDecoder.decode(
            type, from: decoder.element, attachments: decoder.attachments, parent: decoder, key: nil)
    }
}
