package import SocketIOProtocol

/// Connects to a server to find out what becomes of it, with the code that every connection uses: looks up its name, and
/// makes the first request of a session, which is closed again.
package final class ConnectionTrial: Sendable {
    /// What a request came to. What is known of the connection is told in the case of failure, too.
    package struct Outcome: Sendable {
        package var result: Result<Handshake, SocketIOError>
        package var times: Times
        package var connection: ConnectionInfo?

        package var error: SocketIOError? { if case .failure(let error) = result { error } else { nil } }
    }

    /// When a request had come how far, since its start; nil if it never did.
    package struct Times: Sendable, Equatable {
        package var nameLookUp: Duration?
        /// With the proxy's tunnel, if there is one.
        package var connect: Duration?
        package var tls: Duration?
        package var end = Duration.zero
    }

    private let configuration: TransportConfiguration
    private let timeout: Duration?

    /// - Parameters:
    ///   - url: The server.
    ///   - options: The first of their transports is the one whose own options count.
    /// - Throws: What is wrong with which option, as `Engine` does.
    package init(_ url: ServerURL, _ options: EngineOptions) throws(SocketIOError) {
        let configuration = try EngineConfiguration(url: url, options: options)
        self.configuration = configuration.transport(options.transports.first ?? .polling)
        timeout = configuration.session.openTimeout
        try EventLoop.shared.acquire()
    }

    deinit { EventLoop.shared.release() }

    /// Host and port of the proxy before the server.
    package var proxy: ProxyURL? { configuration.route.proxy }

    /// The Unix socket instead of the server's address.
    package var socketPath: String? { configuration.route.socketPath }

    /// The name, or the address, to connect to.
    package var host: String { proxy?.host ?? configuration.server.host }

    /// The name, or the address, that the server's certificate must be for.
    package var verifiedHost: String { configuration.tls?.verification.peer.host ?? configuration.server.host }

    /// Looks up the addresses of `host` that may be used, the best first.
    @LoopActor package func resolve() async -> Result<[String], SocketIOError> {
        await withCheckedContinuation { continuation in
            NameTrial(host, configuration.route.family).run(within: timeout) { continuation.resume(returning: $0) }
        }
    }

    /// Makes the request that opens a session over polling, and closes the session.
    @LoopActor package func poll() async -> Outcome {
        await withCheckedContinuation { continuation in
            do throws(SocketIOError) {
                try PollingTrial(configuration).run(within: timeout) { continuation.resume(returning: $0) }
            } catch {
                continuation.resume(returning: Outcome(result: .failure(error), times: Times()))
            }
        }
    }
}
