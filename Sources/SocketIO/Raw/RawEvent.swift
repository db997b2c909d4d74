package import SocketIOProtocol

/// A received event, or the answer to one, as JSON text and attachments.
package struct RawEvent: Sendable {
    package let name: String
    /// The arguments, an array, with NUL behind it.
    package let json: Binary
    /// What the markers in `json` stand for.
    package let attachments: [Binary]
    /// Nil if the server wants no answer.
    package let ack: Ack?

    init(_ event: IncomingEvent) {
        name = event.name
        json = event.arguments.json
        attachments = event.arguments.attachments
        ack = event.ack
    }

    init(answerTo name: String, _ arguments: Arguments) {
        self.name = name
        json = arguments.json
        attachments = arguments.attachments
        ack = nil
    }
}
