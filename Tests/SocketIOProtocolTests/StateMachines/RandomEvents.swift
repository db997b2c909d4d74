import Testing
import TestSupport

/// Runs a model with one sequence of random events after the other, and reports the first that breaks a rule.
func checkRandomEvents<Model: RandomModel>(_ type: Model.Type, sequences: UInt64 = 20_000, events: Int = 80) {
    func run(_ seed: UInt64, isRecording: Bool) -> EventLog {
        let model = Model(seed: seed)
        model.log.isRecording = isRecording
        for _ in 0..<Int.random(in: 1...events, using: &model.random) where model.log.problem == nil { model.step() }
        if model.log.problem == nil { model.finish() }
        return model.log
    }
    for seed in 0..<sequences where run(seed, isRecording: false).problem != nil {
        // The same again, to tell what has happened.
        let log = run(seed, isRecording: true)
        Issue.record("seed \(seed): \(log.problem ?? ""), after\n\(log.lines.joined(separator: "\n"))")
        return
    }
}

/// A state machine, and what its driver and its peer know.
protocol RandomModel: AnyObject {
    init(seed: UInt64)
    var random: SeededGenerator { get set }
    var log: EventLog { get set }
    /// Lets one random thing happen.
    func step()
    /// Brings everything to its end.
    func finish()
}

extension RandomModel {
    func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    func check(_ isFulfilled: Bool, _ rule: String) {
        if !isFulfilled, log.problem == nil { log.problem = rule }
    }
}

struct EventLog {
    var isRecording = false
    var lines: [String] = []
    var problem: String?

    mutating func add(_ event: String, _ actions: [some Any] = [String]()) {
        guard isRecording else { return }
        lines.append("\(event) -> \(actions.map { "\($0)" }.joined(separator: ", "))")
    }
}
