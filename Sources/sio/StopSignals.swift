import Glibc
import Synchronization

/// SIGINT and SIGTERM: the server is told, then the program ends by the signal, as its parent wants to know.
enum StopSignals {
    typealias Goodbye = @Sendable () async -> Void

    /// How long the goodbye may take.
    static let patience = Duration.seconds(1)

    private struct State {
        var goodbye: Goodbye?
        var received: Int32?
    }

    private static let state = Mutex(State())

    /// To be called while there is one thread: the others have its mask.
    static func block() {
        var signals = watched
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// Without those that are ignored, as under nohup or in a script's background: they stay so.
    private static let watched: sigset_t = {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGINT, SIGTERM] where !isIgnored(number) { sigaddset(&signals, number) }
        return signals
    }()

    /// What is to be done before the end; without it, a signal ends the program at once.
    static func setGoodbye(_ goodbye: @escaping Goodbye) { state.withLock { $0.goodbye = goodbye } }

    /// To be called when the goodbye is said: does not return if a signal has come.
    static func endIfReceived() {
        if let number = state.withLock({ $0.received }) { end(by: number) }
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        sigaction(number, nil, &action)
        let handler = unsafeBitCast(action.__sigaction_handler.sa_handler, to: UInt.self)
        return handler == unsafeBitCast(SIG_IGN, to: UInt.self)
    }

    /// Waits for a signal, and ends by it.
    static func wait() -> Never {
        var signals = watched
        var first: Int32 = 0
        while sigwait(&signals, &first) != 0 {}
        let goodbye = state.withLock { [first] state in
            state.received = first
            return state.goodbye
        }
        guard let goodbye else { end(by: first) }
        Task { [first] in
            await goodbye()
            end(by: first)
        }
        // Another one means at once.
        var limit = timespec(tv_sec: Int(patience.components.seconds), tv_nsec: 0)
        let second = sigtimedwait(&signals, nil, &limit)
        end(by: second > 0 ? second : first)
    }

    private static func end(by number: Int32) -> Never {
        signal(number, SIG_DFL)
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, number)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        raise(number)
        _exit(128 + number)
    }
}
