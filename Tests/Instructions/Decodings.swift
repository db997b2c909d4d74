import SocketIO
import SocketIOProtocol

/// From what a transport has received to the arguments of a handler.
func decodings() throws -> [Work] {
    let answer = Binary(utf8: "4317[\(Reading.json)]")
    let packed = try OutgoingPacket(
        ParserPacket(.event, json: Binary(utf8: #"["reading",\#(Reading.json)]"#)), by: MessagePackParser()
    ).messages[0]
    let upload = [Message.text(Upload.event), .binary(Upload.sample.bytes)]
    return [
        received("decode an event, no argument", [.text(Reading.event)], result: 2) { $0.data?.root.count ?? 0 },
        received("decode an event, a struct", [.text(Reading.event)], result: Reading.sample.id) {
            try argument(of: $0, as: Reading.self).id
        },
        received("decode an event, a JSONValue", [.text(Reading.event)], result: 6) {
            try argument(of: $0, as: JSONValue.self).objectValue?.count ?? 0
        },
        received("decode an event with an attachment", upload, result: 256) {
            try argument(of: $0, as: Upload.self).bytes.count
        },
        received("decode an acknowledgement, a struct", [.text(answer)], result: Reading.sample.id) {
            try argument(of: $0, as: Reading.self).id
        },
        received("decode MessagePack, no argument", [packed], by: MessagePackParser(), result: 2) {
            $0.data?.root.count ?? 0
        },
    ]
}

/// Decodes the packet in the frames of a WebSocket, and makes something of it.
private func received(
    _ name: String, _ frames: [Message], by parser: any Parser = DefaultParser(), result: Int,
    _ body: @escaping (Packet) throws -> Int
) -> Work {
    var decoder = PacketDecoder(maximumAttachments: 10, parser: parser)
    return Work(name: name, result: result) {
        var result = 0
        for frame in frames {
            guard let message = message(in: frame) else { throw Failure(text: "\(name): no packet of Engine.IO") }
            if let packet = try decoder.add(message) { result = try body(packet) }
        }
        return result
    }
}

private func message(in frame: Message) -> Message? {
    switch frame {
    case .text(let text): EnginePacket(text: text)?.data
    case .binary: frame
    }
}

/// The first argument, as the handlers of events get it.
private func argument<Value: Decodable>(of packet: Packet, as type: Value.Type) throws -> Value {
    let first = packet.data?.root.elements.dropFirst(packet.kind.isEvent ? 1 : 0).first { _ in true }
    return try ArgumentDecoder.decode(type, from: first, attachments: packet.attachments, index: 0)
}
