public import SocketIOProtocol

/// What a connection is like: as it was when the session was opened, or moved to another transport.
public struct ConnectionInfo: Sendable, Equatable {
    /// The transport in use.
    public var transport: TransportKind
    /// The address and port on this machine, in numbers. Nil for a Unix socket.
    public var localAddress: String?
    /// The server's address and port in numbers, or the proxy's. Nil for a Unix socket.
    public var remoteAddress: String?
    /// Nil for http and ws. Polling has two connections, or more: it is of the last handshake of those that poll.
    public var tls: TLSInfo?

    /// The server's own certificate.
    public var peerCertificate: Certificate? { tls?.chain.first }
}
