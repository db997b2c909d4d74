/// Compression of WebSocket messages (RFC 7692).
public struct PerMessageDeflate: Sendable, Hashable {
    /// How many bytes a message must have to be compressed when it is sent. Default 1024.
    public var threshold: Int

    /// Compression of messages of `threshold` bytes or more.
    public init(threshold: Int = 1024) { self.threshold = threshold }
}
