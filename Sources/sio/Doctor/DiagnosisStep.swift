import SocketIO

/// One step on the way to a namespace, and what became of it.
struct DiagnosisStep: Sendable {
    /// In the order in which they are tried.
    enum Name: String, Sendable, CaseIterable {
        case dns, tcp, tls, polling, websocket, upgrade, namespace

        /// Of the command, where this step is the first that fails.
        var exitStatus: Int32 {
            switch self {
            case .dns: 10
            case .tcp: 11
            case .tls: 12
            case .polling: 13
            case .websocket: 14
            case .upgrade: 15
            case .namespace: 16
            }
        }
    }

    enum Status: String, Sendable {
        case ok, failed, skipped
    }

    let name: Name
    var status: Status
    /// Nil where it was not tried.
    var duration: Duration?
    /// The main facts; why it was skipped.
    var summary: String
    /// More for people.
    var lines: [String] = []
    /// The facts for machines.
    var details: JSONObject = [:]
    /// Why it failed.
    var cause: String?
    /// What to do about it.
    var advice: String?

    static func skipped(_ name: Name, _ why: String) -> DiagnosisStep {
        DiagnosisStep(name: name, status: .skipped, summary: why)
    }

    static func failed(_ name: Name, _ duration: Duration?, _ error: SocketIOError, _ setting: Setting) -> DiagnosisStep
    {
        DiagnosisStep(
            name: name, status: .failed, duration: duration, summary: "failed",
            details: ErrorDetails.json(error), cause: FailureLine.text(error),
            advice: Advice.text(for: error, in: name, setting))
    }

    /// To a tenth.
    var milliseconds: Double? { duration.map { ($0 / .milliseconds(1) * 10).rounded() / 10 } }
}
