/// Any value that an event can carry: JSON's, and bytes.
///
/// A number without fraction or exponent in its text that fits is `.integer`, every other is `.number`;
/// ``doubleValue`` and ``intValue`` read both. Two keys that Swift holds for the same string are one key.
public enum JSONValue: Sendable, Hashable {
    /// JSON's `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A whole number.
    case integer(Int64)
    /// A number; one that is not finite is sent as `null`.
    case number(Double)
    /// A text.
    case string(String)
    /// A list of values.
    case array([JSONValue])
    /// Values by name, in their order.
    case object(JSONObject)
    /// Bytes, which travel as an attachment.
    case binary(Binary)

    /// The value of a JSON text.
    ///
    /// - Throws: ``JSONError`` if `text` is not one JSON value, or is nested deeper than 1024 levels.
    public init(parsing text: String) throws(JSONError) {
        self = try JSONDocument.parse(Binary(utf8: text)).root.value(attachments: [])
    }
}

extension JSONValue {
    /// Whether this is `null`.
    public var isNull: Bool { if case .null = self { true } else { false } }

    /// The `Bool`, if this is one.
    public var boolValue: Bool? { if case .bool(let flag) = self { flag } else { nil } }

    /// The number, if this is one without a fraction that fits.
    public var intValue: Int? {
        switch self {
        case .integer(let integer): Int(exactly: integer)
        case .number(let number): Int(exactly: number)
        default: nil
        }
    }

    /// The number, if this is one.
    public var doubleValue: Double? {
        switch self {
        case .integer(let integer): Double(integer)
        case .number(let number): number
        default: nil
        }
    }

    /// The text, if this is one.
    public var stringValue: String? { if case .string(let text) = self { text } else { nil } }

    /// The elements, if this is an array.
    public var arrayValue: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }

    /// The members, if this is an object.
    public var objectValue: JSONObject? { if case .object(let members) = self { members } else { nil } }

    /// The bytes, if this is binary.
    public var binaryValue: Binary? { if case .binary(let bytes) = self { bytes } else { nil } }

    /// The member of an object with that name; nil if there is none or this is no object.
    public subscript(key: String) -> JSONValue? { objectValue?[key] }

    /// The element of an array at `index`; nil if there is none or this is no array.
    public subscript(index: Int) -> JSONValue? {
        guard let elements = arrayValue, elements.indices.contains(index) else { return nil }
        return elements[index]
    }
}

extension JSONValue: CustomStringConvertible {
    /// The value as compact JSON text; bytes are `{"base64":"…"}`.
    public var description: String {
        var writer = BinaryWriter()
        do {
            try writer.appendJSON(self) { bytes, writer in
                writer.append(#"{"base64":""# as StaticString)
                Base64.encode(bytes, into: &writer)
                writer.append(#""}"# as StaticString)
            }
        } catch {
            return "<\(error)>"
        }
        return writer.finish().text
    }
}
