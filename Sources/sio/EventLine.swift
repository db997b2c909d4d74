import SocketIO

/// A received event as a line of JSON.
enum EventLine {
    static func text(_ name: String, _ arguments: [JSONValue]) -> String {
        #"{"event":\#(json(.string(name))),"args":\#(json(.array(arguments)))}"#
    }

    /// JSON in which no control character is left: some of those that JSON allows are orders to a terminal.
    static func json(_ value: JSONValue) -> String {
        let text = "\(value)"
        let isControl = { (scalar: Unicode.Scalar) in (0x7F...0x9F).contains(scalar.value) }
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        return text.unicodeScalars.map { isControl($0) ? #"\u00\#(String($0.value, radix: 16))"# : String($0) }.joined()
    }
}
