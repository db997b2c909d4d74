import ArgumentParser
import SocketIO

/// The options that say by which way a connection goes, and how it speaks.
struct RouteOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "An HTTP proxy: http://[user:password@]host:port. Others on this machine can see it. (default: none)",
            valueName: "url"))
    var proxy: String?

    @Flag(help: "Use the proxy of the environment: https_proxy, http_proxy, all_proxy, no_proxy.")
    var proxyFromEnvironment = false

    @Option(
        help: ArgumentHelp(
            "A Unix socket to connect to, instead of the URL's host and port. (default: none)", valueName: "path"),
        completion: .file())
    var unixSocket: String?

    @Option(
        help: ArgumentHelp(
            "The IP address of this machine to connect from. (default: the system's choice)", valueName: "address"))
    var localAddress: String?

    @Flag(name: [.customShort("4"), .customLong("ipv4")], help: "Connect by IPv4 only.")
    var usesIPv4 = false

    @Flag(name: [.customShort("6"), .customLong("ipv6")], help: "Connect by IPv6 only.")
    var usesIPv6 = false

    @Flag(help: "Send the server's cookies back to it, as sticky sessions need.")
    var cookies = false

    @Flag(help: "Stay with the first of the transports.")
    var noUpgrade = false

    @Flag(help: "Do not compress WebSocket messages.")
    var noCompression = false

    @Option(
        help: ArgumentHelp(
            "A WebSocket sub-protocol to offer. May be repeated. (default: none)", valueName: "name"))
    var subprotocol: [String] = []

    @Option(
        help: ArgumentHelp("The server's parser: default or msgpack. (default: default)", valueName: "name"),
        completion: .list(ParserName.allCases.map(\.rawValue)))
    var parser: ParserName?

    enum ParserName: String, CaseIterable, ExpressibleByArgument { case `default`, msgpack }

    func validate() throws {
        if usesIPv4 && usesIPv6 { throw ValidationError("--ipv4 and --ipv6 exclude one another.") }
    }

    /// What is not given leaves `options` as they are.
    func apply(to options: inout ClientOptions) {
        if let proxy { options.agent.proxy = proxy }
        if proxyFromEnvironment { options.agent.proxyFromEnvironment = true }
        if let unixSocket { options.agent.socketPath = unixSocket }
        if let localAddress { options.localAddress = localAddress }
        if usesIPv4 { options.family = .ipv4 }
        if usesIPv6 { options.family = .ipv6 }
        if cookies { options.withCredentials = true }
        if noUpgrade { options.upgrade = false }
        if noCompression { options.perMessageDeflate = nil }
        if !subprotocol.isEmpty { options.protocols = subprotocol }
        switch parser {
        case .default: options.parser = DefaultParser()
        case .msgpack: options.parser = MessagePackParser()
        case nil: break
        }
    }
}
