@_exported public import SocketIOProtocol

/// A raw Engine.IO connection: messages of text or bytes, without the events and namespaces of Socket.IO.
///
/// ```swift
/// let engine = try Engine("https://example.com")
/// engine.on(.message) { message in print(message) }
/// engine.open()
/// engine.send(text: "hello")
/// ```
///
/// Every method may be called from any thread and returns at once; calls take effect in their order. Handlers run on the
/// library's I/O thread, one at a time and in the order of the wire: a handler must not block.
///
/// There is no reconnection, but an engine that is closed can be opened again, which begins a new session. An open engine
/// lives on when nobody holds it any more, until the connection ends.
///
/// ``EngineOptions/path`` is `/socket.io/` here, too: Node's raw engine has `/engine.io`.
public final class Engine: Sendable {
    /// How far a session is.
    public enum ReadyState: String, Sendable {
        /// The handshake is awaited.
        case opening
        /// Messages travel.
        case open
        /// What was sent before `close()` is on its way.
        case closing
        /// There is no session: not yet, or no more.
        case closed
    }

    private let client: EngineClient

    /// An engine for the server at `url`, whose path is ignored. Nothing is connected yet.
    ///
    /// - Parameters:
    ///   - url: Its scheme is http, https, ws or wss.
    ///   - options: Certificates and keys in them are read now.
    /// - Throws: `invalidURL`, `invalidArgument` or `tls`, with what is wrong with which option.
    public init(_ url: String, _ options: EngineOptions = EngineOptions()) throws(SocketIOError) {
        let configuration = try EngineConfiguration(url: ServerURL(url), options: options)
        try EventLoop.shared.acquire()
        client = EngineClient(configuration)
    }

    deinit {
        let client = client
        EventLoop.shared.post { client.handleReleased() }
    }

    // MARK: The session

    /// How far the session is.
    public var readyState: ReadyState { client.snapshot.withLock { $0.readyState } }

    /// The session's id, from the server; nil while there is no session.
    public var id: String? { client.snapshot.withLock { $0.id } }

    /// The transport in use; nil while there is no session.
    public var transport: TransportKind? { connectionInfo?.transport }

    /// What the connection is like: addresses, TLS, the server's certificate; nil while there is no session.
    public var connectionInfo: ConnectionInfo? { client.snapshot.withLock { $0.connection } }

    /// How many bytes were given to ``send(_:compress:)`` and are not known to have been sent.
    public var bytesWaiting: Int { client.snapshot.withLock { $0.bytesWaiting } }

    /// Begins a session, if there is none.
    public func open() {
        let client = client
        EventLoop.shared.post { client.open() }
    }

    /// Sends what was given to ``send(_:compress:)`` before, says goodbye and ends the session; `close` tells when.
    public func close() {
        let client = client
        EventLoop.shared.post { client.close() }
    }

    // MARK: Messages

    /// Sends a message, as soon as the session is open. Without one, and behind ``close()``, it is dropped.
    ///
    /// - Parameter compress: False keeps the message from being compressed: see ``EngineOptions/perMessageDeflate``.
    public func send(_ message: Message, compress: Bool = true) {
        let client = client
        client.snapshot.withLock { $0.bytesWaiting += message.bytes.count }
        EventLoop.shared.post { client.send(message, compress: compress) }
    }

    /// Sends text: see ``send(_:compress:)``.
    public func send(text: String, compress: Bool = true) { send(.text(Binary(utf8: text)), compress: compress) }

    /// Sends bytes: see ``send(_:compress:)``.
    public func send(binary: Binary, compress: Bool = true) { send(.binary(binary), compress: compress) }

    /// The messages in the order in which they arrive, from now on, until the session ends.
    ///
    /// The sequence is for one task. It ends when that task is cancelled, too.
    ///
    /// - Parameter bufferingPolicy: What happens while the task is busy. By default everything is kept.
    public func messages(
        bufferingPolicy: EventSequence<Message>.BufferingPolicy = .unbounded
    ) -> EventSequence<Message> {
        let (sequence, source) = EventSequence<Message>.make(bufferingPolicy)
        let message = on(.message) { source.yield($0) }
        let close = on(.close) { [weak source] _ in source?.finish() }
        source.onTermination {
            message.cancel()
            close.cancel()
        }
        return sequence
    }

    // MARK: Listeners

    /// Adds a listener for an event.
    @discardableResult
    public func on<Value>(
        _ event: LifecycleEvent<Value>, _ handler: @escaping @Sendable (Value) -> Void
    ) -> Listener {
        listen(event, isOnce: false, handler)
    }

    /// Like `on`, for the next one only.
    @discardableResult
    public func once<Value>(
        _ event: LifecycleEvent<Value>, _ handler: @escaping @Sendable (Value) -> Void
    ) -> Listener {
        listen(event, isOnce: true, handler)
    }

    private func listen<Value>(
        _ event: LifecycleEvent<Value>, isOnce: Bool, _ handler: @escaping @Sendable (Value) -> Void
    ) -> Listener {
        client.listeners.add(event.name, isOnce: isOnce) { value in
            if let value = value as? Value { handler(value) }
        }
    }
}
