/// Parsed JSON as text again.
extension BinaryWriter {
    /// Appends the value and everything in it: members in their order, markers of attachments as they are.
    package mutating func appendJSON(_ element: JSONElement) {
        switch element.kind {
        case .null: appendJSONNull()
        case .bool: appendJSON(element.asBool == true)
        case .number: appendNumber(element)
        case .string: element.withUTF8 { appendJSON(utf8: UnsafeRawBufferPointer($0)) }
        case .array:
            append(UInt8(ascii: "["))
            appendJSON(separated: element.elements)
            append(UInt8(ascii: "]"))
        case .object:
            append(UInt8(ascii: "{"))
            var isFirst = true
            for member in element.members {
                if !isFirst { append(UInt8(ascii: ",")) }
                isFirst = false
                appendJSON(member.key)
                append(UInt8(ascii: ":"))
                appendJSON(member.value)
            }
            append(UInt8(ascii: "}"))
        }
    }

    /// Appends the values with commas between them.
    package mutating func appendJSON(separated elements: some Sequence<JSONElement>) {
        var isFirst = true
        for element in elements {
            if !isFirst { append(UInt8(ascii: ",")) }
            isFirst = false
            appendJSON(element)
        }
    }

    private mutating func appendNumber(_ element: JSONElement) {
        if element.isInteger, let integer = element.asInt64 {
            appendJSON(integer)
        } else if element.isInteger, let integer = element.asUInt64 {
            appendJSON(integer)
        } else {
            appendJSON(element.asDouble ?? .nan)
        }
    }
}
