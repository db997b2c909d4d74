public import EngineIO
public import Logging
public import SocketIOProtocol

/// The options of a connection, under the names of Socket.IO's "Client options" page, in one flat list.
///
/// ```swift
/// var options = ClientOptions()
/// options.ca = .file("/etc/acme/ca.pem")
/// options.reconnectionDelayMax = .seconds(30)
/// options.auth = .value(["token": "abc"])
/// ```
@dynamicMemberLookup
public struct ClientOptions: Sendable {
    /// The options of the connection underneath. They can be reached without naming this property: `options.ca`.
    public var engine = EngineOptions()
    /// The options of the namespace. They can be reached without naming this property: `options.auth`.
    public var socket = SocketOptions()

    /// Whether `io()` makes a connection of its own, instead of sharing one with equal options. Default false.
    public var forceNew = false
    /// Whether `io()` may share a connection. Default true; false is the same as `forceNew`.
    public var multiplex = true

    /// Whether to connect again after the connection was lost, or could not be made. Default true.
    public var reconnection = true
    /// How many attempts are made to reconnect. Default nil: no end.
    public var reconnectionAttempts: Int?
    /// The first delay before a reconnection; it doubles each time. Default 1 second.
    public var reconnectionDelay: Duration = .seconds(1)
    /// The longest delay before a reconnection. Default 5 seconds.
    public var reconnectionDelayMax: Duration = .seconds(5)
    /// How far a delay is spread around its middle, from 0 to 1. Default 0.5.
    public var randomizationFactor = 0.5
    /// Whether `io()` begins to connect by itself. Default true.
    public var autoConnect = true
    /// How packets are written and read; the server has to have the same parser. Default ``DefaultParser``, which every
    /// server has; there is ``MessagePackParser``, or one of your own. In JSON `"default"` or `"msgpack"`.
    public var parser: any Parser = DefaultParser()
    /// Whether a connection does not count for ``run()``, so that the program can end while it is open. Default false.
    public var autoUnref = false
    /// Whether the server is told when the program ends by `exit` or by returning from its main function, for which it
    /// has 250 ms. There is no event of it. Default true.
    public var closeOnBeforeunload = true
    /// Whether the files of `ca`, `cert`, `key`, `pfx` and `crl` are read again when they change, as by
    /// ``Manager/reloadTLS(reconnect:_:)``. What cannot be used, as a half-written file, is logged, and the next change
    /// awaited. Default false.
    public var watchFiles = false
    /// How long before a client certificate expires a warning is logged, every day. Default 30 days; nil for never.
    public var certificateExpiryWarning: Duration? = .seconds(30 * 86_400)
    /// Where to log what becomes of the connection. The values of arguments, `auth`, cookies and query parameters are
    /// never logged. The metadata `layer` is `engine.io` or `socket.io`. Default: nowhere.
    public var logger = Logger(label: "socket.io") { _ in SwiftLogNoOpLogHandler() }

    /// The defaults.
    public init() {}

    /// An option of the connection underneath.
    public subscript<Value>(dynamicMember option: WritableKeyPath<EngineOptions, Value>) -> Value {
        get { engine[keyPath: option] }
        set { engine[keyPath: option] = newValue }
    }

    /// An option of the namespace.
    public subscript<Value>(dynamicMember option: WritableKeyPath<SocketOptions, Value>) -> Value {
        get { socket[keyPath: option] }
        set { socket[keyPath: option] = newValue }
    }

    package func reconnectionConfiguration() throws(SocketIOError) -> ManagerStateMachine.Configuration {
        func check(_ isValid: Bool, _ problem: String) throws(SocketIOError) {
            guard !isValid else { return }
            throw SocketIOError(.invalidArgument, "the option \(problem)", phase: .options)
        }
        try check(reconnectionAttempts ?? 0 >= 0, "reconnectionAttempts is negative")
        try check(socket.retries ?? 0 >= 0, "retries is negative")
        try check(socket.ackTimeout ?? .seconds(1) > .zero, "ackTimeout is not positive")
        try check(reconnectionDelay >= .zero, "reconnectionDelay is negative")
        try check(reconnectionDelayMax >= .zero, "reconnectionDelayMax is negative")
        try check((0...1).contains(randomizationFactor), "randomizationFactor is not in 0...1")
        return ManagerStateMachine.Configuration(
            reconnection: reconnection, reconnectionAttempts: reconnectionAttempts,
            reconnectionDelay: reconnectionDelay, reconnectionDelayMax: reconnectionDelayMax,
            randomizationFactor: randomizationFactor)
    }
}
