public import SocketIOProtocol

/// What a program's own check of a server is given.
public struct ServerIdentity: Sendable {
    /// The name, or the address in numbers, that the server's certificate should be for: the URL's host, or `servername`.
    public let host: String
    /// The verified chain: the server's own certificate is the first, a trusted one the last.
    public let chain: [Certificate]
    /// Whether the server's own certificate is for `host`: what is checked where there is no other check.
    public let isForHost: Bool
}

/// Takes the place of the check that the server's certificate is for its host, as Node's `checkServerIdentity`.
///
/// ```swift
/// options.checkServerIdentity = ServerIdentityCheck { server in
///     guard server.isForHost || server.chain[0].subject == "CN=gateway" else { throw Stranger() }
/// }
/// ```
///
/// The chain has been verified before. A check is equal to itself alone, so sockets of two checks share no connection.
public struct ServerIdentityCheck: Sendable, Hashable {
    private final class Body: Sendable {
        let check: @Sendable (ServerIdentity) throws -> Void
        init(_ check: @escaping @Sendable (ServerIdentity) throws -> Void) { self.check = check }
    }

    private let body: Body

    /// - Parameter check: Throws to refuse the server; the error's description becomes a part of the connection's. Runs on
    ///   the I/O thread, and must not block.
    public init(_ check: @escaping @Sendable (ServerIdentity) throws -> Void) { body = Body(check) }

    func callAsFunction(_ server: ServerIdentity) throws { try body.check(server) }

    /// Whether both are the same.
    public static func == (one: Self, other: Self) -> Bool { one.body === other.body }

    /// By identity.
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(body)) }
}
