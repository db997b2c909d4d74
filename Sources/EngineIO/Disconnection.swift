public import SocketIOProtocol

/// Why a connection or a namespace ended.
public struct Disconnection: Sendable, Equatable {
    /// The reason, in Node's words.
    public let reason: CloseReason
    /// The cause, where there is more to say.
    public let error: SocketIOError?

    package init(reason: CloseReason, error: SocketIOError?) {
        self.reason = reason
        self.error = error
    }
}
