import SocketIO
import TestSupport
import Testing

/// One option, and how it is seen at a server that it does what it says.
struct OptionRow: Sendable, CustomTestStringConvertible {
    /// That of the option, or of a member: `agent.proxy`.
    let name: String
    let transports: [TransportKind]
    let check: @Sendable (OptionProbe) async throws -> Void

    /// - Parameters:
    ///   - only: The one transport on which there is anything to see.
    ///   - reason: Why it is the only one.
    init(
        _ name: String, only: TransportKind? = nil, _ reason: StaticString = "",
        _ check: @escaping @Sendable (OptionProbe) async throws -> Void
    ) {
        self.name = name
        transports = only.map { [$0] } ?? TransportKind.allCases
        self.check = check
    }

    var testDescription: String { name }
}

/// Socket.IO's page "Client options", and the options that are this library's own.
///
/// No row has a closure within `#expect(…)`: Swift 6.3 calls that one, too, for the next of the same type in the row.
enum OptionPage {
    static let rows =
        sharing + transports + requests + deadlines + agent + route + limits + trust + identity + policy + files
        + reconnection + namespaces + end

    /// What the rows share. Python's needs ASGI for the path without a slash, and for the sub-protocol.
    static let plain = Task { try await start(.websocket) }
    static let secure = Task { try await start(.websocketTLS) }
    static let proxy = Task { try await ProxyServer.start() }

    private static func start(_ way: Way) async throws -> PeerServer {
        try await way.startServer {
            $0.framework = .asgi
            $0.logsRequests = true
            $0.choosesProtocol = true
            $0.cookie = "io"
        }
    }
}

/// What a row needs to make connections over one transport.
struct OptionProbe: Sendable {
    let transport: TransportKind

    var other: TransportKind { transport == .polling ? .websocket : .polling }

    /// A client with options of its own.
    func client(tls: Bool = false, _ change: (inout ClientOptions) -> Void = { _ in }) async throws -> OptionClient {
        let way: Way =
            switch transport {
            case .polling: tls ? .pollingTLS : .polling
            case .websocket: tls ? .websocketTLS : .websocket
            }
        let server = try await (tls ? OptionPage.secure : OptionPage.plain).value
        return OptionClient(server: server, options: try await way.options(), change)
    }

    /// A session with these options: what the server saw of it.
    func session(
        tls: Bool = false, url: String? = nil, _ change: (inout ClientOptions) -> Void = { _ in },
        _ body: (Socket) async throws -> Void = { try await $0.exchange() }
    ) async throws -> OptionSession {
        try await client(tls: tls, change).session(url: url, body)
    }

    /// Why there is no session with these options.
    func failure(
        tls: Bool = false, url: String? = nil, _ change: (inout ClientOptions) -> Void
    ) async throws -> SocketIOError {
        try await client(tls: tls, change).failure(url: url)
    }
}

/// A client that the server knows by a header of all its requests.
struct OptionClient: Sendable {
    let server: PeerServer
    let options: ClientOptions
    let mark: String

    init(server: PeerServer, options: ClientOptions, _ change: (inout ClientOptions) -> Void) {
        self.server = server
        var options = options
        mark = "\(UInt64.random(in: 0...UInt64.max))"
        options.extraHeaders["X-Row"] = mark
        change(&options)
        self.options = options
    }

    /// All requests that the server has told of by now.
    var requests: [PeerLog] {
        server.logs.all.filter { $0.kind == .request && $0.headers?["x-row"] == mark }
    }

    /// - Parameter body: Gets the socket before it is connected, and leaves it connected.
    func session(
        url: String? = nil, _ body: (Socket) async throws -> Void = { try await $0.exchange() }
    ) async throws -> OptionSession {
        let (info, sid) = try await withSocket(url ?? server.url, options) { socket in
            try await body(socket)
            return (socket.io.connectionInfo, try #require(socket.id))
        }
        // What came before it has been told by then.
        _ = try await server.next(.disconnect) { $0.sid == sid }
        let events = server.logs.all.filter { $0.kind == .event && $0.sid == sid }
        let connect = server.logs.all.first { $0.kind == .connect && $0.sid == sid }
        return OptionSession(requests: requests, events: events, connect: connect, info: info)
    }

    func failure(url: String? = nil) async throws -> SocketIOError {
        var options = options
        options.reconnection = false
        do {
            try await withSocket(url ?? server.url, options) { try await $0.waitUntilConnected() }
        } catch let error as SocketIOError {
            return error
        }
        throw SupportError("it connects, with \(options)")
    }
}

/// What a server saw of a session.
struct OptionSession: Sendable {
    let requests: [PeerLog]
    let events: [PeerLog]
    let connect: PeerLog?
    /// At the session's end.
    let info: ConnectionInfo?

    /// Those that open a session.
    var handshakes: [PeerLog] { requests.filter { $0.query?["sid"] == nil } }
    var transports: Set<String?> { query("transport") }
    /// Of each handshake.
    var firstTransports: [String?] { handshakes.map { $0.query?["transport"] } }
    /// As many as there were TCP connections.
    var connections: Set<String?> { values { "\($0.client ?? [])" } }

    /// What a part of the requests is, with nil for those that do not have it.
    func values<Value: Hashable>(_ part: (PeerLog) -> Value?) -> Set<Value?> { Set(requests.map(part)) }

    func header(_ name: String) -> Set<String?> { Set(requests.map { $0.headers?[name] }) }
    func query(_ name: String) -> Set<String?> { Set(requests.map { $0.query?[name] }) }

    func arguments(of event: String) -> [[PeerValue]?] { events.filter { $0.event == event }.map(\.args) }
}

extension Socket {
    /// Connects, and has an answer.
    func exchange() async throws {
        try await waitUntilConnected()
        let sum: Int = try await timeout(standardDeadline).emitWithAck("add", 1, 2)
        #expect(sum == 3)
    }

    /// The same, over WebSocket in the end.
    func upgrade() async throws {
        try await exchange()
        try await eventually("the upgrade") { io.transport == .websocket }
        try await exchange()
    }
}
