import EngineIO
import Logging
import SocketIOProtocol

/// The manager on the loop: drives its state machine, one engine at a time, and the sockets.
@LoopActor
final class ManagerCore {
    nonisolated let connection = Locked<ConnectionInfo?>(nil)
    nonisolated let settings: ManagerSettings
    nonisolated let meter: SendMeter
    nonisolated let parser: any Parser
    nonisolated let listeners = ListenerTable<@Sendable (any Sendable) throws -> Void>()
    private var configuration: ManagerConfiguration
    private var machine: ManagerStateMachine
    private let queue = ActionQueue<ManagerStateMachine.Action>()
    private static let reader = JSONReader()
    private var decoder = PacketDecoder(maximumAttachments: 0)
    private var engine: EngineCore?
    private var sockets: [SocketCore] = []
    private var timer: LoopTimer?
    private let certificateWatch = CertificateWatch()
    /// Engines that say their goodbye.
    private var closingEngines: [ObjectIdentifier: EngineCore] = [:]
    private var flushWaiters: [Completion<Void>] = []
    private var confirmWaiters: [Completion<Void>] = []
    /// What the last connection has not sent.
    private var loss = Loss()
    /// Why there is no connection.
    private var lastError: SocketIOError?
    private var shutdown: Shutdown?
    /// What the meter knows of the engine.
    private var metered = Load()
    /// Whether a handle is left through which somebody can use this manager.
    private var hasHandle = true
    private var isRetired = false
    /// There was a connection, or the wish for one, and is none.
    private var isClosed = false
    private var wasActive = false

    nonisolated init(_ settings: ManagerSettings, _ configuration: ManagerConfiguration) {
        self.settings = settings
        self.configuration = configuration
        parser = configuration.parser
        meter = SendMeter(configuration.engine.transport.limits)
        machine = ManagerStateMachine(configuration.reconnection)
    }

    var logger: Logger { logger(for: "socket.io") }

    private func logger(for layer: String) -> Logger {
        var logger = configuration.logger
        logger[metadataKey: "layer"] = "\(layer)"
        return logger
    }

    func configure(_ configuration: ManagerConfiguration) {
        self.configuration = configuration
        engine?.useTLS(of: configuration.engine)
        watchCertificates()
        meter.setLimits(configuration.engine.transport.limits)
        machine.configure(configuration.reconnection)
        for socket in sockets { socket.setConnectTimeout(configuration.engine.session.openTimeout) }
        perform([])
    }

    // MARK: Certificates

    /// From any thread.
    nonisolated func reloadTLS(
        reconnect: Bool = false, _ change: (inout ClientOptions) -> Void = { _ in }
    ) throws(SocketIOError) -> Bool {
        let isOther = try settings.change(rereadingFiles: true, change) { configuration in
            EventLoop.shared.post { self.configure(configuration) }
        }
        if isOther && reconnect { EventLoop.shared.post { self.reconnect() } }
        return isOther
    }

    /// As soon as there is a loop.
    func begin() {
        if configuration.engine.transport.tls?.verifiesServer == false {
            logger(for: "engine.io").warning("the server's certificate is not verified: rejectUnauthorized is false")
        }
        watchCertificates()
    }

    private func watchCertificates() {
        if isRetired { return certificateWatch.end() }
        certificateWatch.update(configuration, watchesFiles: !isClosed) { [unowned self] in certificatesChanged() }
    }

    /// A closed manager has nothing open, so its files may change unseen: they are read when it connects again.
    private func followActivity() {
        let isClosed = wasActive && !machine.isActive
        wasActive = wasActive || machine.isActive
        guard isClosed != self.isClosed else { return }
        self.isClosed = isClosed
        watchCertificates()
        if !isClosed && !configuration.watchedFiles.isEmpty { certificatesChanged() }
    }

    private func certificatesChanged() {
        do {
            let isOther = try settings.change(rereadingFiles: true, { _ in }) { configuration in
                // Now, for the connection that begins; and behind those changes that are on their way.
                LoopActor.assumeIsolated { configure(configuration) }
                EventLoop.shared.post { self.configure(configuration) }
            }
            if isOther { logger(for: "engine.io").info("the certificates were replaced") }
        } catch {
            logger(for: "engine.io").warning("the changed certificates are not used: \(error.message)")
        }
    }

    private func reconnect() {
        let reason = SocketIOError(.disconnected, "the certificates were replaced", phase: .engine)
        perform(machine.giveUpEngine(.forcedClose, reason, now: now, random: .random(in: 0..<1)))
    }

    // MARK: Handles

    func handleReleased() {
        hasHandle = false
        retireIfUnused()
    }

    /// The loop may end when no manager needs it.
    private func retireIfUnused() {
        guard !hasHandle, !isRetired, !sockets.contains(where: \.isOnItsWay) else { return }
        isRetired = true
        perform(machine.close())
        for socket in sockets { socket.release() }
        sockets = []
        timer = nil
        watchCertificates()
        EventLoop.shared.release()
    }

    private func notify(_ name: String, _ value: any Sendable = ()) {
        for handler in listeners.take(name) { call(name, isOfErrors: name == "error") { try handler(value) } }
    }

    /// Calls a handler of the event `name`, and tells of what it throws.
    ///
    /// - Parameter isOfErrors: Whether it is one that is told of errors: it would be called for ever if it always throws.
    @inline(never)  // else it is there once for each kind of value
    func call(_ name: String, isOfErrors: Bool = false, _ handler: () throws -> Void) {
        do {
            try handler()
        } catch {
            let failure =
                error as? SocketIOError
                ?? SocketIOError(.handlerFailed, "a handler of \"\(name)\" failed: \(CodingFailure.text(of: error))")
            if isOfErrors { logger.warning("\(failure.logText)") } else { report(failure) }
        }
    }

    /// Removes all listeners, those of the sockets, too; from any thread.
    nonisolated func removeListeners() {
        listeners.removeAll()
        EventLoop.shared.post { for socket in self.sockets { socket.removeListeners() } }
    }

    /// Tells of an error that has no better place.
    func report(_ error: SocketIOError) {
        logger.warning("\(error.logText)")
        notify("error", error)
    }

    // MARK: Sockets

    func add(_ socket: SocketCore) { sockets.append(socket) }

    func open() { perform(machine.open()) }

    func open(for socket: SocketCore) {
        if machine.isOpen { socket.engineOpened() } else { open() }
    }

    func becameInactive() {
        guard !sockets.contains(where: \.isActive) else { return }
        perform(machine.close())
        retireIfUnused()
    }

    func giveUpEngine(_ error: SocketIOError, for socket: SocketCore) {
        if sockets.contains(where: \.isConnected) {
            socket.giveUp()
        } else {
            perform(machine.giveUpEngine(.transportError, error, now: now, random: .random(in: 0..<1)))
        }
    }

    func close() {
        for socket in sockets where socket.isActive { socket.disconnect() }
        perform(machine.close())
    }

    /// An event, or an answer to one.
    ///
    /// - Parameter isMetered: The meter knows of it already.
    func send(_ packet: OutgoingPacket, isMetered: Bool = false) {
        engine?.write(packet.messages, compress: packet.compress)
        if isMetered { metered += packet.load }
        measure()
    }

    /// A CONNECT or a DISCONNECT: nobody misses it.
    func sendControl(_ packet: OutgoingPacket) {
        engine?.write(packet.messages, isCounted: false)
        measure()
    }

    private func measure() {
        let unsent = engine?.unsent ?? Load()
        guard unsent != metered else { return }
        meter.change(by: unsent - metered)
        metered = unsent
    }

    /// Whether the connection takes more at once.
    var isWritable: Bool { engine?.isWritable ?? false }

    // MARK: Waiting for what goes out

    func flush(_ completion: @escaping Completion<Void>) {
        guard let engine, machine.isOpen else {
            return completion(.failure(SocketIOError(.notConnected, "there is no connection", phase: .engine)))
        }
        if engine.isDrained { completion(.success(())) } else { flushWaiters.append(completion) }
    }

    /// Ends when the server has read what was sent, too.
    func confirm(_ completion: @escaping Completion<Void>) {
        flush { [self] result in
            guard case .success = result else { return completion(result) }
            confirmWaiters.append(completion)
            engine?.confirm()
        }
    }

    private func endFlush(_ result: Result<Void, SocketIOError>) {
        let ended = flushWaiters
        flushWaiters = []
        for waiter in ended { waiter(result) }
    }

    private func endConfirm(_ result: Result<Void, SocketIOError>) {
        let ended = confirmWaiters
        confirmWaiters = []
        for waiter in ended { waiter(result) }
    }

    /// Nothing goes out, or is confirmed, any more.
    private func failFlush(_ error: SocketIOError) {
        endFlush(.failure(error))
        endConfirm(.failure(error))
    }

    // MARK: What did not go out

    /// Until there is another connection, or a shutdown tells.
    private struct Loss {
        var messages = 0
        var error: SocketIOError?
    }

    /// How many messages the connection that has just ended had not sent.
    var unsentMessages: Int { loss.messages }

    private func noteLoss(of engine: EngineCore?, _ error: SocketIOError) {
        guard let messages = engine?.unsent.messages, messages > 0 else { return }
        loss.messages += messages
        if loss.error == nil { loss.error = error }
    }

    // MARK: Shutting down

    /// First what waits goes out, then the server is told. Both have until the deadline.
    private struct Shutdown {
        var unsent: Unsent?
        /// Not before every namespace has been disconnected: what one of them sends may be taken at once.
        var isClosed = false
        var timer: LoopTimer?
        var waiters: [@LoopActor (Unsent) -> Void]
    }

    /// - Parameter limit: Nil for the options' `closeTimeout` and `goodbyeTimeout`.
    func shutdown(within limit: Duration?, _ completion: @escaping @LoopActor (Unsent) -> Void) {
        if shutdown != nil {
            shutdown?.waiters.append(completion)
            return
        }
        let timer = LoopTimer { [unowned self] in endShutdown() }
        let options = configuration.engine
        timer.set(now + (limit ?? options.session.closeTimeout + options.transport.goodbyeTimeout))
        shutdown = Shutdown(timer: timer, waiters: [completion])
        continueShutdown()
    }

    /// To be called when something has been sent, or cannot be.
    func continueShutdown() {
        // The engine may be about to be closed.
        guard let shutdown, !queue.isPerforming else { return }
        if shutdown.unsent == nil && !canSendMore { closeForShutdown() }
        if self.shutdown?.isClosed == true && closingEngines.isEmpty { endShutdown() }
    }

    /// A namespace that waits for another attempt to connect is not waited for.
    private var canSendMore: Bool {
        guard machine.isOpening || machine.isOpen else { return false }
        let isDrained = engine?.isDrained ?? true
        return !isDrained || sockets.contains { $0.isActive && $0.hasBuffered }
    }

    private func closeForShutdown() {
        var unsent = Unsent()
        for socket in sockets where socket.hasBuffered { unsent.events[socket.namespace] = socket.sendBuffer }
        shutdown?.unsent = unsent
        close()
        shutdown?.isClosed = true
    }

    private func endShutdown() {
        guard let shutdown else { return }
        let hasTimedOut = shutdown.unsent == nil
        if hasTimedOut { closeForShutdown() }
        // Nobody waits for their goodbye any more.
        for engine in closingEngines.values {
            noteLoss(of: engine, .shutdownTimeout)
            engine.abort()
        }
        closingEngines = [:]
        var unsent = self.shutdown?.unsent ?? Unsent()
        unsent.messages = loss.messages
        if !unsent.isEmpty { unsent.error = loss.error ?? (hasTimedOut ? .shutdownTimeout : lastError) }
        loss = Loss()
        self.shutdown = nil
        ActiveManagers.shared.update(self)
        for socket in sockets { socket.shutDown() }
        for waiter in shutdown.waiters { waiter(unsent) }
    }

    // MARK: The engine

    private var now: Duration { EventLoop.shared.now }

    private func openEngine() {
        let engine = EngineCore(configuration.engine) { event in self.engineReported(event) }
        self.engine = engine
        decoder = PacketDecoder(
            maximumAttachments: configuration.engine.transport.limits.attachments, parser: parser,
            reader: Self.reader)
        engine.open()
    }

    private func closeEngine(_ cause: SocketIOError?) {
        guard let engine else { return }
        self.engine = nil
        connection.withLock { $0 = nil }
        let id = ObjectIdentifier(engine)
        closingEngines[id] = engine
        measure()
        engine.closeSilently { error in
            self.noteLoss(of: engine, error ?? .closed)
            self.closingEngines[id] = nil
            self.continueShutdown()
            ActiveManagers.shared.update(self)
        }
        failFlush(cause ?? .closed)
    }

    private func engineReported(_ event: EngineCore.Event) {
        switch event {
        case .opened:
            lastError = nil
            if shutdown == nil { loss = Loss() }
            noteConnection()
            perform(machine.engineOpened())
        case .openFailed(let error):
            engine = nil
            lastError = error
            perform(machine.engineOpenFailed(error, now: now, random: .random(in: 0..<1)))
        case .closed(let reason, let error):
            let cause = error ?? SocketIOError(.disconnected, reason.rawValue, phase: .engine)
            noteLoss(of: engine, cause)
            lastError = cause
            engine = nil
            connection.withLock { $0 = nil }
            failFlush(cause)
            perform(machine.engineClosed(reason, error, now: now, random: .random(in: 0..<1)))
        // It comes most, and changes nothing of what follows.
        case .message(let message): return received(message)
        case .pinged: notify("ping")
        case .upgraded(let kind):
            noteConnection()
            logger(for: "engine.io").debug("upgraded", metadata: ["transport": "\(kind.rawValue)"])
            notify("upgrade", kind)
        case .upgradeFailed(let error):
            logger(for: "engine.io").notice("\(error.logText)")
            notify("error", error)
        case .drained: notify("drain")
        case .confirmed: endConfirm(.success(()))
        case .upgrading: break
        }
        measure()
        // A failed upgrade, too, can leave nothing to send.
        if !flushWaiters.isEmpty, let engine, engine.isDrained { endFlush(.success(())) }
        continueShutdown()
    }

    private func noteConnection() {
        let info = engine?.connectionInfo
        connection.withLock { $0 = info }
    }

    private func received(_ message: Message) {
        do {
            guard let packet = try decoder.add(message) else { return }
            if !listeners.isEmpty("packet") { notify("packet", ReceivedPacket(packet)) }
            // A packet for a namespace that nobody has here is ignored, as in Node.
            for socket in sockets where socket.namespace == packet.namespace { return socket.received(packet) }
        } catch {
            perform(machine.giveUpEngine(.parseError, error, now: now, random: .random(in: 0..<1)))
        }
    }

    // MARK: Performing

    private func perform(_ actions: [ManagerStateMachine.Action]) {
        followActivity()
        guard queue.perform(actions, perform) else { return }
        let deadline = machine.deadline
        // The timer keeps a manager alive that nobody holds and that waits to reconnect.
        if timer == nil, deadline != nil {
            timer = LoopTimer { self.perform(self.machine.deadlinePassed(now: self.now)) }
        }
        timer?.set(deadline)
        if !machine.isActive && !isRetired {
            for socket in sockets { socket.managerClosed() }
            retireIfUnused()
        }
        continueShutdown()
        ActiveManagers.shared.update(self)
    }

    private func perform(_ action: ManagerStateMachine.Action) {
        switch action {
        case .openEngine:
            for socket in sockets { socket.managerOpens() }
            openEngine()
        case .closeEngine(let error): closeEngine(error)
        case .engineOpened: for socket in sockets { socket.engineOpened() }
        case .connectError(let error):
            for socket in sockets { socket.engineOpenFailed(error, isLast: !machine.isActive) }
        case .engineClosed(let reason, let error):
            for socket in sockets { socket.engineClosed(reason, error, isLast: !machine.isActive) }
        case .notify(let notification): notify(notification)
        }
    }

    private func notify(_ notification: ManagerStateMachine.Notification) {
        log(notification)
        switch notification {
        case .open: notify("open")
        case .error(let error): notify("error", error)
        case .close(let reason, let error):
            notify("close", Disconnection(reason: reason, error: error, unsent: unsentMessages))
        case .reconnectAttempt(let attempt): notify("reconnect_attempt", attempt)
        case .reconnect(let attempt): notify("reconnect", attempt)
        case .reconnectError(let error): notify("reconnect_error", error)
        case .reconnectFailed: notify("reconnect_failed")
        }
    }

    private func log(_ notification: ManagerStateMachine.Notification) {
        switch notification {
        case .open:
            logger(for: "engine.io").debug("open", metadata: ["transport": "\(engine?.transportKind?.rawValue ?? "")"])
        case .error(let error): logger.notice("\(error.logText)")
        case .close(let reason, let error):
            logger(for: "engine.io").log(
                level: reason == .forcedClose ? .debug : .info,
                "closed: \(reason.rawValue)\(error.map { " (\($0.logText))" } ?? "")")
        case .reconnectAttempt(let attempt): logger.debug("attempt \(attempt) to reconnect")
        case .reconnect(let attempt): logger.info("reconnected with attempt \(attempt)")
        case .reconnectError: break
        case .reconnectFailed: logger.warning("all attempts to reconnect have failed")
        }
    }

    // MARK: The program's end

    /// Whether there is a connection, or will be, or one says its goodbye.
    var isActive: Bool { machine.isActive || !closingEngines.isEmpty }
    var keepsProgramRunning: Bool { isActive && !configuration.autoUnref }
    var closesAtExit: Bool { configuration.closeOnBeforeunload }

    /// Tells the server, and nobody here.
    func closeSilently(_ completion: @escaping @LoopActor () -> Void) {
        guard let engine else { return completion() }
        self.engine = nil
        engine.closeSilently { _ in completion() }
    }
}

extension SocketIOError {
    /// How many characters of a message are logged.
    private static let logLimit = 500

    /// The message on one line: part of it may be the server's.
    fileprivate var logText: String { String(message.summary.prefix(Self.logLimit)) }

    fileprivate static let shutdownTimeout = SocketIOError(
        .timedOut, "timeout: the server did not take it before the shutdown's deadline", phase: .engine)
    fileprivate static let closed = SocketIOError(.disconnected, CloseReason.forcedClose.rawValue, phase: .engine)
}
