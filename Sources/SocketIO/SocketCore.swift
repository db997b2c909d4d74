import EngineIO
import Logging
import SocketIOProtocol
import Synchronization

/// A namespace on the loop: drives its state machine and calls the listeners.
@LoopActor
final class SocketCore {
    /// Not the closure itself: of one that a generic table holds, each call would make another closure.
    struct Handler: Sendable {
        let body: @Sendable (IncomingEvent) throws -> Void

        init(_ body: @escaping @Sendable (IncomingEvent) throws -> Void) { self.body = body }
    }

    struct Snapshot {
        var id: String?
        var isActive = false
        var isRecovered = false
    }

    struct Emission: Sendable {
        var packet: OutgoingPacket
        /// Of the acknowledgement that the packet asks for.
        var ackID: UInt64?
        /// Whether somebody waits for that, and not only the option `retries`.
        var isAwaited = false
        var ackTimeout: Duration?
        var isVolatile = false
        /// There is no room for it unless others are dropped.
        var needsRoom = false
    }

    /// The end of a shutdown, among the connection's own events: for the library alone.
    nonisolated static let shutdownEvent = "shutdown"

    nonisolated let namespace: String
    /// What other threads may see of `state`.
    nonisolated let snapshot = Locked(Snapshot())
    nonisolated let nextAckID = Atomic<UInt64>(0)
    nonisolated let auth: Locked<Auth?>
    nonisolated let retries: Int?
    nonisolated let ackTimeout: Duration?

    nonisolated let listeners = ListenerTable<Handler>()
    nonisolated let anyListeners = ListenerTable<Handler>()
    nonisolated let anyOutgoingListeners = ListenerTable<@Sendable (BufferedEvent) -> Void>()
    nonisolated let lifecycleListeners = ListenerTable<@Sendable (any Sendable) throws -> Void>()

    private nonisolated let manager: ManagerCore
    nonisolated var meter: SendMeter { manager.meter }
    private var machine: SocketStateMachine
    private let queue = ActionQueue<SocketStateMachine.Action>()
    private var state = Snapshot() { didSet { snapshot.withLock { [state] in $0 = state } } }
    private var acks: [UInt64: Completion<Arguments>] = [:]
    /// Those who wait for the connection.
    private var waiters: [Completion<Void>] = []
    private var timer: LoopTimer?
    /// What the meter knows of the buffers, and of the event that is on its way there.
    private var metered = Load()
    /// Counts the connections, so that the answer of an `auth` that comes late is not taken for the next one's.
    private var authRound = 0

    nonisolated init(
        namespace: String, manager: ManagerCore, connectTimeout: Duration?, options: SocketOptions
    ) {
        self.namespace = namespace
        self.manager = manager
        auth = Locked(options.auth)
        retries = options.retries
        ackTimeout = options.ackTimeout ?? options.retries.map { _ in SocketOptions.retryTimeout }
        machine = SocketStateMachine(
            namespace: namespace, connectTimeout: connectTimeout, retries: options.retries ?? 0)
        EventLoop.shared.post { manager.add(self) }
    }

    nonisolated func post(_ work: @escaping @LoopActor @Sendable () -> Void) { EventLoop.shared.post(work) }

    var isActive: Bool { machine.isActive }
    var isOnItsWay: Bool { machine.isOnItsWay }
    var isConnected: Bool { machine.isConnected }
    var hasBuffered: Bool { machine.hasBuffered }
    private var now: Duration { EventLoop.shared.now }

    // MARK: What the user asks

    func connect() { perform(machine.connect()) }

    func disconnect() {
        perform(machine.disconnect(now: now))
        endWaiting(.failure(SocketIOError(.disconnected, CloseReason.clientDisconnect.rawValue, phase: .namespace)))
    }

    func waitUntilConnected(_ completion: @escaping Completion<Void>) {
        if machine.isConnected { return completion(.success(())) }
        waiters.append(completion)
        connect()
    }

    private func endWaiting(_ result: Result<Void, SocketIOError>) {
        let ended = waiters
        waiters = []
        for waiter in ended { waiter(result) }
    }

    func emit(_ emission: Emission, completion: Completion<Arguments>? = nil) {
        if emission.needsRoom {
            while meter.isFull, machine.hasUnsentBuffered { perform(machine.dropOldestBuffered()) }
            if meter.isFull {
                meter.change(by: Load() - emission.packet.load)
                completion?(.failure(.tooMuchWaits))
                return
            }
        }
        if let id = emission.ackID { acks[id] = completion }
        let deadline = emission.ackTimeout.map { now + $0 }
        if retries == nil, !emission.isVolatile, machine.sends(ackID: emission.ackID, ackDeadline: deadline) {
            notifyOutgoing([emission.packet])
            manager.send(emission.packet, isMetered: true)
            if deadline != nil { updateTimer() }
            return
        }
        // Counted already. Twice at no time: others would be refused for it.
        metered += emission.packet.load
        if retries != nil, !emission.isVolatile, let id = emission.ackID, let timeout = emission.ackTimeout {
            return perform(
                machine.enqueue(
                    emission.packet, ackID: id, isAwaited: emission.isAwaited, ackTimeout: timeout, now: now))
        }
        perform(
            machine.emit(
                emission.packet, ackID: emission.ackID, ackDeadline: deadline, isVolatile: emission.isVolatile,
                isWritable: manager.isWritable))
    }

    /// For an event that nobody awaits the acknowledgement of.
    func reportFailure(_ result: Result<Arguments, SocketIOError>) {
        if case .failure(let error) = result { manager.report(error) }
    }

    func cancelAck(_ id: UInt64) {
        acks[id] = nil
        perform(machine.forgetAck(id, now: now))
    }

    /// An answer to the server: it belongs to the connection on which it was asked.
    nonisolated func respond(_ packet: ParserPacket, on id: String?) throws(SocketIOError) {
        let packet = try encode(packet)
        EventLoop.shared.post {
            guard id != nil, self.state.id == id else { return }
            self.manager.send(packet)
        }
    }

    /// On the thread that emits.
    nonisolated func encode(_ packet: ParserPacket) throws(SocketIOError) -> OutgoingPacket {
        do {
            return try OutgoingPacket(packet, by: manager.parser)
        } catch {
            throw SocketIOError(.codingFailed, "the parser cannot encode a packet: \(CodingFailure.text(of: error))")
        }
    }

    private func sendControl(_ packet: ParserPacket) {
        do {
            manager.sendControl(try encode(packet))
        } catch {
            manager.report(error)
        }
    }

    var sendBuffer: [BufferedEvent] { machine.bufferedPackets.compactMap(BufferedEvent.init) }
    var receiveBuffer: [BufferedEvent] { machine.receivedEarly.compactMap(BufferedEvent.init) }
    func clearSendBuffer() { perform(machine.dropBuffered()) }
    func setConnectTimeout(_ timeout: Duration?) { machine.connectTimeout = timeout }

    // MARK: Listeners

    /// Adds a listener for an event of the server's.
    nonisolated func addListener(
        _ name: String, isOnce: Bool = false, _ body: @escaping @Sendable (IncomingEvent) throws -> Void
    ) -> Listener {
        if EventName.isReserved(name) { post { self.manager.report(.neverSent(name)) } }
        return listeners.add(name, isOnce: isOnce, Handler(body))
    }

    private func notify(_ name: String, _ value: any Sendable = ()) {
        for handler in lifecycleListeners.take(name) { manager.call(name) { try handler(value) } }
    }

    private func deliver(_ packet: Packet) {
        guard let first = packet.data?.root.elements.first else { return }
        let name = first.asString ?? first.value(attachments: []).description
        let anyHandlers = anyListeners.take()
        let handlers = listeners.take(name)
        guard !anyHandlers.isEmpty || !handlers.isEmpty else { return }
        var ack: Ack?
        if let id = packet.id {
            let connection = state.id
            ack = Ack(namespace: namespace, id: id) { [self] packet throws(SocketIOError) in
                try respond(packet, on: connection)
            }
        }
        let event = IncomingEvent(name: name, arguments: Arguments(packet), ack: ack)
        for handler in anyHandlers { manager.call(name) { try handler.body(event) } }
        for handler in handlers { manager.call(name) { try handler.body(event) } }
    }

    private func send(_ packets: [OutgoingPacket]) {
        notifyOutgoing(packets)
        for packet in packets { manager.send(packet) }
    }

    private func notifyOutgoing(_ packets: [OutgoingPacket]) {
        guard !anyOutgoingListeners.isEmpty else { return }
        for event in packets.compactMap(BufferedEvent.init) {
            for handler in anyOutgoingListeners.take() { handler(event) }
        }
    }

    /// Removes all listeners, from any thread.
    nonisolated func removeListeners() {
        listeners.removeAll()
        anyListeners.removeAll()
        anyOutgoingListeners.removeAll()
        lifecycleListeners.removeAll()
    }

    // MARK: What the manager reports

    func shutDown() {
        // Also where it was never connected.
        if !machine.isActive { perform(machine.disconnect(now: now)) }
        notify(Self.shutdownEvent)
    }
    func engineOpened() { perform(machine.engineOpened(now: now)) }
    func engineOpenFailed(_ error: SocketIOError, isLast: Bool) {
        perform(machine.engineOpenFailed(error, isLast: isLast))
    }
    func engineClosed(_ reason: CloseReason, _ error: SocketIOError?, isLast: Bool) {
        perform(machine.engineClosed(reason, error, isLast: isLast))
    }
    func received(_ packet: Packet) {
        if machine.delivers(packet) { deliver(packet) } else { perform(machine.received(packet, now: now)) }
    }
    func giveUp() { perform(machine.giveUp()) }
    func managerOpens() {
        machine.managerOpens()
        perform([])
    }
    func managerClosed() {
        perform(machine.managerClosed())
        if machine.isActive, let end = machine.end { endWaiting(.failure(end)) }
    }

    /// Nobody can use this socket any more.
    func release() {
        perform(machine.release())
        notify(Self.shutdownEvent)
        endWaiting(.failure(SocketIOError(.disconnected, "socket has been released", phase: .namespace)))
        timer = nil
    }

    // MARK: Performing

    private func perform(_ actions: [SocketStateMachine.Action]) {
        let buffered = machine.buffered
        if buffered != metered {
            meter.change(by: buffered - metered)
            metered = buffered
        }
        // First: whoever is told of something may ask.
        if state.isActive != machine.isOnItsWay { state.isActive = machine.isOnItsWay }
        guard queue.perform(actions, perform) else { return }
        manager.continueShutdown()
        updateTimer()
    }

    private func updateTimer() {
        let deadline = machine.deadline
        if timer == nil, deadline != nil {
            timer = LoopTimer { [unowned self] in perform(machine.deadlinePassed(now: now)) }
        }
        timer?.set(deadline)
    }

    private func perform(_ action: SocketStateMachine.Action) {
        switch action {
        case .openManager: manager.open(for: self)
        case .becameInactive: manager.becameInactive()
        case .giveUpEngine(let error): manager.giveUpEngine(error, for: self)
        case .requestAuth: requestAuth()
        case .send(let packets): send(packets)
        case .sendControl(let packet): sendControl(packet)
        case .began(let id, let isRecovered):
            state = Snapshot(id: id, isActive: true, isRecovered: isRecovered)
        case .recoveryFailed(let reason):
            manager.logger.notice("the session was not recovered: \(reason)", metadata: ["namespace": "\(namespace)"])
        case .connected:
            notify("connect")
            endWaiting(.success(()))
        case .connectError(let error):
            notify("connect_error", error)
            endWaiting(.failure(error))
        case .disconnected(let reason, let error):
            state = Snapshot(isActive: machine.isOnItsWay)
            let isOfNamespace = reason == .clientDisconnect || reason == .serverDisconnect
            let unsent = isOfNamespace ? 0 : manager.unsentMessages
            notify("disconnect", Disconnection(reason: reason, error: error, unsent: unsent))
        case .event(let packet): deliver(packet)
        case .acknowledged(let id, let packet): acks.removeValue(forKey: id)?(.success(Arguments(packet)))
        case .ackFailed(let id, let error): acks.removeValue(forKey: id)?(.failure(error))
        }
    }

    private func requestAuth() {
        guard let auth = auth.withLock({ $0 }) else { return perform(machine.authProvided(Binary())) }
        authRound += 1
        let round = authRound
        Task(executorPreference: LoopTaskExecutor.shared) {
            do throws(SocketIOError) {
                let json = try await auth.json()
                EventLoop.shared.post { self.authEnded(round) { $0.authProvided(json) } }
            } catch {
                EventLoop.shared.post { self.authEnded(round) { $0.authFailed(error) } }
            }
        }
    }

    private func authEnded(
        _ round: Int, _ event: (inout SocketStateMachine) -> [SocketStateMachine.Action]
    ) {
        guard round == authRound else { return }
        perform(event(&machine))
    }
}

extension SocketIOError {
    /// Somebody listens for an event that no server sends.
    fileprivate static func neverSent(_ name: String) -> SocketIOError {
        let own = ["connect": ".connect", "disconnect": ".disconnect", "connect_error": ".connectError"][name]
        return SocketIOError(
            .reservedEventName,
            "no server sends the event \"\(name)\", which is reserved"
                + (own.map { ": on(\($0)) listens for the connection's own" } ?? ""))
    }
}
