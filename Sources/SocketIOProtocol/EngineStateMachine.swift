/// One Engine.IO session: opening, heartbeat, the upgrade, closing. Events in, actions out.
///
/// Time is a duration since an arbitrary start. After each event the driver performs the actions in order and sets its
/// timer to `deadline`.
package struct EngineStateMachine: ~Copyable {
    package struct Configuration: Sendable {
        /// The first opens the session; the others are candidates for the upgrade.
        package var transports: [TransportKind]
        package var upgrade: Bool
        /// While opening, a transport that fails is followed by the next one.
        package var tryAllTransports: Bool
        /// From opening to the handshake; nil for ever.
        package var openTimeout: Duration?
        /// For the whole upgrade.
        package var upgradeTimeout: Duration
        /// From `close()` to the end.
        package var closeTimeout: Duration

        package init(
            transports: [TransportKind] = [.polling, .websocket], upgrade: Bool = true,
            tryAllTransports: Bool = false, openTimeout: Duration? = .seconds(20),
            upgradeTimeout: Duration = .seconds(10), closeTimeout: Duration = .seconds(10)
        ) {
            self.transports = transports
            self.upgrade = upgrade
            self.tryAllTransports = tryAllTransports
            self.openTimeout = openTimeout
            self.upgradeTimeout = upgradeTimeout
            self.closeTimeout = closeTimeout
        }
    }

    package enum Action: Equatable, Sendable {
        case openTransport(TransportKind)
        /// The session's id and limits are known: the transport needs them before its next request.
        indirect case configureTransport(Handshake)
        case send([EnginePacket])
        /// Ahead of what the transport was given and has not sent.
        case sendFirst(EnginePacket)
        case closeTransport
        case abortTransport
        case openProbe(TransportKind)
        case sendProbe(EnginePacket)
        case abortProbe
        /// Let the transport finish the requests under way and start no other.
        case pauseTransport
        case resumeTransport
        /// The probe becomes the transport; the paused one is dropped.
        case adoptProbe

        indirect case opened(Handshake)
        indirect case openFailed(SocketIOError)
        case message(Message)
        case pinged
        case upgraded(TransportKind)
        indirect case upgradeFailed(SocketIOError)
        /// Nothing waits to be sent.
        case drained
        indirect case closed(CloseReason, SocketIOError?)

        /// Whether it belongs to the end of a session.
        package var isEnding: Bool {
            switch self {
            case .abortTransport, .abortProbe, .openFailed, .closed: true
            default: false
            }
        }
    }

    private enum State {
        case idle
        case opening(deadline: Duration?)
        case open(Session)
        /// Sends what is waiting, then says goodbye.
        case closing(deadline: Duration, isSayingGoodbye: Bool)
        case closed
    }

    private struct Session {
        let handshake: Handshake
        var heartbeatDeadline: Duration
        var upgrade: Upgrade?
        private var stall: (progress: Int, since: Duration)?

        init(handshake: Handshake, now: Duration) {
            self.handshake = handshake
            heartbeatDeadline = now + handshake.heartbeat
        }

        /// A ping came, by which time the transport had sent `progress` bytes; nil if nothing waits.
        ///
        /// - Returns: Whether there was progress within a heartbeat.
        mutating func noteHeartbeat(_ progress: Int?, now: Duration) -> Bool {
            heartbeatDeadline = now + handshake.heartbeat
            if let stall, stall.progress == progress { return now - stall.since < handshake.heartbeat }
            stall = progress.map { ($0, now) }
            return true
        }
    }

    private struct Upgrade {
        enum Step {
            /// The probe was opened; its pong is awaited.
            case probing
            /// The pong came: the transport finishes what is under way. All other packets belong to the new one.
            case pausing
        }

        let transport: TransportKind
        let deadline: Duration
        var step = Step.probing

        /// What is to be done when it is given up.
        var abandoning: [Action] { step == .pausing ? [.abortProbe, .resumeTransport] : [.abortProbe] }
    }

    private let configuration: Configuration
    private var state = State.idle
    private var transport: TransportKind?
    /// The transports behind the one in use: what it can be upgraded to or, while opening, replaced by.
    private var untried: ArraySlice<TransportKind> = []
    /// Why the transports before the one in use could not open the session.
    private var failures: [String] = []
    private var waiting: [EnginePacket] = []
    /// The pongs that go out ahead of what waits.
    private var waitingPongs: [EnginePacket] = []
    /// The transport has packets that it did not report as taken.
    private var isSending = false
    /// The messages that no transport was given.
    package private(set) var waitingLoad = Load()

    package init(_ configuration: Configuration) { self.configuration = configuration }

    /// Whether nothing waits to be sent.
    package var isDrained: Bool { isEmpty && !isSending }

    private var isEmpty: Bool { waiting.isEmpty && waitingPongs.isEmpty }

    /// Whether the transport takes more at once.
    package var isWritable: Bool {
        if case .open(let session) = state { !isSending && session.upgrade?.step != .pausing } else { false }
    }

    package var isClosed: Bool { if case .closed = state { true } else { false } }

    // MARK: What is asked of it

    package mutating func open(now: Duration) -> [Action] {
        guard case .idle = state else { return [] }
        untried = configuration.transports[...]
        guard let first = untried.popFirst() else {
            state = .closed
            return [.openFailed(SocketIOError(.invalidArgument, "No transports available", phase: .options))]
        }
        transport = first
        state = .opening(deadline: configuration.openTimeout.map { now + $0 })
        return [.openTransport(first)]
    }

    /// The transport did not open the session: the next one has its turn, if there is one.
    private mutating func openingFailed(_ reason: CloseReason, _ error: SocketIOError?) -> [Action] {
        guard configuration.tryAllTransports, let failed = transport, let next = untried.popFirst() else {
            return fail(reason, error)
        }
        failures.append("\(failed.rawValue): \(error?.message ?? reason.rawValue)")
        transport = next
        return [.abortTransport, .openTransport(next)]
    }

    /// Queues packets; `flush()` sends them. After `close()` it is too late.
    ///
    /// - Parameter isCounted: Whether they are among the messages of `unsent`.
    package mutating func write(_ messages: [Message], compress: Bool = true, isCounted: Bool = true) {
        switch state {
        case .idle, .opening, .open:
            for message in messages {
                let packet = EnginePacket.message(message, compress: compress, isCounted: isCounted)
                waiting.append(packet)
                waitingLoad += packet.load
            }
        case .closing, .closed: break
        }
    }

    /// Sends what waits, if the transport is free to take it.
    package mutating func flush() -> [Action] {
        guard !isSending, !isEmpty else { return [] }
        switch state {
        case .open(let session) where session.upgrade?.step != .pausing: break
        case .closing(_, isSayingGoodbye: false): break
        default: return []
        }
        return [.send(takeWaiting())]
    }

    package mutating func close(now: Duration) -> [Action] {
        switch state {
        case .idle, .closed:
            state = .closed
            return []
        case .opening:
            state = .closed
            return [.abortTransport, .closed(.forcedClose, nil)]
        case .closing:
            return []
        case .open(let session):
            state = .closing(deadline: now + configuration.closeTimeout, isSayingGoodbye: false)
            return (session.upgrade?.abandoning ?? []) + finishOrFlush()
        }
    }

    /// Ends the session at once, because what came cannot be understood.
    package mutating func fail(_ reason: CloseReason, _ error: SocketIOError?) -> [Action] {
        let before = state
        state = .closed
        switch before {
        case .idle, .closed:
            return []
        case .opening:
            var error = error ?? SocketIOError(.connectFailed, reason.rawValue, phase: .engine)
            if !failures.isEmpty { error.message += " (before it, \(failures.joined(separator: "; ")))" }
            return [.abortTransport, .openFailed(error)]
        case .closing:
            return [.abortTransport, .closed(.forcedClose, nil)]
        case .open(let session):
            let probe: [Action] = session.upgrade == nil ? [] : [.abortProbe]
            return probe + [.abortTransport, .closed(reason, error)]
        }
    }

    // MARK: What the transport reports

    /// The message in `packet`, if to hand it on is all there is to do. It happens most, and needs no list of actions.
    package func message(in packet: EnginePacket) -> Message? {
        guard case .open = state, packet.kind == .message else { return nil }
        return packet.data
    }

    /// - Parameter progress: How many bytes of what it was given the transport has sent; nil if nothing waits.
    package mutating func received(
        _ packet: EnginePacket, now: @autoclosure () -> Duration, progress: @autoclosure () -> Int? = nil
    ) -> [Action] {
        switch state {
        case .idle, .closed:
            return []
        case .closing:
            if packet.kind == .message { return [.message(packet.data)] }
            return packet.kind == .close ? fail(.forcedClose, nil) : []
        case .opening:
            return receivedWhileOpening(packet, now: now())
        case .open(var session):
            switch packet.kind {
            case .ping:
                let hasProgress = session.noteHeartbeat(progress(), now: now())
                state = .open(session)
                // Only a server that goes on to ping can do so: it reads nothing of what is sent, the pongs among it.
                guard hasProgress else {
                    return fail(.transportError, .stalled(for: session.handshake.heartbeat, on: transport))
                }
                let pong = EnginePacket(.pong, packet.data)
                // Behind all that a slow connection still has to take, it could come too late for the server.
                if isSending && session.upgrade?.step != .pausing { return [.pinged, .sendFirst(pong)] }
                waitingPongs.append(pong)
                return [.pinged] + flush()
            case .message: return [.message(packet.data)]
            case .close:
                var error = SocketIOError(.disconnected, "transport closed by the server", phase: .engine)
                error.transport = transport
                return fail(.transportClose, error)
            case .noop, .pong, .upgrade: return []
            case .open:
                return fail(.parseError, SocketIOError(.protocolViolation, "a second handshake came", phase: .engine))
            }
        }
    }

    private mutating func receivedWhileOpening(_ packet: EnginePacket, now: Duration) -> [Action] {
        guard packet.kind == .open else {
            return openingFailed(
                .transportError,
                SocketIOError(.protocolViolation, "server error: a packet came before the handshake", phase: .engine))
        }
        do {
            let handshake = try Handshake(parsing: packet.data.bytes)
            var session = Session(handshake: handshake, now: now)
            var actions: [Action] = [.configureTransport(handshake), .opened(handshake)]
            let candidate = handshake.upgrades.first { untried.contains($0) }
            if configuration.upgrade, transport == .polling, let candidate {
                session.upgrade = Upgrade(transport: candidate, deadline: now + configuration.upgradeTimeout)
                actions.append(.openProbe(candidate))
            }
            state = .open(session)
            return actions + flush()
        } catch {
            return openingFailed(.transportError, error)
        }
    }

    package mutating func transportDrained() -> [Action] {
        isSending = false
        switch state {
        case .open:
            let actions = flush()
            return actions.isEmpty && isEmpty ? [.drained] : actions
        case .closing:
            return finishOrFlush()
        case .idle, .opening, .closed:
            return []
        }
    }

    /// - Parameter unsent: What was given to the transport and is not on its way.
    package mutating func transportPaused(unsent: some Collection<EnginePacket>) -> [Action] {
        // Otherwise the upgrade was given up in the meantime.
        guard case .open(var session) = state, let upgrade = session.upgrade, upgrade.step == .pausing else {
            return []
        }
        session.upgrade = nil
        state = .open(session)
        transport = upgrade.transport
        let packets = [EnginePacket(.upgrade)] + unsent + takeWaiting()
        return [.adoptProbe, .send(packets), .upgraded(upgrade.transport)]
    }

    package mutating func transportClosed(_ error: SocketIOError?) -> [Action] {
        switch state {
        case .closing:
            state = .closed
            return [.closed(.forcedClose, nil)]
        default:
            // A WebSocket that just ends is closed; a poll that just ends has failed. So says Node.
            let isOrderly = error == nil || (transport == .websocket && error?.code == .disconnected)
            let reason = isOrderly ? CloseReason.transportClose : .transportError
            if case .opening = state { return openingFailed(reason, error) }
            return fail(reason, error)
        }
    }

    // MARK: What the probe reports

    package mutating func probeOpened() -> [Action] {
        guard case .open(let session) = state, session.upgrade?.step == .probing else { return [] }
        return [.sendProbe(EnginePacket(.ping, text: "probe"))]
    }

    package mutating func probeReceived(_ packet: EnginePacket) -> [Action] {
        guard case .open(var session) = state, session.upgrade?.step == .probing else { return [] }
        guard packet == EnginePacket(.pong, text: "probe") else {
            return probeFailed(
                SocketIOError(.protocolViolation, "the server did not answer the probe", phase: .engine))
        }
        session.upgrade?.step = .pausing
        state = .open(session)
        return [.pauseTransport]
    }

    package mutating func probeClosed(_ error: SocketIOError?) -> [Action] {
        probeFailed(error ?? SocketIOError(.disconnected, "the connection was closed", phase: .websocket))
    }

    private mutating func probeFailed(_ error: SocketIOError) -> [Action] {
        guard case .open(var session) = state, let upgrade = session.upgrade else { return [] }
        session.upgrade = nil
        state = .open(session)
        var error = error
        error.message = "probe error: \(error.message)"
        error.transport = upgrade.transport
        return upgrade.abandoning + [.upgradeFailed(error)] + flush()
    }

    // MARK: Time

    /// When `deadlinePassed` has to be called.
    package var deadline: Duration? {
        switch state {
        case .idle, .closed: nil
        case .opening(let deadline): deadline
        case .open(let session): min(session.heartbeatDeadline, session.upgrade?.deadline ?? session.heartbeatDeadline)
        case .closing(let deadline, _): deadline
        }
    }

    /// - Parameter phase: What the transport (while opening) or the probe was waiting for.
    package mutating func deadlinePassed(now: Duration, phase: SocketIOError.Phase) -> [Action] {
        guard let deadline, now >= deadline else { return [] }
        if case .open(let session) = state {
            if now >= session.heartbeatDeadline {
                return fail(
                    .pingTimeout, SocketIOError(.timedOut, "ping timeout", phase: .engine, transport: transport))
            }
            return probeFailed(.timeout(after: configuration.upgradeTimeout, in: phase))
        }
        return fail(.transportError, .timeout(after: configuration.openTimeout, in: phase, transport: transport))
    }

    // MARK: Parts

    private mutating func takeWaiting() -> [EnginePacket] {
        isSending = true
        waitingLoad = Load()
        defer {
            waiting = []
            waitingPongs = []
        }
        return waitingPongs.isEmpty ? waiting : waitingPongs + waiting
    }

    /// While closing: sends what waits; when nothing does, says goodbye.
    private mutating func finishOrFlush() -> [Action] {
        guard case .closing(let deadline, isSayingGoodbye: false) = state else { return [] }
        if isSending { return [] }
        if !isEmpty { return flush() }
        state = .closing(deadline: deadline, isSayingGoodbye: true)
        return [.closeTransport]
    }
}
