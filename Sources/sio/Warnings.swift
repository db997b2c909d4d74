import SocketIO
import Synchronization

/// Tells why a connection cannot be made while it is tried again and again: the same cause once.
final class Warnings: Sendable {
    private let last = Mutex<String?>(nil)

    func tell(_ error: SocketIOError) {
        let text = FailureLine.text(error)
        let isNew = last.withLock { last in
            defer { last = text }
            return last != text
        }
        if isNew { Output.tell("sio: \(text); trying again") }
    }

    func reset() { last.withLock { $0 = nil } }
}
