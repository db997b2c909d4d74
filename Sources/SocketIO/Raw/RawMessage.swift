package import SocketIOProtocol

/// An event to send, as JSON text and attachments.
package struct RawMessage: Sendable {
    package var name: String
    /// The arguments, an array with a marker for each attachment. Nil: the attachments are the arguments.
    package var json: Binary?
    package var attachments: [Binary] = []
    /// Nil: as the socket's options say.
    package var ackTimeout: Duration?
    package var isVolatile = false
    package var compress = true

    package init(_ name: String, json: Binary? = nil) {
        self.name = name
        self.json = json
    }
}

extension SocketIOError.Code {
    /// A text is not JSON, or not of the form that is asked for.
    package static let invalidJSON = SocketIOError.Code(rawValue: 11)
}
