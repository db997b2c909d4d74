import SocketIO
import Synchronization

/// Why the connection of a namespace was lost.
final class Loss: Sendable {
    private let error = Mutex<SocketIOError?>(nil)

    init(of socket: Socket) {
        socket.on(.disconnect) { [self] disconnection in error.withLock { $0 = disconnection.cause } }
    }

    /// Nil as long as it was not.
    var cause: SocketIOError? { error.withLock { $0 } }
}

extension Disconnection {
    var cause: SocketIOError { error ?? SocketIOError(.disconnected, "\(reason)") }
}
