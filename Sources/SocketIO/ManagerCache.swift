import EngineIO
import SocketIOProtocol

/// The managers that `io()` shares. It holds none of them alive.
///
/// Node shares by URL and path alone, and so sends one caller's events over a connection with another's certificate.
enum ManagerCache {
    private struct Key: Hashable {
        let server: ServerURL
        let engine: EngineOptions
        let reconnection: ManagerStateMachine.Configuration
        let autoUnref: Bool
        let closeOnBeforeunload: Bool
        let watchFiles: Bool
        let certificateExpiryWarning: Duration?
        let parser: ObjectIdentifier
    }

    private struct Entry {
        weak var manager: Manager?
    }

    private static let entries = Locked<[Key: Entry]>([:])

    /// The socket of the namespace that `url` names, on a connection that may be shared.
    static func socket(_ url: ServerURL, _ options: ClientOptions) throws(SocketIOError) -> Socket {
        try options.socket.auth?.validate()
        let key = Key(
            server: url.withoutNamespace, engine: options.engine, reconnection: try options.reconnectionConfiguration(),
            autoUnref: options.autoUnref, closeOnBeforeunload: options.closeOnBeforeunload,
            watchFiles: options.watchFiles, certificateExpiryWarning: options.certificateExpiryWarning,
            parser: ObjectIdentifier(type(of: options.parser)))
        // Two parsers of a user's type need not be the same.
        let hasKnownParser = options.parser is DefaultParser || options.parser is MessagePackParser
        let isShared = options.multiplex && !options.forceNew && hasKnownParser
        // A namespace that is there already gets a second connection, as in Node; so does who wants what the first one's
        // options were, and are no more.
        if isShared, let manager = entries.withLock({ $0[key]?.manager }), manager.options.engine == options.engine,
            let socket = manager.newSocket(url.namespace, options.socket)
        {
            return socket
        }
        let manager = try Manager(url, options)
        if isShared {
            entries.withLock { entries in
                entries = entries.filter { $0.value.manager != nil }
                if entries[key] == nil { entries[key] = Entry(manager: manager) }
            }
        }
        return manager.socket(url.namespace)
    }
}
