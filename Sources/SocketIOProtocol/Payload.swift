/// The body of a polling request or answer: packets with a separator between them.
package enum Payload {
    /// Some servers refuse more packets in one body.
    package static let maximumPackets = 16

    private static let separator: UInt8 = 0x1E
    /// What stands before a binary message in text.
    package static let binaryMark = UInt8(ascii: "b")

    // MARK: Decoding

    /// The packets of `body`, which share its memory, up to the first thing that is no packet: a `protocolViolation`.
    package static func decode(_ body: Binary) -> (packets: [EnginePacket], failure: SocketIOError?) {
        guard body.isUTF8 else { return ([], violation("the body is not UTF-8")) }
        var packets: [EnginePacket] = []
        var rest = body
        do {
            while let end = rest.withUnsafeBytes({ $0.firstIndex(of: separator) }) {
                packets.append(try packet(rest.slice(0..<end)))
                rest = rest.dropping(first: end + 1)
            }
            packets.append(try packet(rest))
            return (packets, nil)
        } catch {
            return (packets, error)
        }
    }

    private static func packet(_ text: Binary) throws(SocketIOError) -> EnginePacket {
        guard let first = text.first else { throw violation("empty packet") }
        if first == binaryMark { return try binaryPacket(text) }
        guard let packet = EnginePacket(text: text) else { throw violation("unknown packet type") }
        return packet
    }

    /// The binary message in `text`, which begins with a `b` and goes on in Base64.
    package static func binaryPacket(_ text: Binary) throws(SocketIOError) -> EnginePacket {
        guard let bytes = text.dropping(first: 1).withUnsafeBytes({ Base64.decode($0) }) else {
            throw violation("invalid Base64")
        }
        return .message(.binary(bytes))
    }

    private static func violation(_ why: String) -> SocketIOError {
        SocketIOError(.protocolViolation, "server error: \(why)", phase: .engine)
    }

    // MARK: Encoding

    /// A body of the first packets: as many as fit, but one at least, however large.
    ///
    /// - Parameter maxPayload: How many bytes the server takes; nil for any number.
    /// - Returns: The body, and the number of packets in it.
    package static func batch(
        _ packets: ArraySlice<EnginePacket>, maxPayload: Int? = nil
    ) -> (body: Binary, count: Int) {
        var count = 0
        var size = 0
        for packet in packets.prefix(maximumPackets) {
            let larger = size + (count == 0 ? 0 : 1) + encodedSize(packet)
            if let maxPayload, larger > maxPayload, count > 0 { break }
            size = larger
            count += 1
        }
        // One more, for the end that OpenSSL writes behind Base64: else all would be copied into a larger one.
        var writer = BinaryWriter(capacity: size + 1)
        for packet in packets.prefix(count) {
            if writer.count > 0 { writer.append(separator) }
            encode(packet, into: &writer)
        }
        return (writer.finish(), count)
    }

    private static func encodedSize(_ packet: EnginePacket) -> Int {
        switch packet.data {
        case .text(let text): 1 + text.count
        case .binary(let bytes): 1 + (bytes.count + 2) / 3 * 4
        }
    }

    private static func encode(_ packet: EnginePacket, into writer: inout BinaryWriter) {
        switch packet.data {
        case .text(let text):
            writer.append(packet.kind.rawValue)
            writer.append(text)
        case .binary(let bytes):
            writer.append(binaryMark)
            Base64.encode(bytes, into: &writer)
        }
    }
}
