import SocketIOProtocol

/// What stands behind an `Engine` on the loop: its listeners, and one session at a time.
@LoopActor
final class EngineClient {
    struct Snapshot {
        var readyState = Engine.ReadyState.closed
        var id: String?
        var connection: ConnectionInfo?
        var bytesWaiting = 0
    }

    /// What other threads may see.
    nonisolated let snapshot = Locked(Snapshot())
    nonisolated let listeners = ListenerTable<@Sendable (any Sendable) -> Void>()
    private nonisolated let configuration: EngineConfiguration
    private var core: EngineCore?
    /// The part of `bytesWaiting` that the session was given.
    private var bytesGiven = 0
    /// Whether somebody can still use the engine.
    private var hasHandle = true

    nonisolated init(_ configuration: EngineConfiguration) { self.configuration = configuration }

    func handleReleased() {
        hasHandle = false
        retireIfUnused()
    }

    /// The loop may end when no engine needs it.
    private func retireIfUnused() {
        guard !hasHandle, core == nil else { return }
        EventLoop.shared.release()
    }

    // MARK: What the user asks

    func open() {
        guard core == nil else { return }
        let core = EngineCore(configuration) { event in self.reported(event) }
        self.core = core
        snapshot.withLock { $0.readyState = .opening }
        core.open()
    }

    func close() {
        guard let core else { return }
        snapshot.withLock { if $0.readyState == .open { $0.readyState = .closing } }
        core.close()
    }

    func send(_ message: Message, compress: Bool) {
        guard let core, snapshot.withLock({ $0.readyState != .closing }) else {
            return snapshot.withLock { $0.bytesWaiting -= message.bytes.count }
        }
        bytesGiven += message.bytes.count
        core.write([message], compress: compress)
    }

    private func notify(_ name: String, _ value: any Sendable = ()) {
        for handler in listeners.take(name) { handler(value) }
    }

    // MARK: What the session reports

    private func reported(_ event: EngineCore.Event) {
        switch event {
        case .opened(let handshake):
            let connection = core?.connectionInfo
            snapshot.withLock {
                $0.readyState = .open
                $0.id = handshake.sessionID
                $0.connection = connection
            }
            notify("handshake", handshake)
            notify("open")
        case .message(let message): notify("message", message)
        case .pinged: notify("ping")
        case .upgrading(let kind): notify("upgrading", kind)
        case .upgraded(let kind):
            let connection = core?.connectionInfo
            snapshot.withLock { $0.connection = connection }
            notify("upgrade", kind)
        case .upgradeFailed(let error): notify("upgradeError", error)
        case .drained:
            forgetBytes()
            notify("drain")
        case .confirmed: break
        case .openFailed(let error): end(.transportError, error)
        case .closed(let reason, let error): end(reason, error)
        }
    }

    private func end(_ reason: CloseReason, _ error: SocketIOError?) {
        let unsent = core?.unsent.messages ?? 0
        core = nil
        forgetBytes()
        snapshot.withLock {
            $0.readyState = .closed
            $0.id = nil
            $0.connection = nil
        }
        // A closed connection is an event; a failed one is an error, too.
        if reason == .transportError, let error { notify("error", error) }
        notify("close", Disconnection(reason: reason, error: error, unsent: unsent))
        retireIfUnused()
    }

    private func forgetBytes() {
        let bytes = bytesGiven
        bytesGiven = 0
        snapshot.withLock { $0.bytesWaiting -= bytes }
    }
}
