import SocketIOProtocol

/// A received event whose arguments are decoded when a handler asks for them.
struct IncomingEvent: Sendable {
    let name: String
    let arguments: Arguments
    /// Nil if the server wants no answer.
    let ack: Ack?
}

/// The values of a received array: the arguments of an event, or of an acknowledgement.
struct Arguments: Sendable {
    let document: JSONDocument?
    /// How many elements stand in front of the first argument: the name of an event.
    let offset: Int
    let attachments: [Binary]

    /// No values.
    init() {
        document = nil
        offset = 0
        attachments = []
    }

    init(_ packet: Packet) {
        document = packet.data
        offset = packet.kind.isEvent ? 1 : 0
        attachments = packet.attachments
    }

    /// The arguments, decoded as `types`; more arguments than types are left alone. An `Ack` takes no argument's place.
    func decode<each Argument: Decodable>(
        as types: repeat (each Argument).Type, ack: Ack? = nil
    ) throws -> (repeat each Argument) {
        var cursor = Cursor(self, ack)
        return (repeat try cursor.next(each types))
    }

    private struct Cursor {
        private var elements: DropFirstSequence<JSONElement.Elements>.Iterator?
        private let attachments: [Binary]
        private let ack: Ack
        private var index = 0

        init(_ arguments: Arguments, _ ack: Ack?) {
            self.ack = ack ?? .unwanted
            elements = arguments.document?.root.elements.dropFirst(arguments.offset).makeIterator()
            attachments = arguments.attachments
        }

        mutating func next<Argument: Decodable>(_ type: Argument.Type) throws -> Argument {
            if let ack = ack as? Argument { return ack }
            defer { index += 1 }
            return try ArgumentDecoder.decode(type, from: elements?.next(), attachments: attachments, index: index)
        }
    }

    /// The values as the text of a JSON array.
    var json: Binary {
        var writer = BinaryWriter()
        writer.append(UInt8(ascii: "["))
        if let elements = document?.root.elements { writer.appendJSON(separated: elements.dropFirst(offset)) }
        writer.append(UInt8(ascii: "]"))
        return writer.finish()
    }

    var values: [JSONValue] {
        document?.root.elements.dropFirst(offset).map { $0.value(attachments: attachments) } ?? []
    }
}
