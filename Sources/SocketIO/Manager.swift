import EngineIO
import Logging
public import SocketIOProtocol

/// One connection to a server, shared by the sockets of its namespaces, and made again when it is lost.
///
/// Every method may be called from any thread. Handlers run on the library's I/O thread, one at a time and in the order
/// of the wire: a handler must not block.
///
/// A connection with a connected or connecting socket lives on when nobody holds its manager any more; `disconnect()` on
/// the last such socket, or ``close()``, ends it.
public final class Manager: Sendable {
    let core: ManagerCore
    private let settings: ManagerSettings
    private let sockets = Locked<[String: SocketCore]>([:])

    /// A manager for the server at `url`. Nothing is connected yet.
    ///
    /// - Parameters:
    ///   - url: Its scheme is http, https, ws or wss. Its path is ignored here; `io()` takes it for the namespace.
    ///   - options: Certificates and keys in them are read now.
    /// - Throws: `invalidURL`, `invalidArgument` or `tls`, with what is wrong with which option.
    public convenience init(_ url: String, _ options: ClientOptions = ClientOptions()) throws(SocketIOError) {
        try self.init(ServerURL(url), options)
    }

    init(_ url: ServerURL, _ options: ClientOptions) throws(SocketIOError) {
        let configuration = try ManagerConfiguration(url, options)
        settings = ManagerSettings(url, options, configuration)
        try EventLoop.shared.acquire()
        core = ManagerCore(settings, configuration)
        EventLoop.shared.post { [core] in core.begin() }
    }

    deinit {
        let core = core
        EventLoop.shared.post { core.handleReleased() }
    }

    /// The socket of `namespace`; the same one every time. It is not connected yet.
    ///
    /// - Parameters:
    ///   - namespace: For example `/chat`. A missing slash in front is added.
    ///   - options: Instead of those of the manager. They count at the first call for a namespace.
    public func socket(_ namespace: String = "/", _ options: SocketOptions? = nil) -> Socket {
        let name = namespace.hasPrefix("/") ? namespace : "/" + namespace
        let core = sockets.withLock { sockets in
            sockets[name] ?? add(name, options ?? self.options.socket, to: &sockets)
        }
        return Socket(io: self, core: core)
    }

    /// The socket of a namespace that has none yet, otherwise nil.
    func newSocket(_ namespace: String, _ options: SocketOptions) -> Socket? {
        let core = sockets.withLock { sockets in
            sockets[namespace] == nil ? add(namespace, options, to: &sockets) : nil
        }
        return core.map { Socket(io: self, core: $0) }
    }

    private func add(
        _ namespace: String, _ options: SocketOptions, to sockets: inout [String: SocketCore]
    ) -> SocketCore {
        let socket = SocketCore(
            namespace: namespace, manager: core, connectTimeout: self.options.timeout, options: options)
        sockets[namespace] = socket
        return socket
    }

    /// The options as they are now.
    public var options: ClientOptions { settings.options }

    /// Changes the options while the manager is at work, as Node's `manager.opts` and its setters do. Those of the
    /// reconnection count at once, those of the connection for the next one, those of a namespace for the sockets that
    /// are yet to be made.
    ///
    /// ```swift
    /// var options = manager.options
    /// options.query["token"] = fresh
    /// try manager.setOptions(options)
    /// ```
    ///
    /// - Throws: As `init`; the options are as before then.
    public func setOptions(_ options: ClientOptions) throws(SocketIOError) {
        try settings.change({ $0 = options }) { configuration in
            EventLoop.shared.post { [core] in core.configure(configuration) }
        }
    }

    /// The transport in use; nil while there is no connection.
    public var transport: TransportKind? { connectionInfo?.transport }

    /// What the connection is like: addresses, TLS, the server's certificate; nil while there is no connection.
    public var connectionInfo: ConnectionInfo? { core.connection.withLock { $0 } }

    /// Adds a listener for an event of the connection. Where the handler throws, the `error` event tells, unless it is a
    /// handler of that.
    @discardableResult
    public func on<Value>(
        _ event: LifecycleEvent<Value>, _ handler: @escaping @Sendable (Value) throws -> Void
    ) -> Listener {
        listen(event, isOnce: false, handler)
    }

    /// Like `on`, for the next one only.
    @discardableResult
    public func once<Value>(
        _ event: LifecycleEvent<Value>, _ handler: @escaping @Sendable (Value) throws -> Void
    ) -> Listener {
        listen(event, isOnce: true, handler)
    }

    /// Removes all listeners of an event.
    public func off<Value>(_ event: LifecycleEvent<Value>) { core.listeners.removeAll(event.name) }

    /// Removes all listeners.
    public func off() { core.listeners.removeAll() }

    private func listen<Value>(
        _ event: LifecycleEvent<Value>, isOnce: Bool, _ handler: @escaping @Sendable (Value) throws -> Void
    ) -> Listener {
        core.listeners.add(event.name, isOnce: isOnce) { value in
            if let value = value as? Value { try handler(value) }
        }
    }

    /// Opens the connection, if it is not open, before any namespace wants it.
    public func open() {
        let core = core
        EventLoop.shared.post { core.open() }
    }

    /// Disconnects every namespace, sends what was emitted before, and closes the connection. There is no reconnection
    /// until a socket is connected again.
    public func close() {
        let core = core
        EventLoop.shared.post { core.close() }
    }

    /// Returns when nothing waits to be sent: a WebSocket's bytes are with the system, those of polling with the server.
    ///
    /// It does not wait for events of namespaces that are not connected.
    ///
    /// - Throws: `notConnected`, or the reason for which the connection ended first; `cancelled` with its task.
    public func flush() async throws(SocketIOError) {
        try await reply { [core] in core.flush($0) }
    }

    /// Like `flush()`, and returns only when the server has read what was sent: over a WebSocket, when it has answered a
    /// ping behind it.
    package func confirm() async throws(SocketIOError) {
        try await reply { [core] in core.confirm($0) }
    }

    /// Sends what was emitted, disconnects every namespace, closes the connection, and returns when the server has been
    /// told: the last thing a program does.
    ///
    /// A namespace that waits for a further attempt to connect is not waited for.
    ///
    /// - Parameter deadline: How long all of it may take; what is left then is dropped. Default nil: the option
    ///   ``EngineOptions/closeTimeout``, and after that ``EngineOptions/goodbyeTimeout``.
    /// - Returns: What could not be sent.
    @discardableResult
    public func shutdown(deadline: Duration? = nil) async -> Unsent {
        guard !ForkedChild.isHere else { return Unsent() }
        return await withCheckedContinuation { continuation in
            EventLoop.shared.post { [core] in core.shutdown(within: deadline) { continuation.resume(returning: $0) } }
        }
    }

    /// How many bytes were emitted and are not taken by the system yet; over polling, by the server. Those that wait for
    /// their namespace to be connected count, too. See ``Limits/waitingBytes``.
    public var bytesWaiting: Int { core.meter.load.bytes }
}
