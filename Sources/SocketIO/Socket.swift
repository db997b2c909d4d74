import EngineIO
public import SocketIOProtocol

/// A namespace of a ``Manager``: where events are sent and received.
///
/// Every method may be called from any thread and returns at once; calls take effect in their order. Handlers run on the
/// library's I/O thread, one at a time and in the order of the wire: a handler must not block. Leave that thread with
/// ``events(_:bufferingPolicy:)`` or with a task of your own.
public final class Socket: Sendable {
    /// The connection this namespace lives on.
    public let io: Manager
    let core: SocketCore

    init(io: Manager, core: SocketCore) {
        self.io = io
        self.core = core
    }

    /// The namespace, for example `/chat`.
    public var namespace: String { core.namespace }

    /// The id that the server gave to this connection of the namespace; nil while it is not connected.
    public var id: String? { core.snapshot.withLock { $0.id } }

    /// Whether the namespace is connected.
    public var isConnected: Bool { core.snapshot.withLock { $0.id != nil } }

    /// Whether the namespace is connected, or will be by itself: not before `connect`, nor where it was disconnected or
    /// refused, or all attempts have failed.
    public var isActive: Bool { core.snapshot.withLock { $0.isActive } }

    /// Whether the server took up the session from before the connection was lost, and sent what was missed meanwhile:
    /// its connection state recovery. False while the namespace is not connected.
    public var isRecovered: Bool { core.snapshot.withLock { $0.isRecovered } }

    /// What is sent to the server when the namespace is connected the next time. Set it after a refusal, then
    /// `connect()`.
    public var auth: Auth? {
        get { core.auth.withLock { $0 } }
        set { core.auth.withLock { $0 = newValue } }
    }

    /// Connects the namespace, and the connection underneath if it is not open.
    @discardableResult
    public func connect() -> Self {
        let core = core
        EventLoop.shared.post { core.connect() }
        return self
    }

    /// Disconnects the namespace, after what was emitted before. The connection is closed with its last namespace.
    @discardableResult
    public func disconnect() -> Self {
        let core = core
        EventLoop.shared.post { core.disconnect() }
        return self
    }

    /// Connects the namespace, if it is not connected, and returns when it is.
    ///
    /// - Throws: The first `connect_error`; there may be further attempts behind it. `cancelled` with its task.
    public func waitUntilConnected() async throws(SocketIOError) {
        try await reply { [core] in core.waitUntilConnected($0) }
    }

    // MARK: Buffers

    /// The events that wait to be sent until the namespace is connected; those of `retries` until they are acknowledged.
    public func sendBuffer() async -> [BufferedEvent] { await onLoop { $0.sendBuffer } }

    /// The events that came before the server's answer to the connection of the namespace, and wait for it.
    public func receiveBuffer() async -> [BufferedEvent] { await onLoop { $0.receiveBuffer } }

    /// Drops the events that wait until the namespace is connected. Their acknowledgements end with `cancelled`. Those of
    /// `retries` stay.
    public func clearSendBuffer() {
        let core = core
        core.post { core.clearSendBuffer() }
    }

    private func onLoop(
        _ body: @escaping @LoopActor @Sendable (SocketCore) -> [BufferedEvent]
    ) async -> [BufferedEvent] {
        guard !ForkedChild.isHere else { return [] }
        let core = core
        return await withCheckedContinuation { continuation in
            core.post { continuation.resume(returning: body(core)) }
        }
    }
}
