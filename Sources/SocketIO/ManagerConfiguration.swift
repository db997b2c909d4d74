import EngineIO
import Logging
import SocketIOProtocol

/// A URL and its options, checked and read: what a manager needs on the loop.
///
/// A class, for it is large, and never changes.
final class ManagerConfiguration: Sendable {
    let engine: EngineConfiguration
    let reconnection: ManagerStateMachine.Configuration
    let autoUnref: Bool
    let closeOnBeforeunload: Bool
    let logger: Logger
    let parser: any Parser
    let certificateExpiryWarning: Duration?
    /// The files to read again when they change.
    let watchedFiles: [String]

    /// - Parameters:
    ///   - previous: Whose certificates, cookies and memory are taken over where they fit.
    ///   - rereadingFiles: Whether certificates are taken over only if their files have not changed.
    init(
        _ url: ServerURL, _ options: ClientOptions, previous: EngineConfiguration? = nil, rereadingFiles: Bool = false
    ) throws(SocketIOError) {
        if let previous {
            engine = try previous.updating(options: options.engine, rereadingFiles: rereadingFiles)
        } else {
            engine = try EngineConfiguration(url: url, options: options.engine)
        }
        try options.socket.auth?.validate()
        reconnection = try options.reconnectionConfiguration()
        autoUnref = options.autoUnref
        closeOnBeforeunload = options.closeOnBeforeunload
        logger = options.logger
        parser = options.parser
        certificateExpiryWarning = options.certificateExpiryWarning
        watchedFiles = options.watchFiles && url.isSecure ? options.engine.tls.files : []
    }
}
