extension BinaryWriter {
    /// Appends `value`, which is inside `depth` arrays and objects already.
    ///
    /// `binary` writes what stands for the bytes inside it. Nesting that a reader would refuse is an error.
    package mutating func appendJSON(
        _ value: JSONValue, depth: Int = 0, binary: (Binary, inout BinaryWriter) -> Void
    ) throws(JSONError) {
        switch value {
        case .null: appendJSONNull()
        case .bool(let flag): appendJSON(flag)
        case .integer(let integer): appendJSON(integer)
        case .number(let number): appendJSON(number)
        case .string(let text): appendJSON(text)
        case .binary(let bytes): binary(bytes, &self)
        case .array(let elements):
            guard depth < JSONDocument.maximumDepth else { throw .tooDeep }
            var separator = UInt8(ascii: "[")
            for element in elements {
                append(separator)
                separator = UInt8(ascii: ",")
                try appendJSON(element, depth: depth + 1, binary: binary)
            }
            if elements.isEmpty { append(separator) }
            append(UInt8(ascii: "]"))
        case .object(let members):
            guard depth < JSONDocument.maximumDepth else { throw .tooDeep }
            append(UInt8(ascii: "{"))
            var isFirst = true
            for (key, member) in members {
                appendJSON(name: key, isFirst: isFirst)
                isFirst = false
                try appendJSON(member, depth: depth + 1, binary: binary)
            }
            append(UInt8(ascii: "}"))
        }
    }

    /// Appends the marker that stands for the attachment `number`.
    package mutating func appendPlaceholder(_ number: Int) {
        append(#"{"_placeholder":true,"num":"# as StaticString)
        appendJSON(Int64(number))
        append(UInt8(ascii: "}"))
    }
}
