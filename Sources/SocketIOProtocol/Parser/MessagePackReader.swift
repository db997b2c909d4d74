/// Reads a packet in MessagePack: its data becomes JSON text, and its bytes attachments.
struct MessagePackReader {
    private let bytes: Binary
    private let maximumAttachments: Int
    private var offset = 0
    private var attachments: [Binary] = []

    init(_ bytes: Binary, maximumAttachments: Int) {
        self.bytes = bytes
        self.maximumAttachments = maximumAttachments
    }

    mutating func readPacket() throws(MalformedPacket) -> ParserPacket {
        guard let count = try readMapHeader(takeByte()) else { throw MalformedPacket("the message is not a map") }
        var kind: ParserPacket.Kind?
        var packet = ParserPacket(.event, namespace: "")
        var dataAttachments: [Binary] = []
        for _ in 0..<count {
            let key = try readString()
            // Those of a value that is not used do not count.
            attachments = []
            switch key {
            case "type":
                let text = try readSmallValue()
                kind = UInt8(text).flatMap(ParserPacket.Kind.init(rawValue:)).flatMap { $0.isBinary ? nil : $0 }
            case "nsp": packet.namespace = try readStringIfPresent() ?? ""
            case "id":
                let text = try readSmallValue()
                packet.id = UInt64(text)
                guard packet.id != nil || text == "null" else { throw MalformedPacket("the id is no number") }
            case "data":
                // JSON is hardly ever twice as long; attachments are.
                var value = BinaryWriter(capacity: min(2 * bytes.count, 4096))
                try readValue(into: &value, depth: 0)
                let json = value.finish()
                packet.json = json == Self.null ? Binary() : json
                dataAttachments = attachments
            default: _ = try readSmallValue()
            }
        }
        guard offset == bytes.count else { throw MalformedPacket("there are bytes behind the packet") }
        guard let kind else { throw MalformedPacket("unknown packet type") }
        guard packet.namespace.hasPrefix("/") else { throw MalformedPacket("there is no namespace") }
        return ParserPacket(
            kind, namespace: packet.namespace, id: packet.id, json: packet.json, attachments: dataAttachments)
    }

    private static let null = Binary(utf8: "null")

    /// The JSON text of a value that is a number, as a rule.
    private mutating func readSmallValue() throws(MalformedPacket) -> String {
        var value = BinaryWriter(capacity: 32)
        try readValue(into: &value, depth: 0)
        return value.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// The next value, if it is a text; every other is read over.
    private mutating func readStringIfPresent() throws(MalformedPacket) -> String? {
        let start = offset
        if let count = try readStringHeader(takeByte()) { return try takeBytes(count).text }
        offset = start
        _ = try readSmallValue()
        return nil
    }

    private mutating func readValue(into json: inout BinaryWriter, depth: Int) throws(MalformedPacket) {
        guard depth <= JSONDocument.maximumDepth else { throw MalformedPacket("nested too deep") }
        let byte = try takeByte()
        if let count = try readMapHeader(byte) { return try readMap(count, into: &json, depth: depth) }
        if let count = try readArrayHeader(byte) { return try readArray(count, into: &json, depth: depth) }
        if let count = try readStringHeader(byte) { return try readText(count, into: &json) }
        switch byte {
        case 0x00...0x7F: json.appendJSON(UInt64(byte))
        case 0xC0: json.appendJSONNull()
        case 0xC2, 0xC3: json.appendJSON(byte == 0xC3)
        case 0xC4: try readBinary(Int(take(UInt8.self)), into: &json)
        case 0xC5: try readBinary(Int(take(UInt16.self)), into: &json)
        case 0xC6: try readBinary(Int(take(UInt32.self)), into: &json)
        case 0xCA: json.appendJSON(Double(Float(bitPattern: try take(UInt32.self))))
        case 0xCB: json.appendJSON(Double(bitPattern: try take(UInt64.self)))
        case 0xCC: json.appendJSON(UInt64(try take(UInt8.self)))
        case 0xCD: json.appendJSON(UInt64(try take(UInt16.self)))
        case 0xCE: json.appendJSON(UInt64(try take(UInt32.self)))
        case 0xCF: json.appendJSON(try take(UInt64.self))
        case 0xD0: json.appendJSON(Int64(try take(Int8.self)))
        case 0xD1: json.appendJSON(Int64(try take(Int16.self)))
        case 0xD2: json.appendJSON(Int64(try take(Int32.self)))
        case 0xD3: json.appendJSON(try take(Int64.self))
        case 0xD4:
            // Node's parser writes `undefined` so.
            guard try take(UInt16.self) == 0 else { throw MalformedPacket("an extension of MessagePack") }
            json.appendJSONNull()
        case 0xE0...0xFF: json.appendJSON(Int64(Int8(bitPattern: byte)))
        default: throw MalformedPacket("an extension of MessagePack")
        }
    }

    private mutating func readMap(_ count: Int, into json: inout BinaryWriter, depth: Int) throws(MalformedPacket) {
        json.append(UInt8(ascii: "{"))
        for index in 0..<count {
            if index > 0 { json.append(UInt8(ascii: ",")) }
            try readKey(into: &json)
            json.append(UInt8(ascii: ":"))
            try readValue(into: &json, depth: depth + 1)
        }
        json.append(UInt8(ascii: "}"))
    }

    private mutating func readArray(_ count: Int, into json: inout BinaryWriter, depth: Int) throws(MalformedPacket) {
        json.append(UInt8(ascii: "["))
        for index in 0..<count {
            if index > 0 { json.append(UInt8(ascii: ",")) }
            try readValue(into: &json, depth: depth + 1)
        }
        json.append(UInt8(ascii: "]"))
    }

    private mutating func readBinary(_ count: Int, into json: inout BinaryWriter) throws(MalformedPacket) {
        guard attachments.count < maximumAttachments else { throw .tooManyAttachments(maximumAttachments) }
        json.appendPlaceholder(attachments.count)
        attachments.append(try takeBytes(count))
    }

    private mutating func readText(_ count: Int, into json: inout BinaryWriter) throws(MalformedPacket) {
        guard count <= bytes.count - offset else { throw Self.truncated }
        defer { offset += count }
        bytes.withUnsafeBytes { bytes in
            let text = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
            // A `String` has its invalid bytes replaced.
            guard text.isUTF8 else { return json.appendJSON(String(decoding: text, as: UTF8.self)) }
            json.appendJSON(utf8: text)
        }
    }

    private mutating func readKey(into json: inout BinaryWriter) throws(MalformedPacket) {
        guard let count = try readStringHeader(takeByte()) else { throw Self.noKey }
        try readText(count, into: &json)
    }

    /// A key of the packet's map.
    private mutating func readString() throws(MalformedPacket) -> String {
        guard let count = try readStringHeader(takeByte()) else { throw Self.noKey }
        return try takeBytes(count).text
    }

    // MARK: Headers; nil if `byte` begins something else

    private mutating func readMapHeader(_ byte: UInt8) throws(MalformedPacket) -> Int? {
        switch byte {
        case 0x80...0x8F: Int(byte & 0x0F)
        case 0xDE: Int(try take(UInt16.self))
        case 0xDF: Int(try take(UInt32.self))
        default: nil
        }
    }

    private mutating func readArrayHeader(_ byte: UInt8) throws(MalformedPacket) -> Int? {
        switch byte {
        case 0x90...0x9F: Int(byte & 0x0F)
        case 0xDC: Int(try take(UInt16.self))
        case 0xDD: Int(try take(UInt32.self))
        default: nil
        }
    }

    private mutating func readStringHeader(_ byte: UInt8) throws(MalformedPacket) -> Int? {
        switch byte {
        case 0xA0...0xBF: Int(byte & 0x1F)
        case 0xD9: Int(try take(UInt8.self))
        case 0xDA: Int(try take(UInt16.self))
        case 0xDB: Int(try take(UInt32.self))
        default: nil
        }
    }

    // MARK: Bytes

    private static var truncated: MalformedPacket { MalformedPacket("the message ends too early") }
    private static var noKey: MalformedPacket { MalformedPacket("a key that is no text") }

    private mutating func takeByte() throws(MalformedPacket) -> UInt8 { try take(UInt8.self) }

    @inline(__always)
    private mutating func take<Value: FixedWidthInteger>(_ type: Value.Type) throws(MalformedPacket) -> Value {
        let size = MemoryLayout<Value>.size
        guard size <= bytes.count - offset else { throw Self.truncated }
        defer { offset += size }
        return Value(bigEndian: bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Value.self) })
    }

    private mutating func takeBytes(_ count: Int) throws(MalformedPacket) -> Binary {
        guard count <= bytes.count - offset else { throw Self.truncated }
        defer { offset += count }
        return bytes.slice(offset..<offset + count)
    }
}
