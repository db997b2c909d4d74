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

    /// - Throws: `invalidArgument` for an option that cannot be used, `tls` for what is wrong with a certificate or key.
    package convenience init(url: ServerURL, options: EngineOptions) throws(SocketIOError) {
        try self.init(url: url, options: options, previous: nil)
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

    /// - Parameters:
    ///   - previous: Whose TLS context and memory are taken over, where they fit.
    ///   - rereadingFiles: See `updating`.
    private convenience init(
        url: ServerURL, options: EngineOptions, previous: EngineConfiguration?, rereadingFiles: Bool = false
    ) throws(SocketIOError) {
        let common = try EngineConfiguration(url, options, previous: previous, rereadingFiles: rereadingFiles)
        var own: [TransportKind: TransportConfiguration] = [:]
        for (kind, overrides) in options.transportOptions {
            let options = overrides.applied(to: options)
            own[kind] = try EngineConfiguration(url, options, previous: common, overrides: overrides).transport
        }
        self.init(common, ownTransports: own)
    }

    private init(_ common: EngineConfiguration, ownTransports: [TransportKind: TransportConfiguration]) {
        session = common.session
        transport = common.transport
        self.ownTransports = ownTransports
        url = common.url
        tlsOptions = common.tlsOptions
        upgradeMemory = common.upgradeMemory
    }

    /// - Parameter overrides: A transport's own options: then only `transport` of the result is of interest.
    private init(
        _ url: ServerURL, _ options: EngineOptions, previous: EngineConfiguration?, rereadingFiles: Bool = false,
        overrides: TransportOptions? = nil
    ) throws(SocketIOError) {
        ownTransports = [:]
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

        let hasURLQuery = !url.query.isEmpty && overrides?.query == nil
        let query = hasURLQuery ? url.query : options.query.sorted { $0.key < $1.key }.map(QueryItem.init)
        let reserved = try Self.reservedNames(options)
        for item in query where reserved.contains(item.name) {
            throw Self.invalid("query", "holds \"\(item.name)\", which is the protocol's own")
        }
        var headers: [Header] = []
        for (name, value) in options.extraHeaders.sorted(by: { $0.key < $1.key }) {
            headers.append(try Header(validating: name, value))
        }
        tlsOptions = options.tls
        var tls = previous?.tlsOptions == tlsOptions ? previous?.transport.tls : nil
        if url.isSecure && (tls == nil || rereadingFiles) {
            let new = try TLSContext(tlsOptions, host: url.host)
            // Of the same files, the old one is as good, and has a session to take up.
            if tls?.fingerprint != new.fingerprint { tls = new }
        }
        var transport = TransportConfiguration(
            server: url, path: try Self.path(options), query: query, headers: headers,
            tls: tls, limits: options.limits, route: try Route(options, to: url),
            cookies: options.withCredentials ? previous?.transport.cookies ?? CookieJar(url) : nil)
        if let previous { transport.reuse = previous.transport.reuse }
        try transport.apply(options)
        self.transport = transport
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
