public import SocketIOProtocol

/// A packet of Socket.IO that has come, as the manager's event `packet` has it.
public struct ReceivedPacket: Sendable, Equatable {
    /// What the packet is for.
    public let kind: ParserPacket.Kind
    /// The namespace it is for.
    public let namespace: String
    /// The id of an acknowledgement.
    public let id: UInt64?
    /// Its data, with the attachments in their places; nil if there is none.
    public let data: JSONValue?

    init(_ packet: Packet) {
        kind = packet.kind
        namespace = packet.namespace
        id = packet.id
        data = packet.data?.root.value(attachments: packet.attachments)
    }
}
