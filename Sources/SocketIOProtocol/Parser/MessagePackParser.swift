/// Packets in MessagePack, one binary message each, as `socket.io-msgpack-parser` and python-socketio's serializer
/// `msgpack` have them.
public struct MessagePackParser: Parser {
    /// The parser.
    public init() {}

    /// One binary message.
    public func encode(_ packet: ParserPacket) throws -> [Message] {
        var writer = MessagePackWriter()
        writer.appendMap(count: 2 + (packet.json.isEmpty ? 0 : 1) + (packet.id == nil ? 0 : 1))
        writer.append("type")
        writer.append(UInt64(packet.kind.withoutBinary.rawValue))
        writer.append("nsp")
        writer.append(packet.namespace)
        if !packet.json.isEmpty {
            writer.append("data")
            writer.append(try JSONDocument.parse(packet.json).root, attachments: packet.attachments)
        }
        if let id = packet.id {
            writer.append("id")
            writer.append(id)
        }
        return [.binary(writer.finish())]
    }

    /// A decoder for one connection.
    public func makeDecoder(maximumAttachments: Int) -> any ParserDecoder {
        Decoder(maximumAttachments: maximumAttachments)
    }

    private struct Decoder: ParserDecoder {
        let maximumAttachments: Int

        mutating func add(_ message: Message) throws -> ParserPacket? {
            guard case .binary(let bytes) = message else { throw MalformedPacket("text came instead of MessagePack") }
            var reader = MessagePackReader(bytes, maximumAttachments: maximumAttachments)
            return try reader.readPacket()
        }
    }
}

extension ParserPacket.Kind {
    /// MessagePack needs no kinds of their own for packets with attachments.
    fileprivate var withoutBinary: ParserPacket.Kind {
        switch self {
        case .binaryEvent: .event
        case .binaryAck: .ack
        default: self
        }
    }
}
