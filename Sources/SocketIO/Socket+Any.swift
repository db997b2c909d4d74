import EngineIO
public import SocketIOProtocol

/// Listeners for every event, whatever its name.
extension Socket {
    /// Adds a listener for every event of the server's, with its name and arguments. It is called before those that
    /// listen to one event. The `Ack` is nil where the server wants none.
    @discardableResult
    public func onAny(_ handler: @escaping @Sendable (String, [JSONValue], Ack?) throws -> Void) -> Listener {
        addAny(isFirst: false, handler)
    }

    /// Like `onAny`, but the listener is called before those that are there already.
    @discardableResult
    public func prependAny(_ handler: @escaping @Sendable (String, [JSONValue], Ack?) throws -> Void) -> Listener {
        addAny(isFirst: true, handler)
    }

    /// Removes all listeners of `onAny` and `prependAny`. For one of them there is its ``Listener``.
    public func offAny() { core.anyListeners.removeAll() }

    /// Adds a listener for every event that is sent to the server, with its name and arguments, at the moment when it
    /// goes to the connection. Acknowledgements are not events.
    @discardableResult
    public func onAnyOutgoing(_ handler: @escaping @Sendable (String, [JSONValue]) -> Void) -> Listener {
        core.anyOutgoingListeners.add { event in handler(event.name, event.arguments) }
    }

    /// Like `onAnyOutgoing`, but the listener is called before those that are there already.
    @discardableResult
    public func prependAnyOutgoing(_ handler: @escaping @Sendable (String, [JSONValue]) -> Void) -> Listener {
        core.anyOutgoingListeners.add(isFirst: true) { event in handler(event.name, event.arguments) }
    }

    /// Removes all listeners of `onAnyOutgoing` and `prependAnyOutgoing`.
    public func offAnyOutgoing() { core.anyOutgoingListeners.removeAll() }

    private func addAny(
        isFirst: Bool, _ handler: @escaping @Sendable (String, [JSONValue], Ack?) throws -> Void
    ) -> Listener {
        core.anyListeners.add(
            isFirst: isFirst,
            SocketCore.Handler { try handler($0.name, $0.arguments.values, $0.ack) })
    }
}
