/// The codec between Socket.IO packets and Engine.IO messages. Node's option `parser`; the server has to have the same.
///
/// ``DefaultParser`` is what every server speaks, ``MessagePackParser`` what some can be told to.
public protocol Parser: Sendable {
    /// The messages that carry `packet`, on the thread that emits it.
    func encode(_ packet: ParserPacket) throws -> [Message]

    /// A decoder for one connection; it is used on the I/O thread only. After an error there is a new one.
    ///
    /// - Parameter maximumAttachments: Of one packet; more are an error.
    func makeDecoder(maximumAttachments: Int) -> any ParserDecoder
}

/// Makes packets of the messages of one connection.
public protocol ParserDecoder {
    /// The packet that `message` completes; nil if more messages belong to it.
    mutating func add(_ message: Message) throws -> ParserPacket?
}

/// A packet of Socket.IO 5, as a parser takes and gives it.
public struct ParserPacket: Sendable, Hashable {
    /// What a packet is for.
    public enum Kind: UInt8, Sendable {
        /// A namespace is connected; its data is an object or nothing.
        case connect
        /// A namespace is left; there is no data.
        case disconnect
        /// The data is an array: the event's name and its arguments.
        case event
        /// The data is an array: the values of the answer.
        case ack
        /// A namespace was refused; the data is an object or a string.
        case connectError
        /// An event with attachments.
        case binaryEvent
        /// An answer with attachments.
        case binaryAck

        package var isEvent: Bool { self == .event || self == .binaryEvent }
        package var isBinary: Bool { self == .binaryEvent || self == .binaryAck }
    }

    /// What the packet is for.
    public var kind: Kind
    /// The namespace, with its slash in front.
    public var namespace: String
    /// The id of the acknowledgement that an event asks for, or that this is.
    public var id: UInt64?
    /// One JSON value, or nothing. `{"_placeholder":true,"num":N}` stands for the attachment N, where there is one.
    public var json: Binary
    /// The binary values.
    public var attachments: [Binary]

    /// A packet; with attachments, an event is a binary event, and so is an answer.
    public init(
        _ kind: Kind, namespace: String = "/", id: UInt64? = nil, json: Binary = Binary(), attachments: [Binary] = []
    ) {
        self.kind =
            switch kind {
            case .event where !attachments.isEmpty: .binaryEvent
            case .ack where !attachments.isEmpty: .binaryAck
            default: kind
            }
        self.namespace = namespace
        self.id = id
        self.json = json
        self.attachments = attachments
    }
}
