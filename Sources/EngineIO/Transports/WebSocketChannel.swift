import SocketIOProtocol

/// How the frames of an open WebSocket come and go: through libwebsockets, or past it.
@LoopActor
protocol WebSocketChannel: AnyObject {
    /// Writes what waits in `queue`, as much as goes without waiting, or until others on the loop should have their turn.
    /// Reports nothing meanwhile.
    func send(from queue: inout WebSocketSendQueue) -> WebSocketSending
    /// How many bytes of frames it has sent, except those that it keeps.
    var sentBytes: Int { get }
    /// Sends a ping with a payload of at most 125 bytes, after what was written.
    func ping(_ payload: Binary)
    /// Sends a close frame with `code`, after what was written.
    func close(code: UInt16)
    /// Nothing is read, written or reported any more.
    func stop()
}

/// What became of what waited to be sent.
enum WebSocketSending {
    /// The system has taken all of it.
    case done
    /// It goes on with `LWSConnection.Event.writable`, or the connection ends.
    case waiting
    /// The connection is broken.
    case failed
}
