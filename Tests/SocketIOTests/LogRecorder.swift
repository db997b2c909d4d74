import Logging
import TestSupport

/// Keeps the lines with their metadata.
struct LogRecorder: LogHandler {
    let lines: Inbox<String>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let metadata = metadata.merging(event.metadata ?? [:]) { $1 }
        let pairs = metadata.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " ")
        lines.put("\(event.level) \(event.message) \(pairs)")
    }
}
