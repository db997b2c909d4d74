import CLibuv
import CLibwebsockets
import Glibc
import SocketIOProtocol

/// Looks at a proxy's answer to `CONNECT` before libwebsockets reads it.
///
/// libwebsockets says nothing of a refusal, and takes whatever it reads first for the whole answer. So it is kept from
/// reading until the head of the answer is there.
@LoopActor
final class ProxyReply {
    enum Outcome {
        case accepted
        case refused(status: Int)
        /// Something else than an answer, or the connection's end.
        case invalid(String)
    }

    private static let limit = 16_384

    /// A descriptor of its own: libuv has one watcher for each.
    private let socket: Int32
    private var watcher: SocketWatcher?
    private let onOutcome: @LoopActor (Outcome) -> Void

    /// Calls `onOutcome` once, but not after its own end.
    init?(of connection: Int32, _ onOutcome: @escaping @LoopActor (Outcome) -> Void) {
        socket = fcntl(connection, F_DUPFD_CLOEXEC, 0)
        self.onOutcome = onOutcome
        guard socket >= 0 else { return nil }
        watcher = SocketWatcher(socket) { [unowned self] status, events in
            look(isEnded: status < 0 || events & Int32(UV_DISCONNECT.rawValue) != 0)
        }
        guard watcher?.wait(for: Int32(UV_READABLE.rawValue | UV_DISCONNECT.rawValue)) == true else { return nil }
    }

    isolated deinit {
        watcher?.stop()
        if socket >= 0 { close(socket) }
    }

    private func look(isEnded: Bool) {
        var buffer = [UInt8](repeating: 0, count: Self.limit)
        let count = recv(socket, &buffer, buffer.count, Int32(MSG_PEEK | MSG_DONTWAIT))
        if count < 0 && (errno == EAGAIN || errno == EINTR) && !isEnded { return }
        guard count > 0 else { return end(.invalid("the proxy closed the connection without an answer")) }
        let head = buffer[..<count]
        guard head.starts(with: "HTTP/1.".utf8.prefix(head.count)) else {
            return end(.invalid("the proxy's answer is not HTTP"))
        }
        // A refusal need not be whole.
        let words = head.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
            .split(separator: UInt8(ascii: " "), maxSplits: 2)
        if words.count > 1, words[1].count == 3, let status = Int(String(decoding: words[1], as: UTF8.self)),
            status != 200, words[1].endIndex < head.endIndex
        {
            return end(.refused(status: status))
        }
        if head.firstRange(of: "\r\n\r\n".utf8) != nil { return end(.accepted) }
        guard count < Self.limit else { return end(.invalid("the proxy's answer is too long")) }
        guard !isEnded else { return end(.invalid("the proxy closed the connection in its answer")) }
        // Else the loop would turn until the rest comes.
        var awaited = Int32(count + 1)
        setsockopt(socket, SOL_SOCKET, SO_RCVLOWAT, &awaited, socklen_t(MemoryLayout<Int32>.size))
    }

    private func end(_ outcome: Outcome) {
        var awaited: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_RCVLOWAT, &awaited, socklen_t(MemoryLayout<Int32>.size))
        watcher?.stop()
        watcher = nil
        onOutcome(outcome)
    }
}
