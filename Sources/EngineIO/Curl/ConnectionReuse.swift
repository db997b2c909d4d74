/// Whether a server answers a second request on one connection, as it should unless it says otherwise. Some close each
/// after its answer: what is sent on it meanwhile is lost, and may not be sent again.
///
/// Such a server costs one session; the next use each connection once.
@LoopActor
package final class ConnectionReuse {
    private enum State { case untried, works, fails }

    /// A connection that has been quiet for longer is lost to something else, for example the server's restart.
    private static let trialTime = Duration.seconds(1)

    private var state = State.untried

    package nonisolated init() {}

    package var isAllowed: Bool { state != .fails }

    package func noteAnswer() {
        if state == .untried { state = .works }
    }

    /// A request was lost with its connection, which had carried an answer before.
    package func noteLoss(after time: Duration) {
        guard time < Self.trialTime else { return }
        // One that has worked is tried once more.
        state = state == .works ? .untried : .fails
    }
}
