import SocketIOProtocol

/// The request that asks for a WebSocket, within what libwebsockets can send.
struct UpgradeRequest {
    let target: String
    /// The value of the `Host` header.
    let host: String
    let headers: [Header]
    /// The sub-protocols to offer.
    let protocols: [String]
    let offersCompression: Bool

    /// libwebsockets cuts a longer request line, which is `GET … HTTP/1.1`, without a word.
    private static let targetLimit = 2000
    /// Likewise the line of the `Host` header.
    private static let hostLimit = 118

    /// Likewise the request for a tunnel, which is less than 256 bytes with the host twice.
    private static let tunnelHostLimit = 99
    /// More credentials than this libwebsockets leaves out, with the colon between them.
    private static let credentialsLimit = 93

    /// - Throws: `limitExceeded` where something is longer than libwebsockets can send.
    @LoopActor
    init(_ configuration: TransportConfiguration, sessionID: String?) throws(SocketIOError) {
        target = configuration.target(.websocket, sessionID: sessionID, number: 1)
        protocols = configuration.protocols
        offersCompression = configuration.perMessageDeflate != nil
        try Self.check(target.utf8.count, Self.targetLimit, "path and query")
        if let proxy = configuration.route.proxy {
            try Self.check(configuration.server.bracketedHost.utf8.count, Self.tunnelHostLimit, "host behind a proxy")
            let credentials = proxy.credentials.map { "\($0.user):\($0.password)" } ?? ""
            try Self.check(credentials.utf8.count, Self.credentialsLimit, "proxy's credentials")
        }
        let isHost = { (header: Header) in header.name.lowercased() == "host" }
        host = configuration.headers.first(where: isHost)?.value ?? configuration.server.authority
        try Self.check(host.utf8.count, Self.hostLimit, "host")
        var headers = configuration.headers.filter { !isHost($0) }
        if !headers.contains(where: { $0.name.lowercased() == "user-agent" }) {
            headers.append(Header("User-Agent", "socketio-linux/\(version)"))
        }
        if let cookies = configuration.cookies {
            let user = headers.first { $0.isNamed("cookie") }?.value
            headers.removeAll { $0.isNamed("cookie") }
            if let value = cookies.header(for: configuration.path, user: user) {
                headers.append(Header("Cookie", value))
            }
        }
        self.headers = headers
        // The room is for everything, and what is not from here is less than 4 KiB.
        let protocolsLength = protocols.reduce(0) { $0 + $1.utf8.count + 2 }
        try Self.check(headers.reduce(protocolsLength) { $0 + $1.lineLength }, LWSContext.headerRoom - 4096, "headers")
    }

    private static func check(_ count: Int, _ limit: Int, _ what: String) throws(SocketIOError) {
        guard count > limit else { return }
        throw SocketIOError(
            .limitExceeded, "the \(what) of the WebSocket request: \(count) bytes, of at most \(limit)",
            phase: .options, transport: .websocket)
    }
}

extension Header {
    fileprivate var lineLength: Int { name.utf8.count + 2 + value.utf8.count + 2 }
    var line: String { "\(name): \(value)\r\n" }
}
