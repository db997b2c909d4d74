/// Reads the frames that a server sends on a WebSocket (RFC 6455, section 5), in pieces of any size.
///
/// Text is not checked for UTF-8. After a failure the reader is of no more use.
package struct WebSocketFrameReader: ~Copyable {
    package enum Item: Equatable {
        /// A whole message, its fragments joined.
        case message(Binary, isBinary: Bool)
        case ping(Binary)
        case pong(Binary)
        /// The payload of a close frame: empty, or a code and a reason that are valid.
        case close(Binary)
    }

    package enum Failure: Error {
        case invalidFrame
        /// Thrown as soon as the frame says how long it is.
        case messageTooLong
    }

    private struct Frame {
        var opcode: WebSocketOpcode
        var isFinal: Bool
        /// The bytes of the payload that have not come.
        var rest: Int
    }

    /// The room that is made for a payload before its bytes come.
    private static let firstRoom = 1 << 20
    /// From this size on, the rest of a payload is worth reading to where it stays.
    private static let largeRest = 16_384

    private let messageLimit: Int
    /// The start of a frame whose head is not complete.
    private var partialHead: [UInt8] = []
    private var frame: Frame?
    /// The message whose fragments, or whose bytes, have not all come.
    private var message: BinaryWriter?
    private var isBinary = false
    /// The payload of a control frame whose bytes have not all come.
    private var control = BinaryWriter(capacity: 0)

    package init(messageLimit: Int) { self.messageLimit = messageLimit }

    /// Takes bytes off the front of `bytes` up to the end of the next item; nil if all are taken and none is complete.
    package mutating func next(_ bytes: inout UnsafeRawBufferPointer) throws(Failure) -> Item? {
        while true {
            if frame == nil {
                guard let begun = try takeHead(&bytes) else { return nil }
                if let item = try wholeItem(begun, &bytes) { return item }
                begin(begun)
            }
            guard let rest = frame?.rest else { return nil }
            let part = UnsafeRawBufferPointer(rebasing: bytes.prefix(rest))
            bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(part.count))
            if frame?.opcode.isControl == true { control.append(part) } else { message?.append(part) }
            if let item = try advance(by: part.count) { return item }
            if frame != nil { return nil }
        }
    }

    /// Where the next bytes can be put instead, with `received(_:)`, and are not copied again. Nil if not much is awaited.
    package mutating func room() -> UnsafeMutableRawBufferPointer? {
        guard let frame, !frame.opcode.isControl, frame.rest >= Self.largeRest, let count = message?.count,
            // It grows with what has come, not with what is promised.
            let start = message?.reserve(min(frame.rest, max(Self.firstRoom, count)))
        else { return nil }
        return UnsafeMutableRawBufferPointer(start: start, count: min(frame.rest, max(Self.firstRoom, count)))
    }

    /// Takes `count` bytes that were put into the last `room()`.
    package mutating func received(_ count: Int) throws(Failure) -> Item? {
        message?.advance(by: count)
        return try advance(by: count)
    }

    // MARK: Heads

    /// Nil if the head is not complete: its bytes are kept.
    private mutating func takeHead(_ bytes: inout UnsafeRawBufferPointer) throws(Failure) -> Frame? {
        if partialHead.isEmpty {
            guard let (frame, length) = try Self.parseHead(bytes, joined: message?.count, limit: messageLimit) else {
                partialHead = Array(bytes)
                bytes = UnsafeRawBufferPointer(start: nil, count: 0)
                return nil
            }
            bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(length))
            return frame
        }
        while let byte = bytes.first {
            partialHead.append(byte)
            bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
            let head = Binary(partialHead)
            let (joined, limit) = (message?.count, messageLimit)
            let parsed = try head.withUnsafeBytes { (head) throws(Failure) in
                try Self.parseHead(head, joined: joined, limit: limit)
            }
            guard let (frame, _) = parsed else { continue }
            partialHead = []
            return frame
        }
        return nil
    }

    /// - Parameter joined: How long the message is whose fragments have not all come; nil without one.
    private static func parseHead(
        _ bytes: UnsafeRawBufferPointer, joined: Int?, limit: Int
    ) throws(Failure) -> (Frame, length: Int)? {
        guard bytes.count >= 2 else { return nil }
        // Neither an extension nor a mask is the server's to use.
        guard bytes[0] & 0x70 == 0, bytes[1] & 0x80 == 0, let opcode = WebSocketOpcode(rawValue: bytes[0] & 0x0f) else {
            throw .invalidFrame
        }
        let isFinal = bytes[0] & 0x80 != 0
        let short = Int(bytes[1])
        let extra = short == 126 ? 2 : short == 127 ? 8 : 0
        if opcode.isControl {
            guard isFinal, extra == 0 else { throw .invalidFrame }
        } else {
            // A message's first frame, and no other, names its kind.
            guard (opcode == .continuation) == (joined != nil) else { throw .invalidFrame }
        }
        guard bytes.count >= 2 + extra else { return nil }
        var length = extra == 0 ? UInt64(short) : 0
        for byte in bytes[2..<2 + extra] { length = length << 8 | UInt64(byte) }
        guard let rest = Int(exactly: length) else { throw .invalidFrame }
        guard opcode.isControl || rest <= limit - (joined ?? 0) else { throw .messageTooLong }
        return (Frame(opcode: opcode, isFinal: isFinal, rest: rest), 2 + extra)
    }

    // MARK: Payloads

    /// The item of a frame that has come whole, and needs no other.
    private mutating func wholeItem(
        _ frame: Frame, _ bytes: inout UnsafeRawBufferPointer
    ) throws(Failure) -> Item? {
        guard frame.isFinal, frame.opcode != .continuation, bytes.count >= frame.rest else { return nil }
        let payload = Binary(UnsafeRawBufferPointer(rebasing: bytes.prefix(frame.rest)))
        bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(frame.rest))
        return try item(frame.opcode, payload)
    }

    private mutating func begin(_ begun: Frame) {
        frame = begun
        switch begun.opcode {
        case .text, .binary:
            message = BinaryWriter(capacity: min(begun.rest, Self.firstRoom))
            isBinary = begun.opcode == .binary
        case .continuation: break
        case .close, .ping, .pong: control = BinaryWriter(capacity: begun.rest)
        }
    }

    /// `count` bytes of the frame's payload are where they belong.
    private mutating func advance(by count: Int) throws(Failure) -> Item? {
        guard var current = frame.take() else { return nil }
        current.rest -= count
        guard current.rest == 0 else {
            frame = current
            return nil
        }
        if current.opcode.isControl {
            let payload = control.takeAll()
            return try item(current.opcode, payload)
        }
        guard current.isFinal, let payload = message.take()?.finish() else { return nil }
        return .message(payload, isBinary: isBinary)
    }

    private func item(_ opcode: WebSocketOpcode, _ payload: Binary) throws(Failure) -> Item {
        switch opcode {
        case .continuation, .text, .binary: return .message(payload, isBinary: opcode == .binary)
        case .ping: return .ping(payload)
        case .pong: return .pong(payload)
        case .close:
            guard Self.isValidClose(payload) else { throw .invalidFrame }
            return .close(payload)
        }
    }

    /// Whether it is empty, or a code that may be sent and a reason in UTF-8: RFC 6455, sections 5.5.1 and 7.4, with what
    /// IANA has added to its codes.
    private static func isValidClose(_ payload: Binary) -> Bool {
        guard !payload.isEmpty else { return true }
        guard payload.count >= 2 else { return false }
        switch UInt16(payload[0]) << 8 | UInt16(payload[1]) {
        case 1000...1003, 1007...1014, 3000...4999: return payload.dropping(first: 2).isUTF8
        default: return false
        }
    }
}

/// The kinds of WebSocket frames.
package enum WebSocketOpcode: UInt8, Sendable {
    case continuation = 0
    case text = 1
    case binary = 2
    case close = 8
    case ping = 9
    case pong = 10

    package var isControl: Bool { rawValue >= 8 }
}

extension BinaryWriter {
    fileprivate mutating func takeAll() -> Binary {
        var taken = BinaryWriter(capacity: 0)
        swap(&self, &taken)
        return taken.finish()
    }
}
