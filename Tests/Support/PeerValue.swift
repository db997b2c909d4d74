package import Foundation

/// JSON with bytes in it: what the peer writes and reads.
package enum PeerValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case binary(Data)
    case array([PeerValue])
    case object([String: PeerValue])

    package var string: String? { if case .string(let string) = self { string } else { nil } }
    package var number: Double? { if case .number(let number) = self { number } else { nil } }
    package subscript(_ key: String) -> PeerValue? { if case .object(let members) = self { members[key] } else { nil } }
}

extension PeerValue: Codable {
    private struct Bytes: Codable {
        let base64: Data

        enum CodingKeys: String, CodingKey {
            case base64 = "$binary"
        }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let bool = try? container.decode(Bool.self) {
            self = .bool(bool)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let string = try? container.decode(String.self) {
            self = .string(string)
        } else if let array = try? container.decode([PeerValue].self) {
            self = .array(array)
        } else if let bytes = try? container.decode(Bytes.self) {
            self = .binary(bytes.base64)
        } else {
            self = .object(try container.decode([String: PeerValue].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let bool): try container.encode(bool)
        case .number(let number): try container.encode(number)
        case .string(let string): try container.encode(string)
        case .binary(let data): try container.encode(Bytes(base64: data))
        case .array(let array): try container.encode(array)
        case .object(let object): try container.encode(object)
        }
    }
}

extension PeerValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(nilLiteral: ()) { self = .null }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int) { self = .number(Double(value)) }
    package init(floatLiteral value: Double) { self = .number(value) }
    package init(stringLiteral value: String) { self = .string(value) }
    package init(arrayLiteral elements: PeerValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, PeerValue)...) {
        self = .object(Dictionary(elements) { $1 })
    }
}
