import SocketIOProtocol

/// The packets that wait to be sent on a WebSocket, taken out as fragments of a limited length.
struct WebSocketSendQueue {
    /// A part of a message, as one frame.
    struct Fragment: Equatable {
        var count: Int
        var isText: Bool
        var isFirst: Bool
        var isFinal: Bool
        /// Whether its message is worth compressing, if compression was agreed on.
        var isCompressible = false
    }

    /// A message as it goes out.
    private struct Entry {
        /// What a text message begins with: its packet's digit, or what stands for Base64. Nil makes it a binary one.
        let mark: UInt8?
        let bytes: Binary
        let isCompressible: Bool
        let load: Load
        /// Its first byte that is not taken out.
        var offset = 0

        var length: Int { bytes.count + (mark == nil ? 0 : 1) }
    }

    /// Binary messages go out as text, in Base64.
    private let isBase64: Bool
    /// How many bytes a message has to have to be worth compressing; nil for none.
    private let compressionThreshold: Int?
    private var entries = TwoLaneQueue<Entry>()
    /// The message of which a part is taken out.
    private var begun: Entry?
    /// The messages that are not known to have been taken by the system, though all of them may be taken out.
    private(set) var unsent = Load()
    /// What of `unsent` is not taken out.
    private var waiting = Load()

    init(isBase64: Bool = false, compressionThreshold: Int? = nil) {
        self.isBase64 = isBase64
        self.compressionThreshold = compressionThreshold
    }

    var isEmpty: Bool { begun == nil && entries.isEmpty }

    mutating func append(_ packets: [EnginePacket]) {
        for packet in packets {
            entries.append(entry(packet))
            waiting += packet.load
            unsent += packet.load
        }
    }

    /// The system has taken all that was taken out.
    mutating func confirm() { unsent = waiting }

    /// Adds a packet that goes out ahead of those of `append`, but never in the middle of a message.
    mutating func appendUrgent(_ packet: EnginePacket) { entries.appendUrgent(entry(packet)) }

    private func entry(_ packet: EnginePacket) -> Entry {
        let (mark, bytes): (UInt8?, Binary) =
            switch packet.data {
            case .text(let text): (packet.kind.rawValue, text)
            case .binary(let bytes) where isBase64: (Payload.binaryMark, Self.base64(bytes))
            case .binary(let bytes): (nil, bytes)
            }
        let isLarge = compressionThreshold.map { bytes.count + (mark == nil ? 0 : 1) >= $0 } ?? false
        return Entry(mark: mark, bytes: bytes, isCompressible: isLarge && packet.compress, load: packet.load)
    }

    private static func base64(_ bytes: Binary) -> Binary {
        var writer = BinaryWriter(capacity: (bytes.count + 2) / 3 * 4 + 1)
        Base64.encode(bytes, into: &writer)
        return writer.finish()
    }

    /// Copies the next fragment, as much as fits, to the start of `buffer`. Nil if nothing waits.
    mutating func next(into buffer: UnsafeMutableRawBufferPointer) -> Fragment? {
        next(atMost: buffer.count) { fragment, mark, bytes in
            if let mark { buffer[0] = mark }
            UnsafeMutableRawBufferPointer(rebasing: buffer[(mark == nil ? 0 : 1)...]).copyMemory(from: bytes)
            return fragment
        }
    }

    /// Calls `body` with the next fragment, of at most `limit` bytes: with the byte that it begins with, if that is not one
    /// of the packet's own, and those that follow. Nil if nothing waits.
    mutating func next<Result>(
        atMost limit: Int, _ body: (Fragment, _ mark: UInt8?, UnsafeRawBufferPointer) -> Result
    ) -> Result? {
        guard var entry = begun ?? entries.popFirst() else { return nil }
        let offset = entry.offset
        let isFirst = offset == 0
        let mark = isFirst ? entry.mark : nil
        let start = offset - (!isFirst && entry.mark != nil ? 1 : 0)
        let count = min(limit, entry.length - offset)
        entry.offset += count
        let isFinal = entry.offset == entry.length
        begun = isFinal ? nil : entry
        if isFinal { waiting -= entry.load }
        let fragment = Fragment(
            count: count, isText: entry.mark != nil, isFirst: isFirst, isFinal: isFinal,
            isCompressible: entry.isCompressible)
        return entry.bytes.withUnsafeBytes { bytes in
            let part = bytes[start..<start + count - (mark == nil ? 0 : 1)]
            return body(fragment, mark, UnsafeRawBufferPointer(rebasing: part))
        }
    }
}
