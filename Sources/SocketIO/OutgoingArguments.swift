import SocketIOProtocol

/// The arguments of an event or an acknowledgement, encoded: a JSON array, and the attachments it refers to.
struct OutgoingArguments {
    let json: Binary
    let attachments: [Binary]

    /// - Parameter event: The name of an event, which goes in front; nil for an acknowledgement.
    init<each Value: Encodable>(event: String? = nil, _ values: repeat each Value) throws(SocketIOError) {
        var isEmpty = true
        for _ in repeat (each Value).self { isEmpty = false }
        try self.init(event, isEmpty: isEmpty) { (writer, attachments) in
            try ArgumentEncoder.encode(repeat each values, into: &writer, attachments: &attachments)
        }
    }

    init(event: String? = nil, values: [JSONValue]) throws(SocketIOError) {
        try self.init(event, isEmpty: values.isEmpty) { (writer, attachments) in
            for (index, value) in values.enumerated() {
                if index > 0 { writer.append(UInt8(ascii: ",")) }
                try ArgumentEncoder.encode(value, into: &writer, attachments: &attachments)
            }
        }
    }

    /// - Parameter json: An array with a marker for each of the attachments; nil for the attachments themselves.
    init(event: String? = nil, json: Binary?, attachments: [Binary]) throws(SocketIOError) {
        guard let json else {
            try self.init(event: event, values: attachments.map { .binary($0) })
            return
        }
        let values = try Self.values(of: json, attachments: attachments.count)
        try self.init(event, isEmpty: values.isEmpty, attachments) { (writer, _) in writer.append(values) }
    }

    /// What is between the brackets of an array.
    private static func values(of json: Binary, attachments: Int) throws(SocketIOError) -> Binary {
        let document: JSONDocument
        do { document = try JSONDocument.parse(json) } catch { throw SocketIOError(.invalidJSON, "\(error)") }
        guard document.root.kind == .array else { throw SocketIOError(.invalidJSON, "the arguments are not an array") }
        guard document.validatePlaceholders(count: attachments) else {
            throw SocketIOError(.invalidJSON, "a placeholder names an attachment that is not there")
        }
        guard document.root.elements.first != nil, let start = json.firstIndex(of: UInt8(ascii: "[")),
            let end = json.lastIndex(of: UInt8(ascii: "]"))
        else { return Binary() }
        return json.slice(start + 1..<end)
    }

    private init(
        _ event: String?, isEmpty: Bool, _ given: [Binary] = [],
        _ encode: (inout BinaryWriter, inout [Binary]) throws -> Void
    ) throws(SocketIOError) {
        if let event, EventName.isReserved(event) {
            throw SocketIOError(.reservedEventName, "\"\(event)\" is a reserved event name")
        }
        var writer = BinaryWriter()
        var attachments = given
        writer.append(UInt8(ascii: "["))
        if let event {
            writer.appendJSON(event)
            if !isEmpty { writer.append(UInt8(ascii: ",")) }
        }
        do {
            try encode(&writer, &attachments)
        } catch {
            throw SocketIOError(.codingFailed, "an argument cannot be encoded: \(CodingFailure.text(of: error))")
        }
        writer.append(UInt8(ascii: "]"))
        json = writer.finish()
        self.attachments = attachments
    }
}
