import SocketIOProtocol

/// Decodes the value at one place of an argument.
final class ValueDecoder: Decoder {
    let element: JSONElement
    // Unchecked: a search calls nothing that could come back here, and a check costs as much as the search.
    @exclusivity(unchecked) private var search = MemberSearch()
    let attachments: [Binary]
    private let parent: ValueDecoder?
    private let key: (any CodingKey)?

    init(_ element: JSONElement, attachments: [Binary], parent: ValueDecoder?, key: (any CodingKey)?) {
        self.element = element
        self.attachments = attachments
        self.parent = parent
        self.key = key
    }

    // The key is asked for only where something keeps it: to put it into a box takes longer than to decode an integer.

    /// The value of `element`, which is at `key` in what `parent` decodes.
    static func decode<Value: Decodable>(
        _ type: Value.Type, from element: JSONElement, attachments: [Binary], parent: ValueDecoder?,
        key: @autoclosure () -> (any CodingKey)?
    ) throws -> Value {
        guard let direct = DirectTypes.find(type) else {
            return try Value(from: ValueDecoder(element, attachments: attachments, parent: parent, key: key()))
        }
        do throws(DecodingMismatch) {
            return try direct.decode(element, attachments: attachments, as: type)
        } catch {
            throw error.decodingError(at: codingPath(of: parent, key()))
        }
    }

    // Inlined, so that the compiler sees the type: the methods of the containers are generic over the user's keys.
    @inline(__always)
    static func decode<Value: DirectlyCodable>(
        _ type: Value.Type, from element: JSONElement, attachments: [Binary], parent: ValueDecoder?,
        key: @autoclosure () -> (any CodingKey)?
    ) throws -> Value {
        do throws(DecodingMismatch) {
            return try type.decode(element, attachments: attachments)
        } catch {
            throw error.decodingError(at: codingPath(of: parent, key()))
        }
    }

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    var codingPath: [any CodingKey] { ValueDecoder.codingPath(of: parent, key) }

    private static func codingPath(of parent: ValueDecoder?, _ key: (any CodingKey)?) -> [any CodingKey] {
        var path = parent?.codingPath ?? []
        if let key { path.append(key) }
        return path
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard element.kind == .object else { throw mismatch([String: JSONValue].self) }
        return KeyedDecodingContainer(KeyedDecoding(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard element.kind == .array else { throw mismatch([JSONValue].self) }
        return UnkeyedDecoding(decoder: self)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { SingleValueDecoding(decoder: self) }

    private func mismatch(_ wanted: any Any.Type) -> DecodingError {
        DecodingMismatch(wanted, element).decodingError(at: codingPath)
    }

    func member(_ key: consuming String) -> JSONElement? { element.member(key, &search) }
}
