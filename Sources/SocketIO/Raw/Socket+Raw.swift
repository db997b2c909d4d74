package import EngineIO
package import SocketIOProtocol

/// Events as JSON text and attachments, and events of the connection by name: for the C library.
extension Socket {
    /// The names of the events of the connection itself.
    package static let lifecycleEvents: Set<String> = ["connect", "disconnect", "connect_error"]

    /// Adds a listener for an event of the server's; nil for every one.
    package func onRaw(
        _ name: String?, isOnce: Bool, _ handler: @escaping @LoopActor @Sendable (RawEvent) -> Void
    ) -> Listener {
        let table = name == nil ? core.anyListeners : core.listeners
        return table.add(
            name ?? "", isOnce: isOnce,
            SocketCore.Handler { event in LoopActor.assumeIsolated { handler(RawEvent(event)) } })
    }

    /// Adds a listener for an event of the connection itself, with its value.
    package func onLifecycle(
        _ name: String, isOnce: Bool, _ handler: @escaping @LoopActor @Sendable (any Sendable) -> Void
    ) -> Listener {
        core.lifecycleListeners.add(name, isOnce: isOnce) { value in LoopActor.assumeIsolated { handler(value) } }
    }

    /// Emits an event.
    ///
    /// - Parameter completion: Called once with the answer, if it is not nil and this does not throw.
    package func emit(
        _ message: RawMessage, _ completion: (@LoopActor @Sendable (Result<RawEvent, SocketIOError>) -> Void)? = nil
    ) throws(SocketIOError) {
        let core = core
        var emitter = Emitter(core).compress(message.compress)
        if let timeout = message.ackTimeout { emitter = emitter.timeout(timeout) }
        if message.isVolatile { emitter = emitter.volatile }
        let arguments = try OutgoingArguments(
            event: message.name, json: message.json, attachments: message.attachments)
        // What is sent again until it is acknowledged has to ask for that.
        let isRepeated = core.retries != nil && !message.isVolatile
        let id = completion != nil || isRepeated ? emitter.nextAckID() : nil
        let emission = try emitter.emission(arguments, ackID: id, isAwaited: completion != nil)
        let name = message.name
        core.post {
            guard let emission else { return completion?(.failure(.tooMuchWaits)) ?? () }
            guard id != nil else { return core.emit(emission) }
            guard let completion else { return core.emit(emission, completion: core.reportFailure) }
            core.emit(emission) { completion($0.map { RawEvent(answerTo: name, $0) }) }
        }
    }
}
