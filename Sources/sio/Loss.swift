import SocketIO
import Synchronization

/// Why the connection of a namespace was lost.
final class Loss: Sendable {
    private let socket: Socket
    private let error = Mutex<SocketIOError?>(nil)

    init(of socket: Socket) {
        self.socket = socket
        socket.on(.disconnect) { [self] disconnection in error.withLock { $0 = disconnection.cause } }
    }

    /// What `body` does, unless an event of it came too late for the connection, and would wait for another.
    func endsTheWait(of body: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await body() }
            group.addTask { [self] in
                // What was sent before ends by itself.
                while true {
                    if let cause, await !socket.sendBuffer().isEmpty { throw cause }
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            try await group.next()
            group.cancelAll()
        }
    }

    /// Nil as long as it was not.
    var cause: SocketIOError? { error.withLock { $0 } }
}

extension Disconnection {
    var cause: SocketIOError { error ?? SocketIOError(.disconnected, "\(reason)") }
}
