import SocketIOProtocol
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct SocketRandomTests {
    @Test(.timeLimit(.minutes(2))) func keepsTheRules() { checkRandomEvents(SocketModel.self) }
}

/// A namespace, with a server that is as strict as Node's.
private final class SocketModel: RandomModel {
    private enum Server { case none, asked, joined }

    var random: SeededGenerator
    var log = EventLog()
    private var machine = SocketStateMachine(namespace: "/chat", connectTimeout: .seconds(20), retries: 1)
    private var now = Duration.zero
    private var hasEngine = false
    private var server = Server.none
    /// Between `began` and `disconnected`.
    private var isConnected = false
    /// The names of events that are to be sent yet, in order.
    private var unsent: [String] = []
    private var emitted: UInt64 = 0
    private var pending: Set<UInt64> = []
    /// The ids of events that are sent one at a time, in order, until they end.
    private var enqueued: [UInt64] = []
    /// Those of them whose answer nobody waits for.
    private var unawaited: Set<UInt64> = []
    /// Who asks before the first `connect` waits for that, unless there is a `disconnect`.
    private var wasWanted = false

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    func step() {
        switch Int.random(in: 0..<34, using: &random) {
        case 0..<3:
            wasWanted = true
            perform("connect") { socket, _ in socket.connect() }
        case 3:
            wasWanted = true
            perform("disconnect") { $0.disconnect(now: $1) }
        case 4..<9: emit()
        case 9..<12:
            hasEngine = true
            perform("engine opened") { $0.engineOpened(now: $1) }
        case 12: closeEngine()
        case 13:
            guard !hasEngine else { return }
            let isLast = chance(30)
            perform("open failed\(isLast ? ", at last" : "")") { socket, _ in
                socket.engineOpenFailed(.sample, isLast: isLast)
            }
        case 14..<17: if hasEngine { perform("auth") { socket, _ in socket.authProvided(Binary()) } }
        case 17: perform("auth failed") { socket, _ in socket.authFailed(.sample) }
        case 18..<23: if server == .asked { answer() }
        case 23: receive("event", SocketSample.event("in"))
        case 24: if server == .joined { expel() }
        case 25, 26: receive("ack", SocketSample.ack(UInt64.random(in: 0...emitted, using: &random)))
        case 27: forget()
        case 28: enqueue()
        case 29:
            guard !hasEngine else { return }
            perform("manager closed") { socket, _ in socket.managerClosed() }
        case 30:
            if !hasEngine {
                perform("manager opens") { socket, _ in
                    socket.managerOpens()
                    return []
                }
            }
        default: pass(.milliseconds(Int.random(in: 0..<15_000, using: &random)))
        }
        check(machine.isConnected == isConnected, "isConnected is wrong")
        checkNobodyWaits()
    }

    private func emit() {
        let id: UInt64? = chance(50) ? emitted : nil
        let isVolatile = chance(20)
        let name = "e\(emitted)"
        emitted += 1
        if let id { pending.insert(id) }
        if !isVolatile || isConnected { unsent.append(name) }
        let deadline = chance(60) ? now + .milliseconds(Int.random(in: 0..<40_000, using: &random)) : nil
        perform("emit \(name)\(isVolatile ? ", volatile" : "")") { socket, _ in
            socket.emit(
                SocketSample.outgoing(name, id: id), ackID: id, ackDeadline: deadline, isVolatile: isVolatile)
        }
    }

    private func enqueue() {
        let id = emitted
        emitted += 1
        pending.insert(id)
        enqueued.append(id)
        let timeout = Duration.milliseconds(Int.random(in: 1..<20_000, using: &random))
        let isAwaited = chance(50)
        if !isAwaited { unawaited.insert(id) }
        perform("enqueue q\(id)") {
            $0.enqueue(
                SocketSample.outgoing("q\(id)", id: id), ackID: id, isAwaited: isAwaited, ackTimeout: timeout, now: $1)
        }
    }

    private func checkNobodyWaits() {
        guard !machine.isOnItsWay, wasWanted else { return }
        check(pending.isSubset(of: unawaited), "\(pending.subtracting(unawaited)) wait for ever")
    }

    private func forget() {
        guard let id = pending.sorted().randomElement(using: &random) else { return }
        pending.remove(id)
        enqueued.removeAll { $0 == id }
        if !isConnected { unsent.removeAll { $0 == "e\(id)" } }
        perform("forget \(id)") { $0.forgetAck(id, now: $1) }
    }

    private func answer() {
        let isAccepted = chance(70)
        server = isAccepted ? .joined : .none
        receive(
            isAccepted ? "accepted" : "refused",
            isAccepted
                ? SocketSample.connectPacket() : Packet(.connectError, namespace: "/chat", data: json("{}")))
    }

    private func expel() {
        server = .none
        receive("expelled", Packet(.disconnect, namespace: "/chat"))
    }

    private func receive(_ event: String, _ packet: Packet) {
        if hasEngine { perform(event) { socket, _ in socket.received(packet) } }
    }

    private func closeEngine() {
        guard hasEngine else { return }
        hasEngine = false
        server = .none
        let isLast = chance(30)
        perform("engine closed\(isLast ? ", at last" : "")") { socket, _ in
            socket.engineClosed(.transportClose, nil, isLast: isLast)
        }
    }

    private func pass(_ time: Duration) {
        now += time
        guard let deadline = machine.deadline, deadline <= now else { return }
        perform("deadline") { $0.deadlinePassed(now: $1) }
        check(machine.deadline.map { $0 > now } ?? true, "a deadline stays in the past")
    }

    /// A connection, to see that everything goes out; then the end.
    func finish() {
        closeEngine()
        hasEngine = true
        perform("connect") { socket, _ in socket.connect() }
        now += .seconds(1)
        perform("engine opened") { $0.engineOpened(now: $1) }
        perform("auth") { socket, _ in socket.authProvided(Binary()) }
        check(server == .asked, "CONNECT is not sent")
        server = .joined
        receive("accepted", SocketSample.connectPacket())
        check(isConnected && unsent.isEmpty, "\(unsent) are lost")
        while let id = enqueued.first { receive("ack", SocketSample.ack(id)) }
        perform("disconnect") { $0.disconnect(now: $1) }
        perform("release") { socket, _ in socket.release() }
        check(pending.isEmpty, "the acknowledgements \(pending) never end")
        check(machine.deadline == nil, "a deadline outlives it")
    }

    private func perform(
        _ event: String, _ body: (inout SocketStateMachine, Duration) -> [SocketStateMachine.Action]
    ) {
        let actions = body(&machine, now)
        log.add(event, actions)
        for action in actions { perform(action) }
    }

    private func perform(_ action: SocketStateMachine.Action) {
        switch action {
        case .send(let packets): for packet in packets { send(packet.messages[0].bytes.text) }
        case .sendControl(let packet): send(DefaultParser().encode(packet)[0].bytes.text)
        case .giveUpEngine:
            // Others may use the engine still.
            if chance(50) { closeEngine() } else { perform("give up") { socket, _ in socket.giveUp() } }
        case .began:
            check(!isConnected && server == .joined, "it is not connected")
            isConnected = true
        case .disconnected:
            check(isConnected, "it was not connected")
            isConnected = false
        case .connected, .event: check(isConnected, "it is not connected")
        case .connectError: check(!isConnected, "it is connected")
        case .acknowledged(let id, _): end(id)
        case .ackFailed(let id, _):
            end(id)
            // Nothing that has failed is sent later.
            if !isConnected { unsent.removeAll { $0 == "e\(id)" } }
        case .becameInactive: checkNobodyWaits()
        case .openManager, .requestAuth, .recoveryFailed: break
        }
    }

    private func send(_ text: String) {
        check(hasEngine, "there is no engine")
        switch text {
        case "0/chat,":
            check(server == .none, "CONNECT is sent to a server that has one")
            server = .asked
        case "1/chat,":
            check(server == .joined, "DISCONNECT is sent to a server that has not answered")
            server = .none
        default:
            check(server == .joined, "an event is sent to a server that has not answered")
            if text.contains("\"q") {
                let id = enqueued.first.map { "\"q\($0)\"" } ?? "nothing"
                return check(text.contains(id), "\(id) is due, and not \(text)")
            }
            let name = unsent.isEmpty ? "nothing" : unsent.removeFirst()
            check(text.contains("\"\(name)\""), "\(name) is due, and not \(text)")
        }
    }

    private func end(_ id: UInt64) {
        check(pending.remove(id) != nil, "the acknowledgement \(id) ends again")
        enqueued.removeAll { $0 == id }
    }
}
