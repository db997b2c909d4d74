import SocketIOProtocol

extension Socket {
    /// Adds a listener for an event of the connection itself: `.connect`, `.disconnect`, `.connectError`.
    ///
    /// Where the handler throws, the manager's `error` event tells.
    @discardableResult
    public func on<Value>(
        _ event: LifecycleEvent<Value>, _ handler: @escaping @Sendable (Value) throws -> Void
    ) -> Listener {
        core.lifecycleListeners.add(event.name) { value in
            if let value = value as? Value { try handler(value) }
        }
    }

    /// Like `on`, for the next one only.
    @discardableResult
    public func once<Value>(
        _ event: LifecycleEvent<Value>, _ handler: @escaping @Sendable (Value) throws -> Void
    ) -> Listener {
        core.lifecycleListeners.add(event.name, isOnce: true) { value in
            if let value = value as? Value { try handler(value) }
        }
    }

    /// Adds a listener for an event of the server's. The types of its arguments are those of the closure:
    ///
    /// ```swift
    /// socket.on("news") { (headline: String, stars: Int) in print(headline, stars) }
    /// ```
    ///
    /// An ``Ack`` among them is the right to answer; it does nothing where the server wants no answer:
    ///
    /// ```swift
    /// socket.on("question") { (text: String, ack: Ack) in try ack("yes", 42) }
    /// ```
    ///
    /// Where the arguments cannot be decoded as these types, or the handler throws, the manager's `error` event tells.
    @discardableResult
    public func on<each Argument: Decodable & Sendable>(
        _ event: Event<repeat each Argument>, _ handler: @escaping @Sendable (repeat each Argument) throws -> Void
    ) -> Listener {
        listen(event, isOnce: false, handler)
    }

    /// Like `on`, for the next one only.
    @discardableResult
    public func once<each Argument: Decodable & Sendable>(
        _ event: Event<repeat each Argument>, _ handler: @escaping @Sendable (repeat each Argument) throws -> Void
    ) -> Listener {
        listen(event, isOnce: true, handler)
    }

    /// Answers an event of the server's with what `handler` returns. Where the server wants no answer, it is called all the
    /// same.
    ///
    /// ```swift
    /// socket.respond(to: "add") { (a: Int, b: Int) in a + b }
    /// ```
    ///
    /// If it throws, the manager's `error` event tells, and the server gets no answer.
    @discardableResult
    public func respond<each Argument: Decodable & Sendable, Response: Encodable & Sendable>(
        to event: Event<repeat each Argument>,
        _ handler: @escaping @Sendable (repeat each Argument) throws -> Response
    ) -> Listener {
        core.addListener(event.name) { incoming in
            let arguments = try Self.decode(incoming, as: repeat (each Argument).self)
            let response = try handler(repeat each arguments)
            try incoming.ack?(response)
        }
    }

    /// Answers an event of the server's, with the types that the event says.
    @discardableResult
    public func respond<each Argument: Decodable & Sendable, Response: Encodable & Sendable>(
        to event: AckEvent<repeat each Argument, Response>,
        _ handler: @escaping @Sendable (repeat each Argument) throws -> Response
    ) -> Listener {
        respond(to: Event<repeat each Argument>(event.name), handler)
    }

    /// The arguments of each event with one name, in the order in which they arrived, from now on.
    ///
    /// The sequence is for one task. It ends when that task is cancelled, with ``Manager/shutdown(deadline:)``, and with
    /// ``off(_:)-(String?)``; not with a disconnection, after which the namespace may be connected again.
    ///
    /// - Parameters:
    ///   - event: Its name, and with it the types of its arguments.
    ///   - bufferingPolicy: What happens while the task is busy. By default everything is kept.
    public func events<each Argument: Decodable & Sendable>(
        _ event: Event<repeat each Argument>,
        bufferingPolicy: EventSequence<(repeat each Argument)>.BufferingPolicy = .unbounded
    ) -> EventSequence<(repeat each Argument)> {
        let (sequence, source) = EventSequence<(repeat each Argument)>.make(bufferingPolicy)
        let listener = core.addListener(event.name) { incoming in
            let arguments = try Self.decode(incoming, as: repeat (each Argument).self)
            source.yield(arguments)
        }
        let shutdown = core.lifecycleListeners.add(SocketCore.shutdownEvent) { [weak source] _ in source?.finish() }
        source.onTermination {
            listener.cancel()
            shutdown.cancel()
        }
        return sequence
    }

    /// Removes all listeners of events with that name; without a name, of every event of the server's, and of the
    /// connection's own.
    public func off(_ name: String? = nil) {
        core.listeners.removeAll(name)
        if name == nil { core.lifecycleListeners.removeAll() }
    }

    /// Removes all listeners of an event of the connection itself.
    public func off<Value>(_ event: LifecycleEvent<Value>) { core.lifecycleListeners.removeAll(event.name) }

    private func listen<each Argument: Decodable & Sendable>(
        _ event: Event<repeat each Argument>, isOnce: Bool,
        _ handler: @escaping @Sendable (repeat each Argument) throws -> Void
    ) -> Listener {
        core.addListener(event.name, isOnce: isOnce) { incoming in
            let arguments = try Self.decode(incoming, as: repeat (each Argument).self)
            try handler(repeat each arguments)
        }
    }

    private static func decode<each Argument: Decodable>(
        _ incoming: IncomingEvent, as types: repeat (each Argument).Type
    ) throws(SocketIOError) -> (repeat each Argument) {
        do {
            return try incoming.arguments.decode(as: repeat each types, ack: incoming.ack)
        } catch {
            throw SocketIOError(
                .codingFailed,
                "the arguments of \"\(incoming.name)\" cannot be decoded: \(CodingFailure.text(of: error))")
        }
    }
}
