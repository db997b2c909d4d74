import CSocketIO
import EngineIO
import SocketIO

/// What `sio_manager` stands for: a manager with its sockets and its callbacks.
final class ManagerBox: Sendable {
    private struct State {
        /// Nil after the end.
        var manager: Manager?
        var handle: UInt = 0
        var sockets: [String: SocketBox] = [:]
        /// The ways to the program's checks, of the options from before too: a handshake may be under way with them.
        var gates: [IdentityGate]
    }

    let queue: CallbackQueue
    private let state: Locked<State>

    private init(_ manager: Manager, _ gate: IdentityGate?, _ queue: CallbackQueue) {
        self.queue = queue
        state = Locked(State(manager: manager, gates: gate.map { [$0] } ?? []))
    }

    /// A new one, which has a handle until its end.
    static func make(url: String, _ options: OptionsBox?) throws(SocketIOError) -> UInt {
        let descriptor = options?.dispatch == SIO_DISPATCH_MANUAL ? try EventDescriptor() : nil
        let (clientOptions, gate) = try (options ?? OptionsBox()).clientOptions()
        let manager = try Manager(url, clientOptions)
        let place = Locked<ManagerBox?>(nil)
        let queue = CallbackQueue(descriptor: descriptor) {
            let box = place.withLock { place in
                defer { place = nil }
                return place
            }
            box?.end()
        }
        let box = ManagerBox(manager, gate, queue)
        place.withLock { $0 = box }
        let handle = HandleTable.shared.add(box)
        box.state.withLock { $0.handle = handle }
        return handle
    }

    var handle: UInt { state.withLock { $0.handle } }

    /// Nil after the end.
    var manager: Manager? { queue.isClosed ? nil : state.withLock { $0.manager } }

    /// The socket of a namespace; nil after the end.
    func socket(_ namespace: String) -> SocketBox? {
        let name = namespace.hasPrefix("/") ? namespace : "/" + namespace
        return state.withLock { state in
            guard let manager = state.manager, !queue.isClosed else { return nil }
            if let socket = state.sockets[name] { return socket }
            let socket = SocketBox(manager.socket(name), manager: state.handle, queue)
            state.sockets[name] = socket
            return socket
        }
    }

    /// After the last callback.
    private func end() {
        let (manager, handle, sockets, gates) = state.withLock { state in
            let ended = (state.manager, state.handle, state.sockets, state.gates)
            state.manager = nil
            state.sockets = [:]
            state.gates = []
            return ended
        }
        manager?.close()
        for gate in gates { gate.close() }
        for socket in sockets.values { socket.end() }
        HandleTable.shared.remove(handle)
    }

    // MARK: Changing

    func setOptions(_ box: OptionsBox) throws(SocketIOError) {
        guard let manager else { throw .freed }
        let (options, gate) = try box.clientOptions()
        try keep(gate) { () throws(SocketIOError) in try manager.setOptions(options) }
    }

    /// - Parameter box: Nil: the options as they are.
    /// - Returns: Whether anything is new.
    func reloadTLS(_ box: OptionsBox?, reconnect: Bool) throws(SocketIOError) -> Bool {
        guard let manager else { throw .freed }
        guard let box else { return try manager.reloadTLS(reconnect: reconnect) }
        let (options, gate) = try box.clientOptions()
        return try keep(gate) { () throws(SocketIOError) in try manager.reloadTLS(reconnect: reconnect) { $0 = options }
        }
    }

    /// Keeps the way to a check, unless `change` throws, or the end comes meanwhile.
    private func keep<Result>(
        _ gate: IdentityGate?, _ change: () throws(SocketIOError) -> Result
    ) throws(SocketIOError) -> Result {
        let result = try change()
        guard let gate else { return result }
        let isKept = state.withLock { state in
            if state.manager != nil { state.gates.append(gate) }
            return state.manager != nil
        }
        if !isKept { gate.close() }
        return result
    }

    // MARK: Listening

    func listen(_ name: String, isOnce: Bool, _ callback: Callback, _ destructor: Destructor) -> Listening {
        guard Manager.lifecycleEvents.contains(name) else { return .noSuchEvent }
        guard let manager, let record = queue.addListener(isOnce: isOnce, callback, destructor) else { return .ended }
        let origin = EventBox.Origin(manager: handle, name: name)
        return .began(record.id) { [queue] in
            let listener = manager.onLifecycle(name, isOnce: isOnce) { value in
                queue.put(EventBox(origin, value: value), for: record)
            }
            queue.listens(record, listener)
        }
    }
}
