public import SocketIOProtocol

/// Why a connection or a namespace ended.
public struct Disconnection: Sendable, Equatable {
    /// The reason, in Node's words.
    public let reason: CloseReason
    /// The cause, where there is more to say.
    public let error: SocketIOError?
    /// How many messages the connection had to send when it ended, and had not sent: the system had not taken them or,
    /// over polling, the server had not said that it had. An event is one, and one more for each of its attachments.
    /// They are not sent again.
    public let unsent: Int

    package init(reason: CloseReason, error: SocketIOError?, unsent: Int = 0) {
        self.reason = reason
        self.error = error
        self.unsent = unsent
    }
}
