/// When a manager opens its engine, and when it opens it again. Events in, actions out.
package struct ManagerStateMachine: ~Copyable {
    package struct Configuration: Sendable, Hashable {
        package var reconnection: Bool
        /// Nil for ever.
        package var reconnectionAttempts: Int?
        package var reconnectionDelay: Duration
        package var reconnectionDelayMax: Duration
        package var randomizationFactor: Double

        package init(
            reconnection: Bool = true, reconnectionAttempts: Int? = nil, reconnectionDelay: Duration = .seconds(1),
            reconnectionDelayMax: Duration = .seconds(5), randomizationFactor: Double = 0.5
        ) {
            self.reconnection = reconnection
            self.reconnectionAttempts = reconnectionAttempts
            self.reconnectionDelay = reconnectionDelay
            self.reconnectionDelayMax = reconnectionDelayMax
            self.randomizationFactor = randomizationFactor
        }
    }

    package enum Action: Equatable, Sendable {
        case openEngine
        /// Lets the engine send what it has and say goodbye. Nothing is heard of it any more.
        /// With what is wrong with it; nil if it is not wanted any more.
        indirect case closeEngine(SocketIOError?)
        /// The namespaces that want to be connected can begin.
        case engineOpened
        /// `connect_error` for every namespace that is not connected.
        case connectError(SocketIOError)
        /// `disconnect` for every namespace that is connected.
        case engineClosed(CloseReason, SocketIOError?)
        case notify(Notification)
    }

    /// The manager's events, under Node's names.
    package enum Notification: Equatable, Sendable {
        case open
        case error(SocketIOError)
        case close(CloseReason, SocketIOError?)
        /// The number of the attempt, from 1.
        case reconnectAttempt(Int)
        case reconnect(Int)
        case reconnectError(SocketIOError)
        case reconnectFailed
    }

    private enum State: Equatable {
        case closed
        case opening(isReconnection: Bool)
        case open
        case waiting(deadline: Duration)
    }

    private var configuration: Configuration
    private var state = State.closed
    private var backoff: Backoff

    package init(_ configuration: Configuration) {
        self.configuration = configuration
        backoff = Backoff(
            delay: configuration.reconnectionDelay, delayMax: configuration.reconnectionDelayMax,
            randomizationFactor: configuration.randomizationFactor)
    }

    package var isOpen: Bool { state == .open }

    /// Whether an attempt to open it is under way.
    package var isOpening: Bool { if case .opening = state { true } else { false } }

    /// Whether it is open, or will be.
    package var isActive: Bool { state != .closed }

    /// Other options, which count from the next delay on. Without `reconnection`, an attempt that is planned is dropped.
    package mutating func configure(_ configuration: Configuration) {
        self.configuration = configuration
        backoff.delay = configuration.reconnectionDelay
        backoff.delayMax = configuration.reconnectionDelayMax
        backoff.randomizationFactor = configuration.randomizationFactor
        if case .waiting = state, !configuration.reconnection {
            state = .closed
            backoff.reset()
        }
    }

    /// A namespace wants to be connected. While an attempt is planned it waits for that.
    package mutating func open() -> [Action] {
        guard state == .closed else { return [] }
        state = .opening(isReconnection: false)
        return [.openEngine]
    }

    package mutating func engineOpened() -> [Action] {
        guard case .opening(let isReconnection) = state else { return [] }
        state = .open
        let attempt = backoff.attempts
        backoff.reset()
        let reconnected: [Action] = isReconnection ? [.notify(.reconnect(attempt))] : []
        return [.notify(.open), .engineOpened] + reconnected
    }

    /// - Parameter random: A number in 0..<1 for the next delay.
    package mutating func engineOpenFailed(_ error: SocketIOError, now: Duration, random: Double) -> [Action] {
        guard case .opening(let isReconnection) = state else { return [] }
        let next = planReconnection(now: now, random: random)
        let reconnectError: [Action] = isReconnection ? [.notify(.reconnectError(error))] : []
        return [.connectError(error), .notify(.error(error))] + next + reconnectError
    }

    package mutating func engineClosed(
        _ reason: CloseReason, _ error: SocketIOError?, now: Duration, random: Double
    ) -> [Action] {
        guard state == .open else { return [] }
        backoff.reset()
        // A closed connection is an event; a failed one is an error, too.
        let failure: [Action] = reason == .transportError ? error.map { [.notify(.error($0))] } ?? [] : []
        let closed: [Action] = [.notify(.close(reason, error)), .engineClosed(reason, error)]
        return failure + closed + planReconnection(now: now, random: random)
    }

    /// The engine is of no use: what came cannot be understood, or a namespace gets no answer. Reconnects.
    package mutating func giveUpEngine(
        _ reason: CloseReason, _ error: SocketIOError, now: Duration, random: Double
    ) -> [Action] {
        guard state == .open else { return [] }
        return [.closeEngine(error)] + engineClosed(reason, error, now: now, random: random)
    }

    /// No namespace is left, or the user wants it: ends everything, for now.
    package mutating func close() -> [Action] {
        let before = state
        state = .closed
        backoff.reset()
        switch before {
        case .closed, .waiting: return []
        case .opening: return [.closeEngine(nil)]
        case .open: return [.closeEngine(nil), .notify(.close(.forcedClose, nil)), .engineClosed(.forcedClose, nil)]
        }
    }

    /// When `deadlinePassed` has to be called.
    package var deadline: Duration? {
        if case .waiting(let deadline) = state { deadline } else { nil }
    }

    package mutating func deadlinePassed(now: Duration) -> [Action] {
        guard case .waiting(let deadline) = state, now >= deadline else { return [] }
        state = .opening(isReconnection: true)
        return [.notify(.reconnectAttempt(backoff.attempts)), .openEngine]
    }

    private mutating func planReconnection(now: Duration, random: Double) -> [Action] {
        state = .closed
        guard configuration.reconnection else { return [] }
        if let limit = configuration.reconnectionAttempts, backoff.attempts >= limit {
            backoff.reset()
            return [.notify(.reconnectFailed)]
        }
        state = .waiting(deadline: now + backoff.next(random: random))
        return []
    }
}
