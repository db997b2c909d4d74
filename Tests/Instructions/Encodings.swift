import SocketIO
import SocketIOProtocol

/// From the arguments of an event to what a transport sends.
func encodings() -> [Work] {
    let size = Reading.event.count - 1
    return [
        sent("encode an event, a struct", .event, Reading.sample, result: size),
        sent("encode an event, a JSONValue", .event, Reading.value, result: size),
        sent("encode an event with an attachment", .event, Upload.sample, result: Upload.event.count - 1 + 256),
        sent("encode an acknowledgement, a struct", .ack, Reading.sample, result: size + 2 - #""reading","#.utf8.count),
        sent("encode MessagePack, a struct", .event, Reading.sample, by: MessagePackParser(), result: 111),
    ]
}

/// Encodes a packet, as `Socket.emit` does, and counts its bytes.
private func sent(
    _ name: String, _ kind: ParserPacket.Kind, _ argument: some Encodable, by parser: some Parser = DefaultParser(),
    result: Int
) -> Work {
    Work(name: name, result: result) {
        var writer = BinaryWriter()
        var attachments: [Binary] = []
        writer.append(UInt8(ascii: "["))
        if kind == .event {
            writer.appendJSON(argument is Upload ? "upload" : "reading")
            writer.append(UInt8(ascii: ","))
        }
        try ArgumentEncoder.encode(argument, into: &writer, attachments: &attachments)
        writer.append(UInt8(ascii: "]"))
        let packet = ParserPacket(
            kind, id: kind == .ack ? 17 : nil, json: writer.finish(), attachments: attachments)
        return try OutgoingPacket(packet, by: parser).load.bytes
    }
}
