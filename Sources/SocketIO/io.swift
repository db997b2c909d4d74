@_exported public import EngineIO
@_exported public import SocketIOProtocol

/// A socket for the namespace that the path of `url` names; Node's `io()`.
///
/// Sockets of several namespaces share one connection, as long as somebody holds one of them, if all options of the
/// connection are equal; see `forceNew`. A namespace asked for twice gets a second connection.
///
/// It begins to connect by itself, unless the option `autoConnect` is false.
///
/// - Parameters:
///   - url: For example `https://example.com/chat`. A path names the namespace, a query goes to the handshake.
///   - options: Certificates and keys in them are read now.
///   - setUp: Adds the listeners, before anything can arrive.
/// - Throws: `invalidURL`, `invalidArgument` or `tls`, with what is wrong with which option; and what `setUp` throws.
@discardableResult
public func io(
    _ url: String, _ options: ClientOptions = ClientOptions(), _ setUp: (Socket) throws -> Void
) throws -> Socket {
    let socket = try ManagerCache.socket(ServerURL(url), options)
    try setUp(socket)
    if options.autoConnect { socket.connect() }
    return socket
}

/// A socket for the namespace that the path of `url` names; Node's `io()`.
///
/// Add the listeners at once: it begins to connect by itself, unless the option `autoConnect` is false.
///
/// - Throws: `invalidURL`, `invalidArgument` or `tls`, with what is wrong with which option.
public func io(_ url: String, _ options: ClientOptions = ClientOptions()) throws(SocketIOError) -> Socket {
    let socket = try ManagerCache.socket(ServerURL(url), options)
    if options.autoConnect { socket.connect() }
    return socket
}

/// Runs `body` with a socket on a connection of its own that is not connected yet, so that it can listen first; then
/// sends what was emitted, closes the connection, whatever `body` does, and removes the listeners.
///
/// ```swift
/// let sum: Int = try await withSocket("http://localhost:3000") { socket in
///     try await socket.waitUntilConnected()
///     return try await socket.emitWithAck("add", 20, 22)
/// }
/// ```
///
/// See ``Manager/shutdown(deadline:)``.
///
/// - Throws: What `body` throws; otherwise why something that was emitted could not be sent.
public func withSocket<Result>(
    _ url: String, _ options: ClientOptions = ClientOptions(), isolation: isolated (any Actor)? = #isolation,
    _ body: (Socket) async throws -> sending Result
) async throws -> sending Result {
    let socket = try makeSocket(url, options)
    // What they have captured, the socket for one, would keep it.
    defer { socket.io.core.removeListeners() }
    let result: Result
    do {
        result = try await body(socket)
    } catch {
        await socket.io.shutdown()
        throw error
    }
    if let error = await socket.io.shutdown().asError { throw error }
    return result
}

private func makeSocket(_ text: String, _ options: ClientOptions) throws(SocketIOError) -> Socket {
    let url = try ServerURL(text)
    return try Manager(url, options).socket(url.namespace)
}
