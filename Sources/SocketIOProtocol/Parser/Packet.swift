/// A packet that has come, its JSON parsed.
package struct Packet: Sendable, Equatable {
    package typealias Kind = ParserPacket.Kind

    package var kind: Kind
    package var namespace: String
    package var id: UInt64?
    /// The packet's JSON: an object for `connect`, an array for events and acknowledgements.
    package var data: JSONDocument?
    package var attachments: [Binary]

    package init(
        _ kind: Kind, namespace: String = "/", id: UInt64? = nil, data: JSONDocument? = nil, attachments: [Binary] = []
    ) {
        self.kind = kind
        self.namespace = namespace
        self.id = id
        self.data = data
        self.attachments = attachments
    }
}

/// An event on its way out, encoded already.
package struct OutgoingPacket: Sendable, Equatable {
    package let packet: ParserPacket
    package let messages: [Message]
    /// Whether the transport may compress it.
    package var compress = true

    package init(_ packet: ParserPacket, by parser: some Parser) throws {
        self.init(packet: packet, messages: try parser.encode(packet))
    }

    private init(packet: ParserPacket, messages: [Message]) {
        self.packet = packet
        self.messages = messages
    }

    package var load: Load {
        var bytes = 0
        for message in messages { bytes += message.bytes.count }
        return Load(messages: messages.count, bytes: bytes)
    }
}
