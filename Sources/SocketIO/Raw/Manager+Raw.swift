package import EngineIO
package import SocketIOProtocol

/// What the C library needs: events by name, and what waits without a task.
extension Manager {
    /// The names of the events that ``onLifecycle(_:isOnce:_:)`` knows.
    package static let lifecycleEvents: Set<String> = [
        "open", "close", "error", "ping", "drain", "upgrade", "reconnect", "reconnect_attempt", "reconnect_error",
        "reconnect_failed",
    ]

    /// Adds a listener for an event of the connection, with its value.
    package func onLifecycle(
        _ name: String, isOnce: Bool, _ handler: @escaping @LoopActor @Sendable (any Sendable) -> Void
    ) -> Listener {
        core.listeners.add(name, isOnce: isOnce) { value in LoopActor.assumeIsolated { handler(value) } }
    }

    /// See ``shutdown(deadline:)``.
    package func shutdown(within limit: Duration, _ completion: @escaping @LoopActor @Sendable (Unsent) -> Void) {
        EventLoop.shared.post { [core] in core.shutdown(within: limit, completion) }
    }

    /// What was emitted and is not sent yet.
    package var load: Load { core.meter.load }
}
