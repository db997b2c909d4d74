/// Makes packets of an engine's messages, by a parser, and validates them.
package struct PacketDecoder: ~Copyable {
    private let parser: any Parser
    private let maximumAttachments: Int
    private var decoder: any ParserDecoder
    private let reader: JSONReader

    /// - Parameter reader: May be shared by the decoders of a thread, whose packets then need no memory of their own.
    package init(
        maximumAttachments: Int, parser: any Parser = DefaultParser(), reader: JSONReader = JSONReader()
    ) {
        self.reader = reader
        self.maximumAttachments = maximumAttachments
        self.parser = parser
        decoder = parser.makeDecoder(maximumAttachments: maximumAttachments)
    }

    /// The packet that `message` completes, or nil if attachments are still to come.
    ///
    /// - Throws: `protocolViolation`; the decoder starts afresh then.
    package mutating func add(_ message: Message) throws(SocketIOError) -> Packet? {
        do {
            guard let packet = try decoder.add(message) else { return nil }
            return try parse(packet)
        } catch {
            decoder = parser.makeDecoder(maximumAttachments: maximumAttachments)
            throw SocketIOError(.protocolViolation, "parse error: \(error)", phase: .engine)
        }
    }

    private mutating func parse(_ raw: ParserPacket) throws -> Packet {
        guard raw.attachments.count <= maximumAttachments else {
            throw MalformedPacket.tooManyAttachments(maximumAttachments)
        }
        let data = raw.json.isEmpty ? nil : try reader.read(raw.json)
        try Self.validate(raw, data)
        return Packet(raw.kind, namespace: raw.namespace, id: raw.id, data: data, attachments: raw.attachments)
    }

    private static func validate(_ packet: ParserPacket, _ data: JSONDocument?) throws(MalformedPacket) {
        let kind = data?.root.kind
        switch packet.kind {
        case .connect:
            guard kind == nil || kind == .object else {
                throw MalformedPacket("the data of CONNECT is not an object")
            }
        case .disconnect:
            // Some servers send a payload here. It says nothing that is needed.
            break
        case .connectError:
            guard kind == .object || kind == .string else {
                throw MalformedPacket("the data of CONNECT_ERROR is neither an object nor a string")
            }
        case .event, .binaryEvent:
            guard kind == .array, let name = data?.root.elements.first else {
                throw MalformedPacket("an event is not a filled array")
            }
            // Node takes numbers for names, too.
            guard let isReserved = name.withUTF8(EventName.isReserved) ?? name.asDouble.map({ _ in false }) else {
                throw MalformedPacket("the name of an event is not a string")
            }
            guard !isReserved else {
                throw MalformedPacket("the event name \"\(name.asString ?? "")\" is reserved")
            }
        case .ack, .binaryAck:
            guard kind == .array else { throw MalformedPacket("an acknowledgement is not an array") }
            guard packet.id != nil else { throw MalformedPacket("an acknowledgement has no id") }
        }
        if packet.kind.isBinary, let data, !data.validatePlaceholders(count: packet.attachments.count) {
            throw MalformedPacket("a placeholder names an attachment that is not there")
        }
    }
}
