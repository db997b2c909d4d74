import SocketIO
import TestSupport

/// The ways a client can reach the server. Each test of the battery goes all of them.
enum Way: String, CaseIterable, Sendable {
    case polling, websocket, upgrade, pollingTLS, websocketTLS, upgradeTLS

    var isSecure: Bool { self == .pollingTLS || self == .websocketTLS || self == .upgradeTLS }

    private var transports: [TransportKind] {
        switch self {
        case .polling, .pollingTLS: [.polling]
        case .websocket, .websocketTLS: [.websocket]
        case .upgrade, .upgradeTLS: [.polling, .websocket]
        }
    }

    /// What the transport is in the end.
    var transport: TransportKind { self == .polling || self == .pollingTLS ? .polling : .websocket }

    /// The options of a client with a certificate, where one is needed.
    func options() async throws -> ClientOptions {
        var options = ClientOptions()
        options.transports = transports
        options.reconnectionDelay = .milliseconds(50)
        options.reconnectionDelayMax = .milliseconds(200)
        options.autoConnect = false
        // The tests of a small machine wait for each other.
        options.timeout = standardDeadline
        if isSecure {
            let certificates = try await TestCertificates.shared
            options.ca = [.file(certificates.ca)]
            options.cert = .file(certificates.client.certificate)
            options.key = .file(certificates.client.key)
        }
        return options
    }

    /// A server for this way alone.
    func startServer(_ configure: (inout PeerServer.Options) -> Void = { _ in }) async throws -> PeerServer {
        let certificates = isSecure ? try await TestCertificates.shared : nil
        return try await PeerServer.start { options in
            options.tls = certificates.map { PeerServer.Options.TLS($0.server, clientCA: $0.ca) }
            configure(&options)
        }
    }

    /// A server that many tests use at the same time.
    func server() async throws -> PeerServer {
        let server = isSecure ? Self.secureServer : Self.plainServer
        return try await server.value
    }

    // On uvicorn: python-engineio on aiohttp takes no more than the first 64 KiB of a POST that comes in pieces.
    private static let plainServer = Task { try await Way.websocket.startServer { $0.framework = .asgi } }
    private static let secureServer = Task { try await Way.websocketTLS.startServer { $0.framework = .asgi } }
}

/// A connection of its own to a server, closed at the end of the test.
func withClient<Result>(
    _ way: Way, to server: PeerServer, namespace: String = "/", _ configure: (inout ClientOptions) -> Void = { _ in },
    isolation: isolated (any Actor)? = #isolation, _ body: (Socket) async throws -> sending Result
) async throws -> sending Result {
    var options = try await way.options()
    configure(&options)
    return try await withSocket(server.url + namespace, options, body)
}
