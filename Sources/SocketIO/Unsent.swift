import SocketIOProtocol

/// What a manager could not send before it was shut down.
public struct Unsent: Sendable, Equatable {
    /// The events that waited for their namespace to be connected, or to be acknowledged, by namespace.
    public var events: [String: [BufferedEvent]]
    /// How many messages were on their way, and not taken by the system yet; over polling, by the server. An event is one
    /// message, and one more for each of its attachments.
    public var messages: Int

    /// Nothing, but for what is given.
    public init(events: [String: [BufferedEvent]] = [:], messages: Int = 0) {
        self.events = events
        self.messages = messages
    }

    /// Nothing is missing.
    public var isEmpty: Bool { events.isEmpty && messages == 0 }
}

extension SocketIOError {
    static let tooMuchWaits = SocketIOError(
        .limitExceeded, "the event was dropped: too much waits to be sent", phase: .namespace)
}
