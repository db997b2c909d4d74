package import SocketIOProtocol

/// A type whose values go to JSON text and come back without the containers of `Codable`.
package protocol DirectlyCodable: Codable, SendableMetatype {
    /// Appends the value, which is inside `depth` arrays and objects, as JSON text, and bytes to `attachments`.
    func encode(into writer: inout BinaryWriter, attachments: inout [Binary], depth: Int) throws(JSONError)

    static func decode(_ element: JSONElement, attachments: [Binary]) throws(DecodingMismatch) -> Self

    /// The elements of an array. Each type has this of its own, without generic code.
    static func decodeElements(_ array: JSONElement, attachments: [Binary]) throws(DecodingMismatch) -> [Self]
}

extension DirectlyCodable {
    package static func decodeElements(
        _ array: JSONElement, attachments: [Binary]
    ) throws(DecodingMismatch) -> [Self] {
        guard array.kind == .array else { throw DecodingMismatch([Self].self, array) }
        var values: [Self] = []
        values.reserveCapacity(array.count)
        for element in array.elements {
            do throws(DecodingMismatch) {
                values.append(try decode(element, attachments: attachments))
            } catch {
                throw error.inside(ArgumentKey(intValue: values.count))
            }
        }
        return values
    }

    /// The value as `Value`, which has to be this type: where only the runtime knows that.
    static func decode<Value>(
        _ element: JSONElement, attachments: [Binary], as type: Value.Type
    ) throws(DecodingMismatch) -> Value {
        precondition(type == Self.self)
        // Unchecked after that check: a cast would cost more than most values.
        return unsafeBitCast(try decode(element, attachments: attachments), to: type)
    }
}

extension Bool: DirectlyCodable {
    package func encode(into writer: inout BinaryWriter, attachments: inout [Binary], depth: Int) {
        writer.appendJSON(self)
    }
    package static func decode(_ element: JSONElement, attachments: [Binary]) throws(DecodingMismatch) -> Bool {
        if let flag = element.asBool { return flag }
        throw DecodingMismatch(Bool.self, element)
    }
}

extension String: DirectlyCodable {
    package func encode(into writer: inout BinaryWriter, attachments: inout [Binary], depth: Int) {
        writer.appendJSON(self)
    }
    package static func decode(_ element: JSONElement, attachments: [Binary]) throws(DecodingMismatch) -> String {
        if let text = element.asString { return text }
        throw DecodingMismatch(String.self, element)
    }
}

// MARK: Numbers

extension DirectlyCodable where Self: FixedWidthInteger {
    package func encode(into writer: inout BinaryWriter, attachments: inout [Binary], depth: Int) {
        if let integer = Int64(exactly: self) {
            writer.appendJSON(integer)
        } else if let integer = UInt64(exactly: self) {
            writer.appendJSON(integer)
        } else {
            writer.append(description)
        }
    }
    package static func decode(_ element: JSONElement, attachments: [Binary]) throws(DecodingMismatch) -> Self {
        if let integer = element.asInt64.flatMap(Self.init(exactly:)) { return integer }
        if let integer = element.asUInt64.flatMap(Self.init(exactly:)) { return integer }
        throw DecodingMismatch(Self.self, element)
    }
}

extension Int: DirectlyCodable {}
extension Int8: DirectlyCodable {}
extension Int16: DirectlyCodable {}
extension Int32: DirectlyCodable {}
extension Int64: DirectlyCodable {}
extension Int128: DirectlyCodable {}
extension UInt: DirectlyCodable {}
extension UInt8: DirectlyCodable {}
extension UInt16: DirectlyCodable {}
extension UInt32: DirectlyCodable {}
extension UInt64: DirectlyCodable {}
extension UInt128: DirectlyCodable {}

extension Double: DirectlyCodable {
    package func encode(into writer: inout BinaryWriter, attachments: inout [Binary], depth: Int) {
        writer.appendJSON(self)
    }
    package static func decode(_ element: JSONElement, attachments: [Binary]) throws(DecodingMismatch) -> Double {
        if let number = element.asDouble { return number }
        throw DecodingMismatch(Double.self, element)
    }
}

extension Float: DirectlyCodable {
    package func encode(into writer: inout BinaryWriter, attachments: inout [Binary], depth: Int) {
        writer.appendJSON(self)
    }
    package static func decode(_ element: JSONElement, attachments: [Binary]) throws(DecodingMismatch) -> Float {
        if let number = element.asDouble, Float(number).isFinite || !number.isFinite { return Float(number) }
        throw DecodingMismatch(Float.self, element)
    }
}

// MARK: Values of several kinds

extension JSONValue: DirectlyCodable {
    package func encode(
        into writer: inout BinaryWriter, attachments: inout [Binary], depth: Int
    ) throws(JSONError) {
        try writer.appendJSON(self, depth: depth) { bytes, writer in
            writer.appendPlaceholder(attachments.count)
            attachments.append(bytes)
        }
    }
    package static func decode(_ element: JSONElement, attachments: [Binary]) -> JSONValue {
        element.value(attachments: attachments)
    }
}

extension Optional: DirectlyCodable where Wrapped: DirectlyCodable {
    package func encode(
        into writer: inout BinaryWriter, attachments: inout [Binary], depth: Int
    ) throws(JSONError) {
        guard let self else { return writer.appendJSONNull() }
        try self.encode(into: &writer, attachments: &attachments, depth: depth)
    }
    package static func decode(_ element: JSONElement, attachments: [Binary]) throws(DecodingMismatch) -> Wrapped? {
        element.isNull ? nil : try Wrapped.decode(element, attachments: attachments)
    }
}

extension Array: DirectlyCodable where Element: DirectlyCodable {
    @_specialize(where Element == String)
    package func encode(
        into writer: inout BinaryWriter, attachments: inout [Binary], depth: Int
    ) throws(JSONError) {
        guard depth < JSONDocument.maximumDepth else { throw .tooDeep }
        writer.append(UInt8(ascii: "["))
        var isFirst = true
        for element in self {
            if !isFirst { writer.append(UInt8(ascii: ",")) }
            isFirst = false
            try element.encode(into: &writer, attachments: &attachments, depth: depth + 1)
        }
        writer.append(UInt8(ascii: "]"))
    }
    package static func decode(_ element: JSONElement, attachments: [Binary]) throws(DecodingMismatch) -> [Element] {
        try Element.decodeElements(element, attachments: attachments)
    }
}

extension Dictionary: DirectlyCodable where Key == String, Value: DirectlyCodable {
    package func encode(
        into writer: inout BinaryWriter, attachments: inout [Binary], depth: Int
    ) throws(JSONError) {
        guard depth < JSONDocument.maximumDepth else { throw .tooDeep }
        writer.append(UInt8(ascii: "{"))
        var isFirst = true
        for (key, value) in self {
            if !isFirst { writer.append(UInt8(ascii: ",")) }
            isFirst = false
            writer.appendJSON(key)
            writer.append(UInt8(ascii: ":"))
            try value.encode(into: &writer, attachments: &attachments, depth: depth + 1)
        }
        writer.append(UInt8(ascii: "}"))
    }
    package static func decode(
        _ element: JSONElement, attachments: [Binary]
    ) throws(DecodingMismatch) -> [String: Value] {
        guard element.kind == .object else { throw DecodingMismatch([String: Value].self, element) }
        var values = [String: Value](minimumCapacity: element.count)
        for member in element.members {
            do throws(DecodingMismatch) {
                values[member.key] = try Value.decode(member.value, attachments: attachments)
            } catch {
                throw error.inside(ArgumentKey(stringValue: member.key))
            }
        }
        return values
    }
}
