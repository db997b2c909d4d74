import SocketIO
import SocketIOProtocol

/// What the transports do with the bytes of packets.
func framings() -> [Work] {
    let count = Payload.maximumPackets
    let packets = Array(repeating: EnginePacket.message(.text(Reading.event.dropping(first: 1))), count: count)
    let body = Payload.batch(packets[...]).body
    let small = frames(100, payload: Reading.event)
    let large = frames(1, payload: Binary(repeatElement(7, count: 65_536)))
    return [
        Work(name: "decode a polling payload", packets: count, result: count) { Payload.decode(body).packets.count },
        Work(name: "encode a polling payload", packets: count, result: body.count) {
            Payload.batch(packets[...]).body.count
        },
        Work(name: "read small frames", packets: 100, result: 100 * Reading.event.count) { try read(small) },
        Work(name: "read a frame of 64 KiB", result: 65_536) { try read(large) },
        written("write small frames", 100, payload: Reading.event),
        written("write a frame of 64 KiB", 1, payload: Binary(repeatElement(7, count: 65_536))),
    ]
}

private func written(_ name: String, _ count: Int, payload: Binary) -> Work {
    let size = count * (WebSocketFrameWriter.headLimit + payload.count)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
    let head = payload.count < 126 ? 6 : 14
    return Work(name: name, packets: count, result: count * (head + payload.count)) {
        var writer = WebSocketFrameWriter(into: buffer)
        for index in 0..<count {
            payload.withUnsafeBytes { writer.append(.text, mask: 0x1234_5678 &+ UInt32(index), $0) }
        }
        return writer.count
    }
}

/// Frames as a server sends them.
private func frames(_ count: Int, payload: Binary) -> Binary {
    var writer = BinaryWriter()
    for _ in 0..<count {
        writer.append(0x82)
        if payload.count < 126 {
            writer.append(UInt8(payload.count))
        } else {
            writer.append(127)
            withUnsafeBytes(of: UInt64(payload.count).bigEndian) { writer.append($0) }
        }
        writer.append(payload)
    }
    return writer.finish()
}

/// Reads the frames in `bytes`, and counts the bytes of their payloads. They come in pieces of the size of TLS's, and
/// where there is room for the next, it is there without a copy.
private func read(_ bytes: Binary) throws -> Int {
    let piece = 16_384
    var reader = WebSocketFrameReader(messageLimit: 1 << 20)
    var size = 0
    func add(_ item: WebSocketFrameReader.Item?) -> Bool {
        if case .message(let payload, _) = item { size += payload.count }
        return item != nil
    }
    try bytes.withUnsafeBytes { bytes in
        var start = 0
        while start < bytes.count {
            let end = min(start + piece, bytes.count)
            if reader.room() != nil {
                _ = add(try reader.received(end - start))
            } else {
                var part = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                while add(try reader.next(&part)) {}
            }
            start = end
        }
    }
    return size
}
