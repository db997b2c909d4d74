import Glibc
package import SocketIOProtocol

/// The way to the server, as the options have it, checked: the same on both transports.
package struct Route: Sendable {
    /// The address to connect from, in numbers.
    package private(set) var localAddress: String?
    /// Which addresses are used; that of `localAddress`, if the options name none.
    package private(set) var family: AddressFamily?
    /// Where to ask for a tunnel to the server.
    package private(set) var proxy: ProxyURL?
    /// A Unix domain socket instead of the server's address.
    package private(set) var socketPath: String?
    /// Whether a connection is used for more than one request.
    package private(set) var keepsAlive = true
    /// In seconds.
    private var tcpKeepAlive: Int32?
    /// In milliseconds.
    private var userTimeout: Int32?

    /// Straight to the server.
    package init() {}

    /// - Parameter environment: What the agent reads if `proxyFromEnvironment` is set; nil is that of the process.
    /// - Throws: `invalidArgument` for an option that cannot be used, or that contradicts another or the URL.
    package init(
        _ options: EngineOptions, to server: ServerURL, environment: [String: String]? = nil
    ) throws(SocketIOError) {
        let agent = options.agent
        keepsAlive = agent.keepAlive
        tcpKeepAlive = try Self.count(agent.tcpKeepAlive, .seconds(1), "tcpKeepAlive", limit: 32_767)
        userTimeout = try Self.count(agent.userTimeout, .milliseconds(1), "userTimeout", limit: .max)
        try setSocketPath(agent)
        proxy = try Self.proxy(agent, for: server, environment)
        try setAddresses(options, server)
    }

    private mutating func setSocketPath(_ agent: Agent) throws(SocketIOError) {
        guard let path = agent.socketPath else { return }
        // One byte of it is the end's.
        let limit = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1
        guard !path.isEmpty, path.utf8.count <= limit, !path.utf8.contains(0) else {
            throw Self.invalid("agent.socketPath", "is no path of 1 to \(limit) bytes")
        }
        guard agent.proxy == nil else { throw Self.invalid("agent.socketPath", "and agent.proxy exclude each other") }
        socketPath = path
    }

    private static func proxy(
        _ agent: Agent, for server: ServerURL, _ environment: [String: String]?
    ) throws(SocketIOError) -> ProxyURL? {
        // Checked even where it is not used.
        let proxy =
            if let proxy = agent.proxy { try ProxyURL(proxy, from: "the option agent.proxy") } else { nil as ProxyURL? }
        if agent.socketPath != nil || NoProxyList(agent.noProxy).contains(server.host) { return nil }
        guard proxy == nil, agent.proxyFromEnvironment else { return proxy }
        return try ProxyURL.from(environment ?? ProcessEnvironment.proxyVariables, for: server)
    }

    private mutating func setAddresses(_ options: EngineOptions, _ server: ServerURL) throws(SocketIOError) {
        family = options.family
        if let local = options.localAddress {
            guard let address = SocketAddress(local) else {
                throw Self.invalid("localAddress", "is no IP address: \(local.debugDescription)")
            }
            if let family, family != address.family {
                throw Self.invalid("localAddress", "is not of the family \(family): \(local)")
            }
            localAddress = local
            family = address.family
        }
        guard socketPath == nil else { return }
        let (target, name) = proxy.map { ($0.host, "proxy") } ?? (server.host, "server")
        if let family, let literal = SocketAddress(target), literal.family != family {
            let option = options.family == nil ? "localAddress" : "family"
            throw Self.invalid(option, "is \(family), but the \(name)'s address is \(literal.text)")
        }
    }

    private static func count(
        _ duration: Duration?, _ unit: Duration, _ option: String, limit: Int32
    ) throws(SocketIOError) -> Int32? {
        guard let duration else { return nil }
        let count = duration / unit
        guard count >= 1, count <= Double(limit) else {
            throw invalid("agent.\(option)", "is not between \(unit) and \(unit * Int(limit))")
        }
        return Int32(count)
    }

    static func invalid(_ option: String, _ why: String) -> SocketIOError {
        SocketIOError(.invalidArgument, "the option \(option) \(why)", phase: .options)
    }

    // MARK: Sockets

    /// Sets what the kernel is to do with a connection.
    func tune(_ socket: Int32) {
        func set(_ level: Int, _ option: Int32, _ value: Int32) {
            var value = value
            setsockopt(socket, Int32(level), option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
        guard socketPath == nil else { return }
        if let tcpKeepAlive {
            set(Int(SOL_SOCKET), SO_KEEPALIVE, 1)
            set(Int(IPPROTO_TCP), TCP_KEEPIDLE, tcpKeepAlive)
            set(Int(IPPROTO_TCP), TCP_KEEPINTVL, tcpKeepAlive)
        }
        if let userTimeout { set(Int(IPPROTO_TCP), TCP_USER_TIMEOUT, userTimeout) }
    }
}
