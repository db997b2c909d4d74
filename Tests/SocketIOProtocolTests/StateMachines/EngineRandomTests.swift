import SocketIOProtocol
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct EngineRandomTests {
    @Test(.timeLimit(.minutes(2))) func keepsTheRules() { checkRandomEvents(EngineModel.self) }
}

/// Messages are numbered, so that one that is lost, doubled or overtaken is noticed.
private final class EngineModel: RandomModel {
    var random: SeededGenerator
    var log = EventLog()
    private var machine: EngineStateMachine
    private var now = Duration.zero
    private var written = 0
    private var sent = 0
    /// What was given to the transport since it was drained.
    private var given: [EnginePacket] = []
    private var isOpen = false
    private var hasEnded = false
    private var isClosing = false
    private var hasTransport = false
    private var wasOpened = false
    private var hasProbe = false
    private var isPaused = false

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        let transports: [[TransportKind]] = [[.polling, .websocket], [.polling], [.websocket], []]
        machine = EngineStateMachine(
            EngineStateMachine.Configuration(
                transports: transports[seed % 16 < 13 ? 0 : Int(seed % 16) - 12], tryAllTransports: seed % 3 == 0))
    }

    func step() {
        switch Int.random(in: 0..<40, using: &random) {
        case 0..<4: perform("open") { $0.open(now: $1) }
        case 4..<10: write()
        case 10..<16: perform("flush") { engine, _ in engine.flush() }
        case 16..<20: drain()
        case 20..<24: perform("handshake") { $0.received(EngineSample.openPacket, now: $1) }
        case 24, 25: perform("ping") { $0.received(EnginePacket(.ping), now: $1) }
        case 26, 27: perform("probe opened") { engine, _ in engine.probeOpened() }
        case 28, 29: perform("probe answered") { engine, _ in engine.probeReceived(EngineSample.probeAnswer) }
        case 30, 31: pause()
        case 32...36: pass(.milliseconds(Int.random(in: 0..<12_000, using: &random)))
        default: disturb()
        }
    }

    private func disturb() {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: perform("message") { $0.received(EngineSample.message("in"), now: $1) }
        case 1: perform("probe answered wrongly") { engine, _ in engine.probeReceived(EnginePacket(.noop)) }
        case 2: perform("probe closed") { engine, _ in engine.probeClosed(nil) }
        case 3: perform("second handshake") { $0.received(EngineSample.openPacket, now: $1) }
        case 4: perform("server closes") { $0.received(EnginePacket(.close), now: $1) }
        case 5: perform("transport closed") { engine, _ in engine.transportClosed(.sample) }
        case 6: perform("fail") { engine, _ in engine.fail(.parseError, nil) }
        case 7:
            isClosing = true
            perform("close") { $0.close(now: $1) }
        default: break
        }
    }

    private func write() {
        machine.write([.text("\(written)")])
        log.add("write \(written)")
        if !hasEnded, !isClosing { written += 1 }
    }

    private func drain() {
        given = []
        perform("drained") { engine, _ in engine.transportDrained() }
    }

    /// Any number of the last messages may be unsent.
    private func pause() {
        let unsent = given.suffix(Int.random(in: 0...given.count, using: &random))
        perform("paused, \(unsent.count) unsent") { engine, _ in
            let actions = engine.transportPaused(unsent: unsent)
            if actions.contains(.adoptProbe) { sent -= unsent.count }
            return actions
        }
    }

    private func pass(_ time: Duration) {
        now += time
        guard let deadline = machine.deadline, deadline <= now else { return }
        perform("deadline") { $0.deadlinePassed(now: $1, phase: .engine) }
        check(machine.deadline.map { $0 > now } ?? true, "a deadline stays in the past")
    }

    /// Whatever was written goes out if the session goes on; and it ends when it is told to.
    func finish() {
        if hasTransport, !isOpen { perform("handshake") { $0.received(EngineSample.openPacket, now: $1) } }
        if isOpen, !isClosing, !hasEnded {
            perform("probe closed") { engine, _ in engine.probeClosed(nil) }
            for _ in 0..<3 {
                perform("flush") { engine, _ in engine.flush() }
                drain()
            }
            check(sent == written, "a message is lost")
        }
        perform("close") { $0.close(now: $1) }
        for _ in 0..<4 { pass(.seconds(30)) }
        check(hasEnded || !wasOpened, "it does not end")
        check(machine.deadline == nil, "a deadline outlives it")
    }

    private func perform(
        _ event: String, _ body: (inout EngineStateMachine, Duration) -> [EngineStateMachine.Action]
    ) {
        let actions = body(&machine, now)
        log.add(event, actions)
        for action in actions {
            check(!hasEnded, "something happens after the end")
            perform(action)
        }
    }

    private func perform(_ action: EngineStateMachine.Action) {
        switch action {
        case .openTransport:
            check(!hasTransport, "there are two transports")
            check(!isOpen, "it opens again")
            hasTransport = true
            wasOpened = true
        case .abortTransport:
            check(hasTransport, "there is no transport")
            hasTransport = false
        case .send(let packets):
            check(hasTransport && !isPaused, "nobody is there to send")
            for packet in packets where packet.kind == .message {
                check(
                    packet.data == .text("\(sent)"), "message \(sent) is lost or overtaken by \(packet.data.bytes.text)"
                )
                sent += 1
                given.append(packet)
            }
        case .sendFirst(let packet):
            check(hasTransport && !isPaused, "nobody is there to send")
            check(packet.kind == .pong, "something overtakes")
        case .openProbe:
            check(!hasProbe, "there are two probes")
            hasProbe = true
        case .sendProbe: check(hasProbe, "there is no probe")
        case .abortProbe:
            check(hasProbe, "there is no probe")
            hasProbe = false
        case .adoptProbe:
            check(hasProbe && isPaused, "there is no probe to adopt")
            hasProbe = false
            isPaused = false
        case .pauseTransport:
            check(!isPaused, "it is paused already")
            isPaused = true
        case .resumeTransport:
            check(isPaused, "it is not paused")
            isPaused = false
        case .closeTransport: check(hasTransport && !isPaused && !hasProbe, "it cannot say goodbye")
        case .openFailed, .closed:
            check(!hasProbe, "a probe outlives it")
            hasEnded = true
        case .opened: isOpen = true
        case .configureTransport, .message, .pinged, .upgraded, .upgradeFailed, .drained:
            break
        }
    }
}
