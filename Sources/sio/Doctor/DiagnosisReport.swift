import SocketIO

/// What the doctor says, for people and for machines.
enum DiagnosisReport {
    /// A line of the facts, and indented ones below.
    static func text(_ step: DiagnosisStep) -> String {
        let mark =
            switch step.status {
            case .ok: "✓"
            case .failed: "✗"
            case .skipped: "–"
            }
        var lines = ["\(mark) \(pad(step.name.rawValue, to: 9))  \(time(step))  \(step.summary)"]
        lines += step.lines.map { "      \($0)" }
        if let cause = step.cause { lines.append("      cause:   \(cause)") }
        if let advice = step.advice { lines.append("      advice:  \(advice)") }
        return lines.joined(separator: "\n")
    }

    static func conclusion(_ steps: [DiagnosisStep]) -> String {
        guard let failed = firstFailure(steps) else { return "All is well." }
        return "The first failing step is \(failed.name.rawValue): status \(failed.name.exitStatus)."
    }

    static func json(_ url: String, _ steps: [DiagnosisStep]) -> JSONValue {
        let failed = firstFailure(steps)
        return [
            "url": .string(url), "ok": .bool(failed == nil),
            "firstFailure": failed.map { .string($0.name.rawValue) } ?? nil,
            "exitStatus": .integer(Int64(status(steps))), "steps": .array(steps.map(json)),
        ]
    }

    static func status(_ steps: [DiagnosisStep]) -> Int32 { firstFailure(steps)?.name.exitStatus ?? 0 }

    private static func firstFailure(_ steps: [DiagnosisStep]) -> DiagnosisStep? {
        steps.first { $0.status == .failed }
    }

    private static func json(_ step: DiagnosisStep) -> JSONValue {
        [
            "name": .string(step.name.rawValue), "status": .string(step.status.rawValue),
            "milliseconds": step.milliseconds.map { .number($0) } ?? nil, "summary": .string(step.summary),
            "details": .object(step.details), "cause": step.cause.map { .string($0) } ?? nil,
            "advice": step.advice.map { .string($0) } ?? nil,
        ]
    }

    private static func time(_ step: DiagnosisStep) -> String {
        guard let milliseconds = step.milliseconds else { return String(repeating: " ", count: 11) }
        let text = "\(milliseconds)"
        return String(repeating: " ", count: max(0, 8 - text.count)) + text + " ms"
    }

    private static func pad(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
