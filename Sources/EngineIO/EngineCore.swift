package import SocketIOProtocol

/// Drives one Engine.IO session: performs what its state machine decides, on transports and a timer.
@LoopActor
package final class EngineCore {
    package enum Event: Sendable, Equatable {
        indirect case opened(Handshake)
        /// The session never opened. The last event.
        indirect case openFailed(SocketIOError)
        case message(Message)
        case pinged
        /// The server answered the probe: the session is about to move there.
        case upgrading(TransportKind)
        case upgraded(TransportKind)
        indirect case upgradeFailed(SocketIOError)
        /// Nothing waits to be sent.
        case drained
        /// After `confirm()`: the server has read what was sent before.
        case confirmed
        /// The session is over. The last event.
        indirect case closed(CloseReason, SocketIOError?)
    }

    package typealias TransportFactory = @LoopActor (TransportKind, TransportConfiguration) -> any Transport

    private let configuration: EngineConfiguration
    /// The certificates in use: others than those of `configuration` where they have been changed since.
    private var tls: TLSContext?
    private let makeTransport: TransportFactory
    private var machine: EngineStateMachine
    private var transport: (any Transport)?
    private var probe: (any Transport)?
    private var handshake: Handshake?
    /// What was not sent before the end.
    private var lost = Load()
    private var onEvent: @LoopActor (Event) -> Void
    private var timer: LoopTimer?
    private var isFlushPlanned = false
    /// A handler may call the engine from inside an event.
    private let queue = ActionQueue<EngineStateMachine.Action>()

    package init(
        _ configuration: EngineConfiguration, makeTransport: @escaping TransportFactory = Transports.make,
        onEvent: @escaping @LoopActor (Event) -> Void
    ) {
        self.configuration = configuration
        tls = configuration.transport.tls
        self.makeTransport = makeTransport
        self.onEvent = onEvent
        var session = configuration.session
        if let memory = configuration.upgradeMemory { session.transports = memory.order(session.transports) }
        machine = EngineStateMachine(session)
    }

    /// The transport in use, once the session is open.
    package var transportKind: TransportKind? { handshake == nil ? nil : transport?.kind }

    /// What the connection in use is like, once the session is open.
    package var connectionInfo: ConnectionInfo? { handshake == nil ? nil : transport?.connectionInfo }

    /// Uses the certificates of `configuration` for the connections that are yet to be made.
    package func useTLS(of configuration: EngineConfiguration) {
        tls = configuration.transport.tls
        for transport in [transport, probe] { transport?.useTLS(tls) }
    }

    /// Whether nothing waits to be sent.
    package var isDrained: Bool { machine.isDrained }

    /// The messages that are not yet taken by the system, or over polling by the server.
    ///
    /// After the end: those that are lost, since nobody knows that they were taken.
    package var unsent: Load { machine.waitingLoad + lost + (transport?.unsent ?? Load()) }

    /// Whether the transport takes more at once.
    package var isWritable: Bool { machine.isWritable }

    package func open() {
        // It may be the last to use the loop, while it says its goodbye.
        EventLoop.shared.retain()
        timer = LoopTimer { self.deadlinePassed() }
        perform(machine.open(now: now))
    }

    /// Queues messages. They go out together before the loop waits again.
    ///
    /// - Parameters:
    ///   - compress: Whether they may be compressed, where the transport compresses messages of their size.
    ///   - isCounted: Whether they are among the messages of `unsent`.
    package func write(_ messages: [Message], compress: Bool = true, isCounted: Bool = true) {
        machine.write(messages, compress: compress, isCounted: isCounted)
        planFlush()
    }

    /// Asks for `.confirmed`, once nothing waits to be sent.
    package func confirm() { transport?.confirm() }

    /// Sends what is queued, says goodbye, then reports `.closed`.
    package func close() { perform(machine.close(now: now)) }

    /// Like `close()`, but nothing is reported any more. `completion` is called when the goodbye is said, or with the
    /// error for which it could not be.
    package func closeSilently(_ completion: @escaping @LoopActor (SocketIOError?) -> Void) {
        onEvent = { event in
            switch event {
            case .openFailed(let error): completion(error)
            case .closed(_, let error): completion(error)
            case .opened, .message, .pinged, .upgrading, .upgraded, .upgradeFailed, .drained, .confirmed: break
            }
        }
        close()
    }

    /// Drops everything; reports nothing.
    package func abort() {
        onEvent = { _ in }
        perform(machine.fail(.forcedClose, nil))
    }

    private var now: Duration { EventLoop.shared.now }

    private func planFlush() {
        guard !isFlushPlanned else { return }
        isFlushPlanned = true
        EventLoop.shared.atTurnEnd {
            self.isFlushPlanned = false
            self.perform(self.machine.flush())
        }
    }

    private func deadlinePassed() {
        let phase = (probe ?? transport)?.phase ?? .engine
        perform(machine.deadlinePassed(now: now, phase: phase))
    }

    // MARK: Performing

    private func perform(_ actions: [EngineStateMachine.Action]) {
        if queue.perform(actions, perform) { timer?.set(machine.deadline) }
    }

    private func perform(_ action: EngineStateMachine.Action) {
        // A handler may have ended the session before all was done of what had been decided.
        guard !machine.isClosed || action.isEnding else {
            if case .send(let packets) = action { for packet in packets { lost += packet.load } }
            return
        }
        switch action {
        case .openTransport(let kind): openTransport(kind)
        case .configureTransport(let handshake):
            self.handshake = handshake
            transport?.sessionID = handshake.sessionID
            transport?.maxPayload = handshake.maxPayload
        case .send(let packets): transport?.send(packets)
        case .closeTransport: transport?.close()
        case .abortTransport: dropTransport()
        case .openProbe(let kind): openProbe(kind)
        case .sendFirst(let packet): transport?.sendFirst(packet)
        case .sendProbe(let packet): probe?.send([packet])
        case .abortProbe: drop(&probe)
        case .pauseTransport:
            if let probe { onEvent(.upgrading(probe.kind)) }
            transport?.pause()
        case .resumeTransport: transport?.resume()
        case .adoptProbe: adoptProbe()
        case .opened(let handshake): report(.opened(handshake))
        case .openFailed(let error): finish(.openFailed(error))
        case .message(let message): onEvent(.message(message))
        case .pinged: onEvent(.pinged)
        case .upgraded(let kind): report(.upgraded(kind))
        case .upgradeFailed(let error): report(.upgradeFailed(error))
        case .drained: onEvent(.drained)
        case .closed(let reason, let error): finish(.closed(reason, error))
        }
    }

    private func openTransport(_ kind: TransportKind) {
        let transport = newTransport(kind)
        self.transport = transport
        transport.onEvent = { event in self.transportReported(event) }
        transport.open()
    }

    private func openProbe(_ kind: TransportKind) {
        let probe = newTransport(kind)
        self.probe = probe
        probe.sessionID = handshake?.sessionID
        probe.maxPayload = handshake?.maxPayload
        probe.onEvent = { event in self.probeReported(event) }
        probe.open()
    }

    private func newTransport(_ kind: TransportKind) -> any Transport {
        var configuration = configuration.transport(kind)
        configuration.tls = tls
        return makeTransport(kind, configuration)
    }

    private func adoptProbe() {
        drop(&transport)
        transport = probe
        probe = nil
        transport?.onEvent = { event in self.transportReported(event) }
    }

    private func dropTransport() {
        if let transport { lost += transport.unsent }
        drop(&transport)
    }

    private func drop(_ transport: inout (any Transport)?) {
        transport?.onEvent = { _ in }
        transport?.abort()
        transport = nil
    }

    private func report(_ event: Event) {
        configuration.upgradeMemory?.note(event, on: transport?.kind)
        onEvent(event)
    }

    private func finish(_ event: Event) {
        configuration.upgradeMemory?.note(event, on: transport?.kind)
        drop(&probe)
        dropTransport()
        timer = nil
        let report = onEvent
        onEvent = { _ in }
        report(event)
        EventLoop.shared.release()
    }

    private func transportReported(_ event: TransportEvent) {
        switch event {
        case .opened: break
        case .packet(let packet):
            if !queue.isPerforming, let message = machine.message(in: packet) { return onEvent(.message(message)) }
            perform(machine.received(packet, now: now, progress: transport?.progress))
        case .drained: perform(machine.transportDrained())
        case .confirmed: onEvent(.confirmed)
        case .paused(let unsent): perform(machine.transportPaused(unsent: unsent))
        case .closed(let error): perform(machine.transportClosed(error))
        }
    }

    private func probeReported(_ event: TransportEvent) {
        switch event {
        case .opened: perform(machine.probeOpened())
        case .packet(let packet): perform(machine.probeReceived(packet))
        case .closed(let error): perform(machine.probeClosed(error))
        case .drained, .confirmed, .paused: break
        }
    }
}
