/// How much of what is accepted or kept. Every limit is in force on both transports.
public struct Limits: Sendable, Hashable {
    /// The binary attachments of one received packet. Default 10, as Node's parser.
    public var attachments = 10
    /// The bytes of one received message, and of one polling body. Default 64 MiB.
    public var messageBytes = 64 << 20

    /// The bytes of the events that wait to be sent, those that wait for a connection included. Default 64 MiB. Answers
    /// to the server count too, but are never refused.
    public var waitingBytes = 64 << 20
    /// The number of the events that wait to be sent. Default 1,000,000.
    public var waitingEvents = 1_000_000
    /// What becomes of an event for which there is no room among those that wait. Default: emitting it is an error.
    public var whenFull = FullPolicy.fail

    /// What becomes of an event for which there is no room.
    public enum FullPolicy: String, Sendable, Hashable, Codable {
        /// Emitting it throws `limitExceeded`.
        case fail
        /// The oldest events of its namespace that wait for the connection make room. Where they do not suffice, since
        /// others are on their way already, it is dropped itself.
        case dropOldest
        /// It is dropped, and its acknowledgement ends with `limitExceeded`.
        case dropNewest
    }

    /// The defaults.
    public init() {}
}
