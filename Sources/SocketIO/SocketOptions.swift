package import EngineIO

/// The options of a namespace, under Node's names.
public struct SocketOptions: Sendable {
    /// What is sent to the server when the namespace is connected. Default nil: nothing.
    public var auth: Auth?
    /// How often an event is sent again that the server does not acknowledge. Default nil: events are sent once, and no
    /// acknowledgement is asked for.
    ///
    /// With it, events are sent one at a time, in order, each when the one before has been acknowledged. The server can
    /// see one twice, where its acknowledgement was late or lost. A lost connection does not count as a try. An event
    /// that is given up is told by the manager's `error` event, or by `emitWithAck`.
    public var retries: Int?
    /// How long an acknowledgement is awaited. Default nil: for ever; with `retries`, 10 seconds.
    public var ackTimeout: Duration?

    /// The defaults, but for what is given.
    public init(auth: Auth? = nil, retries: Int? = nil, ackTimeout: Duration? = nil) {
        self.auth = auth
        self.retries = retries
        self.ackTimeout = ackTimeout
    }

    static let retryTimeout = Duration.seconds(10)
}

extension SocketOptions: NamedOptions {
    package init() { self.init(auth: nil) }

    /// Reads the options that are given, under Node's names, durations in milliseconds.
    public init(from decoder: any Decoder) throws { try self.init(readingFrom: decoder) }

    /// Writes all options.
    public func encode(to encoder: any Encoder) throws { try write(to: encoder) }

    package mutating func visit(_ visitor: inout some OptionVisitor) throws {
        try visitor.value("auth", &auth)
        try visitor.value("retries", &retries)
        try visitor.milliseconds("ackTimeout", &ackTimeout)
    }
}
