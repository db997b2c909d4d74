/// The parser that every Socket.IO server has: text with a digit in front, and binary messages for the attachments.
public struct DefaultParser: Parser {
    /// The parser.
    public init() {}

    /// A text, and one binary message for each attachment.
    public func encode(_ packet: ParserPacket) -> [Message] {
        var writer = BinaryWriter(capacity: packet.json.count + packet.namespace.utf8.count + 32)
        writer.append(UInt8(ascii: "0") + packet.kind.rawValue)
        if packet.kind.isBinary {
            writer.appendJSON(UInt64(packet.attachments.count))
            writer.append(UInt8(ascii: "-"))
        }
        if packet.namespace != "/" {
            writer.append(packet.namespace)
            writer.append(UInt8(ascii: ","))
        }
        if let id = packet.id { writer.appendJSON(id) }
        writer.append(packet.json)
        let text = Message.text(writer.finish())
        guard !packet.attachments.isEmpty else { return [text] }
        var messages: [Message] = []
        messages.reserveCapacity(1 + packet.attachments.count)
        messages.append(text)
        for attachment in packet.attachments { messages.append(.binary(attachment)) }
        return messages
    }

    /// A decoder for one connection.
    public func makeDecoder(maximumAttachments: Int) -> any ParserDecoder {
        Decoder(maximumAttachments: maximumAttachments)
    }

    private struct Decoder: ParserDecoder {
        let maximumAttachments: Int
        /// A binary packet whose attachments have not all come.
        var incomplete: (packet: ParserPacket, missing: Int)?

        mutating func add(_ message: Message) throws -> ParserPacket? {
            switch message {
            case .text(let text): try addText(text)
            case .binary(let bytes): try addAttachment(bytes)
            }
        }

        private mutating func addAttachment(_ bytes: Binary) throws(MalformedPacket) -> ParserPacket? {
            guard var (packet, missing) = incomplete else {
                throw MalformedPacket("binary data that belongs to no packet")
            }
            packet.attachments.append(bytes)
            missing -= 1
            incomplete = missing == 0 ? nil : (packet, missing)
            return missing == 0 ? packet : nil
        }

        private mutating func addText(_ text: Binary) throws(MalformedPacket) -> ParserPacket? {
            if incomplete != nil { throw MalformedPacket("text came where an attachment was due") }
            let head = try text.withUnsafeBytes { bytes throws(MalformedPacket) in try Head(bytes) }
            guard head.attachments <= UInt64(maximumAttachments) else { throw .tooManyAttachments(maximumAttachments) }
            var packet = ParserPacket(head.kind, namespace: head.namespace, id: head.id)
            packet.json = text.dropping(first: head.count)
            guard head.attachments > 0 else { return packet }
            incomplete = (packet, Int(head.attachments))
            return nil
        }
    }

    /// What is in front of a packet's JSON.
    private struct Head {
        let kind: ParserPacket.Kind
        var attachments: UInt64 = 0
        var namespace = "/"
        var id: UInt64?
        /// How many bytes it has.
        var count = 1

        init(_ text: UnsafeRawBufferPointer) throws(MalformedPacket) {
            guard let digit = text.first, digit >= UInt8(ascii: "0"),
                let kind = ParserPacket.Kind(rawValue: digit - UInt8(ascii: "0"))
            else { throw MalformedPacket("unknown packet type") }
            self.kind = kind
            if kind.isBinary {
                guard let number = takeNumber(text), takes(UInt8(ascii: "-"), text) else {
                    throw MalformedPacket("the number of attachments is missing")
                }
                attachments = number
            }
            if count < text.count, text[count] == UInt8(ascii: "/") {
                let end = text[count...].firstIndex(of: UInt8(ascii: ",")) ?? text.count
                namespace = String(decoding: text[count..<end], as: UTF8.self)
                count = min(end + 1, text.count)
            }
            id = takeNumber(text)
        }

        private mutating func takes(_ byte: UInt8, _ text: UnsafeRawBufferPointer) -> Bool {
            guard count < text.count, text[count] == byte else { return false }
            count += 1
            return true
        }

        /// A decimal number, or nil. One that does not fit is left for the JSON parser to refuse.
        private mutating func takeNumber(_ text: UnsafeRawBufferPointer) -> UInt64? {
            var number: UInt64 = 0
            var end = count
            while end < text.count, case let digit = text[end] &- UInt8(ascii: "0"), digit < 10 {
                let (tens, isLarge) = number.multipliedReportingOverflow(by: 10)
                let (sum, isTooLarge) = tens.addingReportingOverflow(UInt64(digit))
                if isLarge || isTooLarge { return nil }
                number = sum
                end += 1
            }
            guard end > count else { return nil }
            count = end
            return number
        }
    }
}

/// Why a message is no packet.
struct MalformedPacket: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }

    static func tooManyAttachments(_ maximum: Int) -> MalformedPacket {
        MalformedPacket("more than \(maximum) attachments")
    }
}
