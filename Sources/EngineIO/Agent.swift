/// How connections are made and kept, on both transports alike.
public struct Agent: Sendable, Hashable {
    /// Whether polling keeps one connection for all its requests. If not, each has a connection of its own, and
    /// `Connection: close`. Default true.
    public var keepAlive = true
    /// An HTTP proxy: `http://[user:password@]host:port`, user and password percent-encoded. It is asked for a tunnel
    /// (`CONNECT`) for http and ws, too, and looks up the server's name itself. Default nil: none.
    ///
    /// With WebSocket, user and password together have at most 92 bytes, and the server's name 99.
    public var proxy: String?
    /// The hosts that are reached without the proxy: a name stands for its subdomains too, an address may have a
    /// prefix's length (`10.0.0.0/8`), and `*` is every host. Default none.
    public var noProxy: [String] = []
    /// Whether the environment's proxy is used where `proxy` is nil: `https_proxy` or `HTTPS_PROXY` for https and wss,
    /// `http_proxy` for http and ws, else `all_proxy` or `ALL_PROXY`; not for the hosts of `no_proxy` or `NO_PROXY`. The
    /// environment is read when the manager is made. Default false.
    public var proxyFromEnvironment = false
    /// The path of a Unix domain socket to connect to instead of the URL's host and port, which still are what the
    /// `Host` header says and the certificate must name. There is no proxy then, and no local address. Default nil.
    public var socketPath: String?
    /// How long a connection is idle before TCP asks whether the peer is still there, and the time between two such
    /// questions; in whole seconds. Default nil: TCP does not ask.
    public var tcpKeepAlive: Duration?
    /// How long sent bytes may stay unacknowledged by the peer before TCP gives the connection up, in whole
    /// milliseconds. Default nil: the system's.
    public var userTimeout: Duration?

    /// The defaults.
    public init() {}
}

extension Agent: CustomReflectable {
    /// Hides the proxy's credentials.
    public var customMirror: Mirror {
        Mirror(
            self,
            children: [
                "keepAlive": keepAlive, "proxy": proxy == nil ? "none" : "set", "noProxy": noProxy,
                "proxyFromEnvironment": proxyFromEnvironment, "socketPath": socketPath ?? "none",
                "tcpKeepAlive": tcpKeepAlive.map { "\($0)" } ?? "none",
                "userTimeout": userTimeout.map { "\($0)" } ?? "none",
            ] as KeyValuePairs<String, Any>, displayStyle: .struct)
    }
}
