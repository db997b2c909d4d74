package import SocketIOProtocol

/// A type whose values travel as attachments of an event.
package protocol BinaryConvertible: DirectlyCodable {
    init(_ binary: Binary)
    var binary: Binary { get }
}

extension BinaryConvertible {
    package func encode(into writer: inout BinaryWriter, attachments: inout [Binary], depth: Int) {
        writer.appendPlaceholder(attachments.count)
        attachments.append(binary)
    }

    package static func decode(_ element: JSONElement, attachments: [Binary]) throws(DecodingMismatch) -> Self {
        if let attachment = element.attachment(in: attachments) { return Self(attachment) }
        throw DecodingMismatch(Self.self, element)
    }
}

extension Binary: BinaryConvertible {
    package init(_ binary: Binary) { self = binary }
    package var binary: Binary { self }
}
