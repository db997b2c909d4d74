package import SocketIOProtocol

/// What a transport tells its engine, on the loop, in the order in which it happened.
package enum TransportEvent: Sendable, Equatable {
    /// Packets can be sent. Polling says so at once, WebSocket after its handshake.
    case opened
    case packet(EnginePacket)
    /// Everything given to `send` has been taken by the socket, or its POST was answered: send more.
    case drained
    /// Polling only, after `pause()`: no request is under way any more. `unsent` was given to `send`, and stays with the
    /// transport unless it is dropped.
    case paused(unsent: ArraySlice<EnginePacket>)
    /// After `confirm()`: the server has read what was sent before.
    case confirmed
    /// The last event: the connection is over. `error` is nil when the server closed in order, and after `close()` if
    /// everything was sent and, over polling, the server has taken the goodbye.
    indirect case closed(SocketIOError?)
}

/// One way to carry the packets of an Engine.IO session.
///
/// A transport is used once. After `.closed`, or after a call of `abort()`, nothing is reported any more. Events may be
/// reported from inside `open`, `send`, `pause` and `close`; the engine is prepared for that.
@LoopActor
package protocol Transport: AnyObject {
    var kind: TransportKind { get }
    /// Set by the engine before `open()`.
    var onEvent: (TransportEvent) -> Void { get set }
    /// The session's id: from the handshake, or given to a probe before it opens.
    var sessionID: String? { get set }
    /// The handshake's `maxPayload`, in bytes: how large a polling body may be.
    var maxPayload: Int? { get set }
    func open()
    /// Sends packets in order. The engine waits for `.drained` before the next call.
    func send(_ packets: [EnginePacket])
    /// Sends a packet ahead of those that were given to `send` and are not on their way.
    func sendFirst(_ packet: EnginePacket)
    /// Asks for `.confirmed`. The engine has nothing to be sent then.
    func confirm()
    /// Polling: start no new request, report `.paused` when those under way are done. No meaning for WebSocket.
    func pause()
    /// Polling: take up the requests again after `pause()`. No meaning for WebSocket.
    func resume()
    /// Says goodbye after what was given to `send`, then reports `.closed(nil)`.
    func close()
    /// Drops the connection at once and reports nothing.
    func abort()
    /// What the connection is like; nil before there is one.
    var connectionInfo: ConnectionInfo? { get }
    /// Uses other certificates for the connections that are yet to be made.
    func useTLS(_ tls: TLSContext?)
    /// The messages given to `send` that the system has not taken, over polling the server. After the end: those that are
    /// lost.
    var unsent: Load { get }
    /// How many bytes it has sent; nil where nothing of what it was given waits.
    var progress: Int? { get }
    /// What the transport is waiting for: the phase named in the error when a deadline passes.
    var phase: SocketIOError.Phase { get }
}

/// What a transport needs to know of its engine.
package struct TransportConfiguration: Sendable {
    package var server: ServerURL
    /// With its leading slash, for example `/socket.io/`.
    package var path: String
    /// The user's query parameters, in order, not yet percent-encoded.
    package var query: [QueryItem]
    package var headers: [Header]
    /// Nil for http and ws.
    package var tls: TLSContext?
    package var limits: Limits
    package var route: Route
    /// Nil where cookies are not kept.
    package var cookies: CookieJar?
    /// What is known of the server's connections, for all sessions of this configuration.
    package var reuse = ConnectionReuse()
    /// Nil is each transport's own habit: polling sends one, WebSocket does not.
    package var timestampRequests: Bool?
    package var timestampParam = "t"
    package var forceBase64 = false
    /// For one request of polling.
    package var requestTimeout: Duration?
    /// How long the server may take to take the goodbye, once there is nothing else to send.
    package var goodbyeTimeout = Duration.seconds(1)
    /// The WebSocket sub-protocols to offer.
    package var protocols: [String] = []
    /// Nil for no compression of WebSocket messages.
    package var perMessageDeflate: PerMessageDeflate?
    /// Whether WebSocket frames may go past libwebsockets: see `DirectChannel`.
    package var allowsDirectWebSocket = ProcessEnvironment.allowsDirectWebSocket

    package init(
        server: ServerURL, path: String, query: [QueryItem] = [], headers: [Header] = [], tls: TLSContext? = nil,
        limits: Limits = Limits(), route: Route = Route(), cookies: CookieJar? = nil
    ) {
        self.server = server
        self.path = path
        self.query = query
        self.headers = headers
        self.tls = tls
        self.limits = limits
        self.route = route
        self.cookies = cookies
    }
}
