import EngineIO
import SocketIOProtocol

/// How much of what was emitted is not sent yet, and how much it may be. From any thread.
final class SendMeter: Sendable {
    enum Verdict { case admitted, needsRoom, refused }

    private struct State {
        var load = Load()
        var limits: Limits

        var isFull: Bool { load.bytes > limits.waitingBytes || load.messages > limits.waitingEvents }
    }

    private let state: Locked<State>

    init(_ limits: Limits) { state = Locked(State(limits: limits)) }

    var load: Load { state.withLock { $0.load } }
    var isFull: Bool { state.withLock { $0.isFull } }

    func setLimits(_ limits: Limits) { state.withLock { $0.limits = limits } }

    /// Counts what is about to be emitted, if there is room for it or may be made.
    ///
    /// - Throws: `limitExceeded`, with the policy `fail`.
    func admit(_ packet: OutgoingPacket) throws(SocketIOError) -> Verdict {
        let (isFull, policy, load) = state.withLock { state in
            state.load += packet.load
            let isFull = state.isFull
            if isFull && state.limits.whenFull != .dropOldest { state.load -= packet.load }
            return (isFull, state.limits.whenFull, state.load)
        }
        guard isFull else { return .admitted }
        switch policy {
        case .dropOldest: return .needsRoom
        case .dropNewest: return .refused
        case .fail:
            throw SocketIOError(
                .limitExceeded, "too much waits to be sent: \(load.messages) messages, \(load.bytes) bytes")
        }
    }

    func change(by load: Load) { state.withLock { $0.load += load } }
}
