/// What a message carries: text or bytes.
public enum Message: Sendable, Hashable {
    /// UTF-8 text.
    case text(Binary)
    /// Bytes.
    case binary(Binary)

    /// The bytes of either.
    public var bytes: Binary {
        switch self {
        case .text(let bytes), .binary(let bytes): bytes
        }
    }
}

/// A packet of Engine.IO 4.
package struct EnginePacket: Sendable, Hashable {
    /// The raw value is the digit in front of a packet's text.
    package enum Kind: UInt8, Sendable {
        case open = 0x30
        case close, ping, pong, message, upgrade, noop
    }

    package var kind: Kind
    package var data: Message
    /// Whether it may be compressed, where the transport compresses messages of its size.
    package var compress = true
    /// Whether somebody would miss it: see `load`.
    package var isCounted = true

    package init(_ kind: Kind, _ data: Message = .text(Binary())) {
        self.kind = kind
        self.data = data
    }

    package init(_ kind: Kind, text: String) { self.init(kind, .text(Binary(utf8: text))) }

    /// A packet from the text of a WebSocket frame or of a polling payload; nil if its type is unknown.
    package init?(text: Binary) {
        guard let digit = text.first, let kind = Kind(rawValue: digit) else { return nil }
        self.init(kind, .text(text.dropping(first: 1)))
    }

    /// What counts of it as waiting to be sent: messages only.
    package var load: Load {
        kind == .message ? Load(messages: isCounted ? 1 : 0, bytes: data.bytes.count) : Load()
    }

    package static func message(_ message: Message, compress: Bool = true, isCounted: Bool = true) -> EnginePacket {
        var packet = EnginePacket(.message, message)
        packet.compress = compress
        packet.isCounted = isCounted
        return packet
    }
}
