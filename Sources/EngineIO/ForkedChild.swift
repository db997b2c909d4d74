import Glibc
package import SocketIOProtocol
import Synchronization

/// Whether this process is a fork of one that had the I/O thread. There is no such thread here, and a lock may be held
/// for ever: nothing of what is on the loop can be used.
package enum ForkedChild {
    private static let flag = Atomic(false)
    /// Registered when it is first asked for.
    private static let handler: Void = {
        pthread_atfork(nil, nil) { ForkedChild.flag.store(true, ordering: .relaxed) }
        return ()
    }()

    package static var isHere: Bool { flag.load(ordering: .relaxed) }

    /// To be called before the thread starts.
    static func watch() { _ = handler }
}

extension SocketIOError {
    /// What calls end with in the child.
    package static let inForkedChild = SocketIOError(
        .systemFailure, "this process is a fork of one that uses this library, and cannot use it")
}
