import CSocketIO
import EngineIO
import Logging
import Synchronization

/// Where the log of all managers goes: to a function of the program's, or nowhere.
enum LogSink {
    private static let target = Locked<LogTarget?>(nil)
    private static let level = Atomic(UInt32(0))

    static let logger = Logger(label: "socket.io") { _ in SinkLogHandler() }

    static func isWanted(_ severity: sio_log_level) -> Bool {
        severity.rawValue <= level.load(ordering: .relaxed)
    }

    static func write(_ severity: sio_log_level, _ text: String) {
        guard isWanted(severity), let target = target.withLock({ $0 }) else { return }
        target.write(severity, text)
    }

    /// Waits for the calls of the former target, unless this is one.
    static func set(_ new: LogTarget?, level: sio_log_level) {
        let ended = Semaphore()
        let hadTarget = target.withLock { target in
            let hadTarget = target != nil
            target?.onEnd = ended
            target = new
            return hadTarget
        }
        self.level.store(new == nil ? 0 : level.rawValue, ordering: .relaxed)
        if hadTarget && !CallbackPlace.isInside { ended.wait() }
    }
}

/// A function of the program's that takes the log. Its destructor runs when the last call is over.
///
/// Unchecked: see `Callback`; `onEnd` is set once, under the lock, by who takes the target away.
final class LogTarget: @unchecked Sendable {
    private let function: sio_log_cb
    private let destructor: Destructor
    var onEnd: Semaphore?

    init(_ function: sio_log_cb, _ destructor: Destructor) {
        self.function = function
        self.destructor = destructor
    }

    deinit {
        destructor.call()
        onEnd?.signal()
    }

    func write(_ severity: sio_log_level, _ text: String) {
        var text = text
        text.append("\0")
        text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { bytes in
                guard let start = bytes.baseAddress else { return }
                CallbackPlace.run { function(severity, start, bytes.count - 1, destructor.userData) }
            }
        }
    }
}

/// Passes what the library logs on to the sink.
private struct SinkLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]

    var logLevel: Logger.Level {
        get {
            if LogSink.isWanted(SIO_LOG_DEBUG) { return .debug }
            if LogSink.isWanted(SIO_LOG_INFO) { return .info }
            return LogSink.isWanted(SIO_LOG_WARNING) ? .warning : .error
        }
        // The program's level counts.
        set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let severity = Self.severity(of: event.level)
        guard LogSink.isWanted(severity) else { return }
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let values = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
        LogSink.write(severity, event.message.description + values.joined())
    }

    private static func severity(of level: Logger.Level) -> sio_log_level {
        switch level {
        case .error, .critical: SIO_LOG_ERROR
        case .warning: SIO_LOG_WARNING
        case .info, .notice: SIO_LOG_INFO
        case .debug, .trace: SIO_LOG_DEBUG
        }
    }
}
