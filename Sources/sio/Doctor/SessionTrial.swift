import SocketIO

/// A session of the raw engine, which is closed as soon as it has shown what is asked of it.
struct SessionTrial {
    /// What is asked: a handshake, or the way from polling to WebSocket.
    enum Goal { case handshake, upgrade }

    struct Outcome: Sendable {
        var result: Result<ConnectionInfo?, SocketIOError>
        /// Of the step itself: the upgrade without the handshake before it.
        var duration: Duration
    }

    private enum Event: Sendable {
        case opened, upgraded
        case failed(SocketIOError)
        case closed(Disconnection)

        var isLast: Bool { if case .closed = self { true } else { false } }
    }

    private let engine: Engine
    private let goal: Goal

    init(_ url: String, _ options: EngineOptions, _ goal: Goal) throws(SocketIOError) {
        engine = try Engine(url, options)
        self.goal = goal
    }

    func run() async -> Outcome {
        let (events, continuation) = AsyncStream.makeStream(of: (Event, ContinuousClock.Instant).self)
        engine.on(.open) { continuation.yield((.opened, .now)) }
        engine.on(.upgrade) { _ in continuation.yield((.upgraded, .now)) }
        engine.on(.upgradeError) { continuation.yield((.failed($0), .now)) }
        engine.on(.close) {
            continuation.yield((.closed($0), .now))
            continuation.finish()
        }
        var start = ContinuousClock.now
        var outcome: Outcome?
        engine.open()
        for await (event, time) in events where outcome == nil || event.isLast {
            switch event {
            case .opened where goal == .upgrade: start = time
            case .opened, .upgraded: outcome = Outcome(result: .success(engine.connectionInfo), duration: time - start)
            case .failed(let error): outcome = Outcome(result: .failure(error), duration: time - start)
            case .closed(let end):
                let error = end.error ?? SocketIOError(.disconnected, "\(end.reason)", phase: .engine)
                outcome = outcome ?? Outcome(result: .failure(error), duration: time - start)
            }
            // Goes on until it is closed.
            if outcome != nil { engine.close() }
        }
        let none = SocketIOError(.cancelled, "cancelled")
        return outcome ?? Outcome(result: .failure(none), duration: .now - start)
    }
}
