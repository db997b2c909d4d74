package import SocketIOProtocol

/// A URL and its options, checked and read once: everything an engine needs, as often as it is opened.
///
/// A class, for it is large, and never changes.
package final class EngineConfiguration: Sendable {
    package let session: EngineStateMachine.Configuration
    package let transport: TransportConfiguration
    /// Where a transport has options of its own.
    private let ownTransports: [TransportKind: TransportConfiguration]
    private let url: ServerURL
    private let tlsOptions: TLSOptions
    /// For `rememberUpgrade`: shared by all engines made from this configuration. Nil if nothing is remembered.
    let upgradeMemory: UpgradeMemory?

    /// - Parameters:
    ///   - previous: Whose TLS context and memory are taken over, where they fit.
    ///   - rereadingFiles: See `updating`.
    /// - Throws: `invalidArgument` for an option that cannot be used, `tls` for what is wrong with a certificate or key.
    package init(
        url: ServerURL, options: EngineOptions, previous: EngineConfiguration? = nil, rereadingFiles: Bool = false
    ) throws(SocketIOError) {
        self.url = url
        guard !options.transports.isEmpty else { throw Self.invalid("transports", "is empty") }
        guard Set(options.transports).count == options.transports.count else {
            throw Self.invalid("transports", "names one transport twice")
        }
        let timeouts = [
            ("timeout", options.timeout), ("closeTimeout", options.closeTimeout),
            ("goodbyeTimeout", options.goodbyeTimeout),
        ]
        for case (let name, let timeout?) in timeouts where timeout <= .zero {
            throw Self.invalid(name, "is not positive")
        }
        session = EngineStateMachine.Configuration(
            transports: options.transports, upgrade: options.upgrade,
            tryAllTransports: options.tryAllTransports, openTimeout: options.timeout,
            closeTimeout: options.closeTimeout)
        upgradeMemory = options.rememberUpgrade ? previous?.upgradeMemory ?? UpgradeMemory() : nil

        var transport = try Self.transport(url, options, previous: previous?.transport)
        tlsOptions = options.tls
        if previous?.tlsOptions == tlsOptions { transport.tls = previous?.transport.tls }
        if url.isSecure && (transport.tls == nil || rereadingFiles) {
            let new = try TLSContext(tlsOptions, host: url.host)
            // Of the same files, the old one is as good, and has a session to take up.
            if transport.tls?.fingerprint != new.fingerprint { transport.tls = new }
        }
        self.transport = transport

        var ownTransports: [TransportKind: TransportConfiguration] = [:]
        for (kind, overrides) in options.transportOptions {
            var own = try Self.transport(
                url, overrides.applied(to: options), previous: transport, hasOwnQuery: overrides.query != nil)
            own.tls = transport.tls
            ownTransports[kind] = own
        }
        self.ownTransports = ownTransports
    }

    /// The configuration for the same URL with other options. What was read for equal TLS options is not read again, and
    /// what was remembered of the upgrade is not forgotten.
    ///
    /// - Parameter rereadingFiles: Whether the files of equal TLS options are read again.
    /// - Throws: As `init`; this configuration is good as it was.
    package func updating(
        options: EngineOptions, rereadingFiles: Bool = false
    ) throws(SocketIOError) -> EngineConfiguration {
        try EngineConfiguration(url: url, options: options, previous: self, rereadingFiles: rereadingFiles)
    }

    /// What a transport needs to know.
    func transport(_ kind: TransportKind) -> TransportConfiguration { ownTransports[kind] ?? transport }

    /// All but TLS.
    ///
    /// - Parameters:
    ///   - previous: Whose cookies, and what it knows of the server's connections, are taken over.
    ///   - hasOwnQuery: Whether the query of the options goes before the URL's.
    private static func transport(
        _ url: ServerURL, _ options: EngineOptions, previous: TransportConfiguration?, hasOwnQuery: Bool = false
    ) throws(SocketIOError) -> TransportConfiguration {
        let hasURLQuery = !url.query.isEmpty && !hasOwnQuery
        let query = hasURLQuery ? url.query : options.query.sorted { $0.key < $1.key }.map(QueryItem.init)
        let reserved = try reservedNames(options)
        for item in query where reserved.contains(item.name) {
            throw invalid("query", "holds \"\(item.name)\", which is the protocol's own")
        }
        var headers: [Header] = []
        for (name, value) in options.extraHeaders.sorted(by: { $0.key < $1.key }) {
            headers.append(try Header(validating: name, value))
        }
        var transport = TransportConfiguration(
            server: url, path: try path(options), query: query, headers: headers, limits: options.limits,
            route: try Route(options, to: url),
            cookies: options.withCredentials ? previous?.cookies ?? CookieJar(url) : nil)
        if let previous { transport.reuse = previous.reuse }
        try transport.apply(options)
        return transport
    }

    private static func reservedNames(_ options: EngineOptions) throws(SocketIOError) -> Set<String> {
        guard !options.timestampParam.isEmpty else { throw invalid("timestampParam", "is empty") }
        guard !QueryItem.reservedNames.contains(options.timestampParam) else {
            throw invalid("timestampParam", "is \"\(options.timestampParam)\", which is the protocol's own")
        }
        return QueryItem.reservedNames.union([options.timestampParam])
    }

    private static func path(_ options: EngineOptions) throws(SocketIOError) -> String {
        var path = options.path
        guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") })
        else { throw invalid("path", "holds a character that has to be percent-encoded") }
        if !path.hasPrefix("/") { path = "/" + path }
        while path.hasSuffix("/") { path.removeLast() }
        return options.addTrailingSlash || path.isEmpty ? path + "/" : path
    }

    fileprivate static func invalid(_ option: String, _ why: String) -> SocketIOError {
        SocketIOError(.invalidArgument, "the option \(option) \(why)", phase: .options)
    }
}

extension TransportConfiguration {
    /// - Throws: `invalidArgument` for an option that cannot be used.
    fileprivate mutating func apply(_ options: EngineOptions) throws(SocketIOError) {
        timestampRequests = options.timestampRequests
        timestampParam = options.timestampParam
        forceBase64 = options.forceBase64
        if let timeout = options.requestTimeout, timeout <= .zero {
            throw EngineConfiguration.invalid("requestTimeout", "is not positive")
        }
        requestTimeout = options.requestTimeout
        goodbyeTimeout = options.goodbyeTimeout
        for name in options.protocols where name.isEmpty || !name.utf8.allSatisfy(Header.isTokenCharacter) {
            throw EngineConfiguration.invalid("protocols", "holds \(name.debugDescription), which is no token")
        }
        guard Set(options.protocols).count == options.protocols.count else {
            throw EngineConfiguration.invalid("protocols", "names one protocol twice")
        }
        protocols = options.protocols
        if let threshold = options.perMessageDeflate?.threshold, threshold < 0 {
            throw EngineConfiguration.invalid("perMessageDeflate", "has a negative threshold")
        }
        perMessageDeflate = options.perMessageDeflate
    }
}
