public import SocketIOProtocol

/// An event that waits: to be sent, or to be delivered.
public struct BufferedEvent: Sendable, Equatable {
    /// The event's name.
    public let name: String
    /// The event's arguments.
    public let arguments: [JSONValue]

    /// An event.
    public init(_ name: String, _ arguments: [JSONValue]) {
        self.name = name
        self.arguments = arguments
    }

    init?(_ outgoing: OutgoingPacket) {
        guard let document = try? JSONDocument.parse(outgoing.packet.json) else { return nil }
        self.init(document, attachments: outgoing.packet.attachments)
    }

    /// Nil if the packet is no event.
    init?(_ packet: Packet) {
        guard packet.kind.isEvent, let document = packet.data else { return nil }
        self.init(document, attachments: packet.attachments)
    }

    private init?(_ document: JSONDocument, attachments: [Binary]) {
        let values = document.root.elements.map { $0.value(attachments: attachments) }
        guard let name = values.first else { return nil }
        self.init(name.stringValue ?? name.description, Array(values.dropFirst()))
    }
}
