import CEventDescriptor
import Glibc
import SocketIO

/// A descriptor that is readable between `signal()` and `reset()`.
final class EventDescriptor: Sendable {
    let number: Int32

    init() throws(SocketIOError) {
        number = CEventDescriptor_new()
        guard number < 0 else { return }
        let status = errno
        var error = SocketIOError(.systemFailure, "eventfd: \(String(cString: strerror(status)))")
        error.errno = status
        throw error
    }

    deinit { close(number) }

    func signal() {
        var one: UInt64 = 1
        write(number, &one, 8)
    }

    func reset() {
        var count: UInt64 = 0
        read(number, &count, 8)
    }

    /// Waits until it is readable. False if `limit` has passed first; nil is no limit.
    func wait(_ limit: Duration?) -> Bool {
        let end = limit.map { ContinuousClock.now + $0 }
        while true {
            var request = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
            let left = end.map { max(Duration.zero, $0 - .now) }
            let milliseconds = left.map { Int32(clamping: Int(($0 / .milliseconds(1)).rounded(.up))) } ?? -1
            if poll(&request, 1, milliseconds) > 0 { return true }
            // A signal has come, or the limit is longer than what poll takes.
            if let left, left <= .milliseconds(Int64(milliseconds)), errno != EINTR || left == .zero { return false }
        }
    }
}
