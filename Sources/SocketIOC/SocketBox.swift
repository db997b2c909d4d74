import EngineIO
import SocketIO

/// What `sio_socket` stands for: a namespace of a manager.
final class SocketBox: Sendable {
    private struct State {
        var socket: Socket?
        var handle: UInt = 0
    }

    let namespace: String
    let manager: UInt
    let queue: CallbackQueue
    private let state: Locked<State>

    init(_ socket: Socket, manager: UInt, _ queue: CallbackQueue) {
        namespace = socket.namespace
        self.manager = manager
        self.queue = queue
        state = Locked(State(socket: socket))
        let handle = HandleTable.shared.add(self)
        state.withLock { $0.handle = handle }
    }

    var handle: UInt { state.withLock { $0.handle } }

    /// Nil after the manager's end.
    var socket: Socket? { queue.isClosed ? nil : state.withLock { $0.socket } }

    /// Gives the manager back.
    func end() {
        HandleTable.shared.remove(handle)
        state.withLock { $0.socket = nil }
    }

    private func origin(_ name: String) -> EventBox.Origin {
        EventBox.Origin(manager: manager, socket: handle, name: name)
    }

    // MARK: Listening

    /// - Parameter name: Nil for every event of the server's.
    func listen(_ name: String?, isOnce: Bool, _ callback: Callback, _ destructor: Destructor) -> Listening {
        guard let socket, let record = queue.addListener(isOnce: isOnce, callback, destructor) else { return .ended }
        let origin = origin(name ?? "")
        return .began(record.id) { [queue] in
            let listener: Listener
            if let name, Socket.lifecycleEvents.contains(name) {
                listener = socket.onLifecycle(name, isOnce: isOnce) { value in
                    queue.put(EventBox(origin, value: value), for: record)
                }
            } else {
                listener = socket.onRaw(name, isOnce: isOnce) { event in
                    queue.put(EventBox(origin, event), for: record)
                }
            }
            queue.listens(record, listener)
        }
    }

    // MARK: Emitting

    func emit(_ message: RawMessage, _ callback: Callback?) throws(SocketIOError) {
        guard let socket else { throw .freed }
        guard let callback else { return try socket.emit(message) }
        let origin = origin(message.name)
        guard let id = queue.addAnswer(callback, to: origin) else { throw .freed }
        do throws(SocketIOError) {
            try socket.emit(message) { [queue] result in
                let event =
                    switch result {
                    case .success(let answer): EventBox(origin, answer)
                    case .failure(let error): EventBox(origin, error: error)
                    }
                queue.put(event, forAnswer: id)
            }
        } catch {
            // Unless the end has come meanwhile, and has called back.
            if queue.dropAnswer(id) { throw error }
        }
    }
}
