import SocketIOProtocol

/// What a manager could not send before it was shut down.
public struct Unsent: Sendable, Equatable {
    /// The events that waited for their namespace to be connected, or to be acknowledged, by namespace.
    public var events: [String: [BufferedEvent]]
    /// How many messages were on their way, and not taken by the system yet; over polling, by the server, which may have
    /// got them all the same. An event is one message, and one more for each of its attachments.
    public var messages: Int
    /// Why: what ended the connection, or kept it from being made; `timedOut` where the deadline has passed. Nil where
    /// nothing is missing, or nothing went wrong but that a namespace was not connected.
    public var error: SocketIOError?

    /// Nothing, but for what is given.
    public init(events: [String: [BufferedEvent]] = [:], messages: Int = 0, error: SocketIOError? = nil) {
        self.events = events
        self.messages = messages
        self.error = error
    }

    /// Nothing is missing.
    public var isEmpty: Bool { events.isEmpty && messages == 0 }

    /// All of it as an error, for those who have nothing else to say; nil where nothing is missing.
    var asError: SocketIOError? {
        let waiting = events.values.reduce(0) { $0 + $1.count }
        guard waiting + messages > 0 else { return nil }
        var error = error ?? SocketIOError(.notConnected, "the namespace is not connected", phase: .namespace)
        let parts = [
            waiting == 0 ? nil : "\(waiting) \(waiting == 1 ? "event" : "events")",
            messages == 0 ? nil : "\(messages) \(messages == 1 ? "message" : "messages")",
        ]
        error.message = "\(parts.compactMap(\.self).joined(separator: " and ")) could not be sent: \(error.message)"
        return error
    }
}
