/// One namespace: its connection, the events that wait for it, the acknowledgements it owes. Events in, actions out.
package struct SocketStateMachine: ~Copyable {
    package enum Action: Equatable, Sendable {
        /// The namespace is to be connected: the manager opens its engine, or has it open already.
        case openManager
        /// The namespace is of no more concern; the manager may close.
        case becameInactive
        /// The namespace got no answer. The driver closes the engine, or calls `giveUp` where others still use it.
        indirect case giveUpEngine(SocketIOError)
        /// Evaluate `auth` and come back with `authProvided`.
        case requestAuth
        case send([OutgoingPacket])
        /// A CONNECT or a DISCONNECT.
        case sendControl(ParserPacket)

        /// The server's id of the connection. `connected` follows when what came and what waits has been dealt with.
        case began(id: String, isRecovered: Bool)
        /// The server has forgotten the session, and what it sent meanwhile; with the reason, as far as it is known.
        case recoveryFailed(String)
        case connected
        indirect case connectError(SocketIOError)
        indirect case disconnected(CloseReason, SocketIOError?)
        case event(Packet)
        case acknowledged(id: UInt64, Packet)
        indirect case ackFailed(id: UInt64, SocketIOError)
    }

    private enum State: Equatable {
        case inactive
        /// Wants to be connected; the engine is not open.
        case waiting
        case authenticating(deadline: Duration?)
        case connecting(deadline: Duration?)
        case connected
    }

    package let namespace: String
    /// From the opened engine to the server's answer; nil for ever.
    package var connectTimeout: Duration?
    private var state = State.inactive
    private var sendBuffer = SendBuffer()
    private var receiveBuffer: [Packet] = []
    private var pendingAcks: Set<UInt64> = []
    private var ackDeadlines = DeadlineQueue()
    private var retryQueue: RetryQueue
    /// Why the namespace is not connected and will not be by itself. Nil before the first `connect`, too.
    package private(set) var end: SocketIOError?
    /// Of the last attempt to connect.
    private var failure: SocketIOError?
    /// What the server's connection state recovery wants to be told: its private id of the session, and the last event
    /// that came. Nil where it offers none.
    private var recovery: (sessionID: String, offset: String?)?
    /// A CONNECT was sent on this engine and is not answered. Until then the server takes a DISCONNECT or a second
    /// CONNECT of this namespace for a fault, and closes the engine.
    private var isAnswerDue = false
    /// When a CONNECT may be sent on this engine after a DISCONNECT. Node's server acts on a DISCONNECT only after it has
    /// looked at all that came with it, and takes a CONNECT among that for a fault, too.
    private var earliestConnect: Duration?
    private static let pauseAfterDisconnect = Duration.milliseconds(100)

    /// - Parameter retries: How often an event given to `enqueue` is sent again.
    package init(namespace: String, connectTimeout: Duration?, retries: Int = 0) {
        self.namespace = namespace
        self.connectTimeout = connectTimeout
        retryQueue = RetryQueue(retries: retries)
    }

    package var isActive: Bool { state != .inactive }
    package var isConnected: Bool { state == .connected }
    /// Whether it is connected, or will be by itself.
    package var isOnItsWay: Bool { isActive && end == nil }

    // MARK: What the user asks

    package mutating func connect() -> [Action] {
        // One that waits may wait for a manager that does not try any more.
        guard state == .inactive || state == .waiting else { return [] }
        state = .waiting
        end = nil
        return [.openManager]
    }

    package mutating func disconnect(now: Duration) -> [Action] {
        let before = state
        state = .inactive
        receiveBuffer = []
        switch before {
        case .inactive: return end == nil ? failAwaited(.disconnected) : []
        case .waiting, .authenticating, .connecting: return failAwaited(.disconnected) + [.becameInactive]
        case .connected:
            return [sendDisconnect(now: now), .disconnected(.clientDisconnect, nil)] + failSentAcks()
                + failAwaited(.disconnected) + [.becameInactive]
        }
    }

    private mutating func sendDisconnect(now: Duration) -> Action {
        earliestConnect = now + Self.pauseAfterDisconnect
        return .sendControl(ParserPacket(.disconnect, namespace: namespace))
    }

    /// - Parameters:
    ///   - ackID: Of the acknowledgement that the packet asks for.
    ///   - ackDeadline: When to stop waiting for it.
    ///   - isVolatile: Whether it is dropped where it cannot be sent at once.
    ///   - isWritable: Whether the connection takes more.
    package mutating func emit(
        _ packet: OutgoingPacket, ackID: UInt64? = nil, ackDeadline: Duration? = nil, isVolatile: Bool = false,
        isWritable: Bool = true
    ) -> [Action] {
        guard !isVolatile || state == .connected && isWritable else {
            return ackID.map { [.ackFailed(id: $0, end ?? .disconnected)] } ?? []
        }
        if sends(ackID: ackID, ackDeadline: ackDeadline) { return [.send([packet])] }
        if let ackID, let end { return [.ackFailed(id: ackID, end)] }
        awaitAck(ackID, until: ackDeadline)
        sendBuffer.append(packet, ackID: ackID)
        return []
    }

    /// Whether an event goes out at once, and to send it is all there is to do. It happens most, and needs no list of
    /// actions.
    package mutating func sends(ackID: UInt64? = nil, ackDeadline: Duration? = nil) -> Bool {
        guard case .connected = state else { return false }
        awaitAck(ackID, until: ackDeadline)
        return true
    }

    private mutating func awaitAck(_ id: UInt64?, until deadline: Duration?) {
        guard let id else { return }
        pendingAcks.insert(id)
        if let deadline { ackDeadlines.insert(id, at: deadline) }
    }

    /// Sends `packet` when those enqueued before have been acknowledged, and again when its acknowledgement is late.
    ///
    /// - Parameter isAwaited: Whether somebody waits for the answer.
    package mutating func enqueue(
        _ packet: OutgoingPacket, ackID: UInt64, isAwaited: Bool = false, ackTimeout: Duration, now: Duration
    ) -> [Action] {
        if isAwaited, let end { return [.ackFailed(id: ackID, end)] }
        pendingAcks.insert(ackID)
        retryQueue.append(packet, ackID: ackID, isAwaited: isAwaited, timeout: ackTimeout)
        return sendEnqueued(now: now)
    }

    /// Stops waiting for an acknowledgement: its task was cancelled.
    package mutating func forgetAck(_ id: UInt64, now: Duration) -> [Action] {
        endAcks([id])
        return sendEnqueued(now: now)
    }

    /// What waits until the namespace is connected, or until it is acknowledged.
    package var bufferedPackets: [OutgoingPacket] { Array(sendBuffer.packets) + Array(retryQueue.packets) }

    /// How much `bufferedPackets` is.
    package var buffered: Load { sendBuffer.load + retryQueue.load }

    /// Whether `dropOldestBuffered` has something to drop.
    package var hasUnsentBuffered: Bool { !sendBuffer.isEmpty }

    /// Whether something is to be sent as soon as the namespace is connected, or acknowledged.
    package var hasBuffered: Bool { !sendBuffer.isEmpty || !retryQueue.isEmpty }

    /// What came before the server's answer to CONNECT.
    package var receivedEarly: [Packet] { receiveBuffer }

    /// Drops all that waits until the namespace is connected.
    package mutating func dropBuffered() -> [Action] {
        let ids = Array(sendBuffer.ackIDs)
        sendBuffer = SendBuffer()
        return failAcks(ids, .dropped)
    }

    /// Drops the oldest of what waits until the namespace is connected.
    package mutating func dropOldestBuffered() -> [Action] {
        sendBuffer.dropFirst().map { failAcks([$0], .tooMuchWaits) } ?? []
    }

    /// The end of the namespace: no acknowledgement will come any more.
    package mutating func release() -> [Action] {
        sendBuffer = SendBuffer()
        retryQueue.removeAll()
        end = .disconnected
        return failSentAcks()
    }

    // MARK: What the manager reports

    package mutating func engineOpened(now: Duration) -> [Action] {
        guard state == .waiting else { return [] }
        if let earliestConnect, now < earliestConnect { return [] }
        earliestConnect = nil
        end = nil
        let deadline = connectTimeout.map { now + $0 }
        if isAnswerDue {
            state = .connecting(deadline: deadline)
            return []
        }
        state = .authenticating(deadline: deadline)
        return [.requestAuth]
    }

    /// - Parameter json: A JSON object, or nothing.
    package mutating func authProvided(_ json: Binary) -> [Action] {
        guard case .authenticating(let deadline) = state else { return [] }
        state = .connecting(deadline: deadline)
        isAnswerDue = true
        return [.sendControl(ParserPacket(.connect, namespace: namespace, json: addingRecovery(to: json)))]
    }

    package mutating func authFailed(_ error: SocketIOError) -> [Action] {
        guard case .authenticating = state else { return [] }
        // The next attempt would have no better one.
        if error.code == .invalidArgument {
            state = .inactive
            return [.connectError(error)] + failAwaited(error) + [.becameInactive]
        }
        state = .waiting
        failure = error
        return [.connectError(error), .giveUpEngine(error)]
    }

    /// Other namespaces still use the engine on which this one got no answer.
    package mutating func giveUp() -> [Action] {
        guard state == .waiting else { return [] }
        state = .inactive
        return failAwaited(failure ?? .disconnected) + [.becameInactive]
    }

    /// The manager has closed: nobody tries to connect any more.
    package mutating func managerClosed() -> [Action] {
        guard state == .waiting, end == nil else { return [] }
        return failAwaited(failure ?? .disconnected)
    }

    /// The manager tries, be it for somebody else.
    package mutating func managerOpens() { if state == .waiting { end = nil } }

    /// - Parameter isLast: Whether the manager gives up.
    package mutating func engineOpenFailed(_ error: SocketIOError, isLast: Bool = false) -> [Action] {
        guard isActive, state != .connected else { return [] }
        failure = error
        return [.connectError(error)] + (isLast ? failAwaited(error) : [])
    }

    /// - Parameter isLast: Whether the manager does not open another one.
    package mutating func engineClosed(
        _ reason: CloseReason, _ error: SocketIOError?, isLast: Bool = false
    ) -> [Action] {
        isAnswerDue = false
        earliestConnect = nil
        switch state {
        case .inactive, .waiting: return []
        case .authenticating, .connecting:
            state = .waiting
            receiveBuffer = []
            // It never was connected, so `disconnect` would be a surprise.
            let error = error ?? SocketIOError(.disconnected, reason.rawValue, phase: .namespace)
            failure = error
            return [.connectError(error)] + (isLast ? failAwaited(error) : [])
        case .connected:
            state = .waiting
            failure = error
            return [.disconnected(reason, error)] + failSentAcks() + (isLast ? failAwaited(error ?? .disconnected) : [])
        }
    }

    // MARK: What the server sends

    /// Whether `packet` is an event, and to hand it on is all there is to do. It happens most, and needs no list of
    /// actions.
    package mutating func delivers(_ packet: Packet) -> Bool {
        guard case .connected = state, packet.kind.isEvent else { return false }
        noteOffset(of: packet)
        return true
    }

    package mutating func received(_ packet: Packet, now: @autoclosure () -> Duration) -> [Action] {
        switch packet.kind {
        case .connect: return receivedConnect(packet, now: now())
        case .connectError: return receivedConnectError(packet)
        case .disconnect: return receivedDisconnect()
        case .event, .binaryEvent:
            if delivers(packet) { return [.event(packet)] }
            if case .connecting = state { receiveBuffer.append(packet) }
            return []
        case .ack, .binaryAck:
            guard state == .connected, let id = packet.id, pendingAcks.contains(id) else { return [] }
            endAcks([id])
            let answer = Action.acknowledged(id: id, packet)
            return retryQueue.isEmpty ? [answer] : [answer] + sendEnqueued(now: now())
        }
    }

    private mutating func receivedConnect(_ packet: Packet, now: Duration) -> [Action] {
        let wasDue = isAnswerDue
        isAnswerDue = false
        guard case .connecting = state else {
            // Nobody waits for it any more.
            return wasDue ? [sendDisconnect(now: now)] : []
        }
        let root = packet.data?.root
        guard let id = root?["sid"]?.asString, !id.isEmpty else {
            return refused("the server speaks Socket.IO 2 or older, this client version 3 and later")
        }
        state = .connected
        failure = nil
        var actions = begin(id: id, sessionID: root?["pid"]?.asString)
        // In Node's order: what came early, what was waiting, then the event.
        for packet in receiveBuffer { noteOffset(of: packet) }
        actions += receiveBuffer.map(Action.event)
        if !sendBuffer.isEmpty { actions.append(.send(sendBuffer.takeAll())) }
        receiveBuffer = []
        return actions + sendEnqueued(now: now) + [.connected]
    }

    private mutating func sendEnqueued(now: Duration) -> [Action] {
        guard state == .connected, let packet = retryQueue.next(now: now) else { return [] }
        return [.send([packet])]
    }

    private mutating func receivedConnectError(_ packet: Packet) -> [Action] {
        isAnswerDue = false
        guard case .connecting = state else { return [] }
        let root = packet.data?.root
        return refused(root?.asString ?? root?["message"]?.asString, data: root?["data"]?.value(attachments: []))
    }

    private mutating func receivedDisconnect() -> [Action] {
        isAnswerDue = false
        switch state {
        case .inactive, .waiting, .authenticating: return []
        case .connecting: return refused(nil)
        case .connected:
            state = .inactive
            return [.disconnected(.serverDisconnect, nil)] + failSentAcks() + failAwaited(.disconnected)
                + [.becameInactive]
        }
    }

    private mutating func refused(_ message: String?, data: JSONValue? = nil) -> [Action] {
        state = .inactive
        receiveBuffer = []
        var error = SocketIOError(
            .connectRejected, message ?? "the server refused the namespace", phase: .namespace)
        error.data = data
        return [.connectError(error)] + failAwaited(error) + [.becameInactive]
    }

    // MARK: Connection state recovery

    private func addingRecovery(to auth: Binary) -> Binary {
        guard let recovery else { return auth }
        var writer = BinaryWriter()
        writer.append(#"{"pid":"# as String)
        writer.appendJSON(recovery.sessionID)
        if let offset = recovery.offset {
            writer.append(#","offset":"# as String)
            writer.appendJSON(offset)
        }
        let rest = auth.dropping(first: min(1, auth.count))
        // The user's values come last, and so count, as in Node.
        if rest.isEmpty || rest.first == UInt8(ascii: "}") {
            writer.append(UInt8(ascii: "}"))
        } else {
            writer.append(UInt8(ascii: ","))
            writer.append(rest)
        }
        return writer.finish()
    }

    private mutating func begin(id: String, sessionID: String?) -> [Action] {
        let before = recovery
        let isRecovered = sessionID != nil && sessionID == before?.sessionID
        if !isRecovered { recovery = sessionID.map { ($0, nil) } }
        let began = Action.began(id: id, isRecovered: isRecovered)
        guard let before, !isRecovered else { return [began] }
        let reason =
            before.offset == nil
            ? "no event had come that the server could go on from" : "the server does not know the session any more"
        return [began, .recoveryFailed(reason)]
    }

    /// The server adds an offset to each event that it can send again: those that ask for no answer.
    private mutating func noteOffset(of packet: Packet) {
        guard recovery != nil, packet.id == nil, let arguments = packet.data?.root.elements.dropFirst() else { return }
        var last: JSONElement?
        for argument in arguments { last = argument }
        if let offset = last?.asString { recovery?.offset = offset }
    }

    // MARK: Time

    /// When `deadlinePassed` has to be called.
    package var deadline: Duration? {
        let connect: Duration? =
            switch state {
            case .authenticating(let deadline), .connecting(let deadline): deadline
            case .waiting: earliestConnect
            case .inactive, .connected: nil
            }
        return earlier(earlier(connect, ackDeadlines.first), retryQueue.deadline)
    }

    package mutating func deadlinePassed(now: Duration) -> [Action] {
        let passed = ackDeadlines.takePassed(now: now).filter { pendingAcks.contains($0) }
        let gaveUp = retryQueue.takePassed(now: now).map { [$0] } ?? []
        let unsent = passed.isEmpty ? [] : Set(sendBuffer.ackIDs)
        let failed =
            failAcks(passed.filter { unsent.contains($0) }, .timedOut(why))
            + failAcks(passed.filter { !unsent.contains($0) } + gaveUp, .timedOut()) + sendEnqueued(now: now)
        let message: String
        switch state {
        case .authenticating(let deadline?) where now >= deadline: message = "timeout: auth did not answer"
        case .connecting(let deadline?) where now >= deadline: message = "timeout: the server did not answer"
        case .waiting where earliestConnect.map { now >= $0 } ?? false: return failed + engineOpened(now: now)
        default: return failed
        }
        state = .waiting
        receiveBuffer = []
        let error = SocketIOError(.timedOut, message, phase: .namespace)
        failure = error
        return failed + [.connectError(error), .giveUpEngine(error)]
    }

    /// Why an event could not be sent in time.
    private var why: String {
        if let failure { return "the namespace is not connected (\(failure.message))" }
        return isActive ? "the namespace is not connected yet" : "connect() was not called"
    }

    // MARK: Acknowledgements

    /// Those still in the buffer will be sent, and keep waiting; those that are sent again, too.
    private mutating func failSentAcks() -> [Action] {
        retryQueue.interrupt()
        let unsent = Set(sendBuffer.ackIDs).union(retryQueue.ackIDs)
        return failAcks(pendingAcks.subtracting(unsent).sorted(), .disconnected)
    }

    /// The namespace will not be connected by itself any more: nobody is to wait for that. What is only emitted stays, for
    /// the next `connect`.
    private mutating func failAwaited(_ error: SocketIOError) -> [Action] {
        end = error
        failure = nil
        return failAcks(Array(sendBuffer.ackIDs) + retryQueue.awaitedIDs, error)
    }

    private mutating func failAcks(_ ids: [UInt64], _ error: SocketIOError) -> [Action] {
        endAcks(ids)
        return ids.map { .ackFailed(id: $0, error) }
    }

    /// Stops waiting. What still waits to be sent is not sent any more.
    private mutating func endAcks(_ ids: [UInt64]) {
        guard !ids.isEmpty else { return }
        pendingAcks.subtract(ids)
        ackDeadlines.drop(pending: pendingAcks)
        for id in ids { retryQueue.remove(id) }
        if !sendBuffer.isEmpty { sendBuffer.remove(ackIDs: Set(ids)) }
    }
}

/// Why an acknowledgement does not come.
extension SocketIOError {
    fileprivate static func timedOut(_ why: String? = nil) -> SocketIOError {
        SocketIOError(.timedOut, "operation has timed out" + (why.map { ": \($0)" } ?? ""), phase: .namespace)
    }
    fileprivate static let disconnected = SocketIOError(
        .disconnected, "socket has been disconnected", phase: .namespace)
    fileprivate static let dropped = SocketIOError(
        .cancelled, "the event was dropped before it was sent", phase: .namespace)
    package static let tooMuchWaits = SocketIOError(
        .limitExceeded, "the event was dropped: too much waits to be sent", phase: .namespace)
}
