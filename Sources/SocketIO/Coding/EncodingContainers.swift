import SocketIOProtocol

// Two generic methods stand for all that the protocols require: one for the basic types, without a dynamic cast, and
// one for the types of users.

struct KeyedEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: ValueEncoder

    var codingPath: [any CodingKey] { encoder.codingPath }

    func encodeNil(forKey key: Key) throws {
        try encoder.beginMember(key.stringValue)
        encoder.text.writer.appendJSONNull()
    }

    @inline(__always)
    func encode<Value: DirectlyCodable>(_ value: Value, forKey key: Key) throws {
        try encoder.beginMember(key.stringValue)
        try encoder.write(value, at: .member(key))
    }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        try encoder.beginMember(key.stringValue)
        try encoder.write(value, at: .member(key))
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        nested(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { nested(key).unkeyedContainer() }

    func superEncoder() -> any Encoder { nested(ArgumentKey.super) }

    func superEncoder(forKey key: Key) -> any Encoder { nested(key) }

    private func nested(_ key: some CodingKey) -> ValueEncoder {
        do { try encoder.beginMember(key.stringValue) } catch { encoder.output.note(error) }
        return encoder.nested(at: .member(key))
    }
}

struct UnkeyedEncoding: UnkeyedEncodingContainer {
    let encoder: ValueEncoder

    var codingPath: [any CodingKey] { encoder.codingPath }
    var count: Int { encoder.count }

    func encodeNil() throws {
        try encoder.beginElement()
        encoder.text.writer.appendJSONNull()
    }

    @inline(__always)
    func encode<Value: DirectlyCodable>(_ value: Value) throws {
        try encoder.beginElement()
        try encoder.write(value, at: .element(count - 1))
    }

    func encode<Value: Encodable>(_ value: Value) throws {
        try encoder.beginElement()
        try encoder.write(value, at: .element(count - 1))
    }

    func nestedContainer<NestedKey: CodingKey>(keyedBy type: NestedKey.Type) -> KeyedEncodingContainer<NestedKey> {
        nested().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { nested().unkeyedContainer() }

    func superEncoder() -> any Encoder { nested() }

    private func nested() -> ValueEncoder {
        let index = count
        do { try encoder.beginElement() } catch { encoder.output.note(error) }
        return encoder.nested(at: .element(index))
    }
}

struct SingleValueEncoding: SingleValueEncodingContainer {
    let encoder: ValueEncoder

    var codingPath: [any CodingKey] { encoder.codingPath }

    func encodeNil() throws {
        try encoder.beginSingle()
        encoder.text.writer.appendJSONNull()
    }

    @inline(__always)
    func encode<Value: DirectlyCodable>(_ value: Value) throws {
        try encoder.beginSingle()
        try encoder.write(value, at: .whole)
    }

    func encode<Value: Encodable>(_ value: Value) throws {
        try encoder.beginSingle()
        try encoder.write(value, at: .whole)
    }
}
