import SocketIOProtocol
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ManagerRandomTests {
    @Test(.timeLimit(.minutes(2))) func keepsTheRules() { checkRandomEvents(ManagerModel.self) }
}

private final class ManagerModel: RandomModel {
    private enum Engine { case none, opening, open }

    var random: SeededGenerator
    var log = EventLog()
    private let configuration: ManagerStateMachine.Configuration
    private var machine: ManagerStateMachine
    private var now = Duration.zero
    private var engine = Engine.none
    /// Somebody wants the connection, and it was not given up.
    private var isWanted = false
    private var attempts = 0

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        configuration = ManagerStateMachine.Configuration(
            reconnection: seed % 8 != 0, reconnectionAttempts: seed % 3 == 0 ? Int(seed % 7) : nil,
            reconnectionDelay: .milliseconds(Int.random(in: 0..<3000, using: &random)))
        machine = ManagerStateMachine(configuration)
    }

    func step() {
        let number = Double.random(in: 0..<1, using: &random)
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<4:
            isWanted = true
            perform("open") { manager, _ in manager.open() }
        case 4..<8: if engine == .opening { opened() }
        case 8..<11: if engine == .opening { openFailed(number) }
        case 11..<14:
            if engine == .open {
                engine = .none
                perform("closed") { $0.engineClosed(.transportClose, nil, now: $1, random: number) }
            }
        case 14: perform("give up") { $0.giveUpEngine(.parseError, .sample, now: $1, random: number) }
        case 15 where chance(30):
            isWanted = false
            attempts = 0
            perform("close") { manager, _ in manager.close() }
        default:
            now += .milliseconds(Int.random(in: 0..<6000, using: &random))
            passDeadline()
        }
        checkPlan()
    }

    private func opened() {
        engine = .open
        attempts = 0
        perform("opened") { manager, _ in manager.engineOpened() }
    }

    private func openFailed(_ number: Double) {
        engine = .none
        perform("open failed") { $0.engineOpenFailed(.sample, now: $1, random: number) }
    }

    private func passDeadline() {
        guard let deadline = machine.deadline, deadline <= now else { return }
        perform("deadline") { $0.deadlinePassed(now: $1) }
        check(engine == .opening, "the planned attempt is not made")
    }

    private func checkPlan() {
        check(machine.isOpen == (engine == .open), "isOpen is wrong")
        guard engine == .none, isWanted, configuration.reconnection else {
            return check(machine.deadline == nil, "an attempt is planned that nobody wants")
        }
        guard let deadline = machine.deadline else { return check(false, "no attempt is planned") }
        check(deadline <= now + configuration.reconnectionDelayMax, "the attempt is planned too late")
    }

    /// The server stays away; then nobody wants it any more.
    func finish() {
        for _ in 0..<20 where engine != .open {
            now += configuration.reconnectionDelayMax
            passDeadline()
            if engine == .opening { openFailed(0.99) }
            checkPlan()
        }
        let hasEnd = configuration.reconnection && configuration.reconnectionAttempts != nil
        check(engine == .open || !isWanted || !hasEnd, "it tries for ever")
        isWanted = false
        perform("close") { manager, _ in manager.close() }
        check(engine == .none && machine.deadline == nil && machine.isOpen == false, "it is not closed")
    }

    private func perform(
        _ event: String, _ body: (inout ManagerStateMachine, Duration) -> [ManagerStateMachine.Action]
    ) {
        let actions = body(&machine, now)
        log.add(event, actions)
        for action in actions { perform(action) }
    }

    private func perform(_ action: ManagerStateMachine.Action) {
        switch action {
        case .openEngine:
            check(engine == .none && isWanted, "an engine is opened that nobody needs")
            engine = .opening
        case .closeEngine:
            check(engine != .none, "there is no engine to close")
            engine = .none
        case .notify(.reconnectAttempt(let number)):
            attempts += 1
            check(number == attempts, "attempt \(attempts) has the number \(number)")
        case .notify(.reconnectFailed):
            check(attempts == configuration.reconnectionAttempts, "it has given up after \(attempts) attempts")
            attempts = 0
            isWanted = false
        case .engineOpened, .connectError, .engineClosed, .notify: break
        }
    }
}
