/// Options of one transport that replace those of ``EngineOptions``. What is nil stays as it is there.
public struct TransportOptions: Sendable, Hashable {
    /// Instead of ``EngineOptions/path``.
    public var path: String?
    /// Instead of ``EngineOptions/addTrailingSlash``.
    public var addTrailingSlash: Bool?
    /// Instead of ``EngineOptions/query``, and of a query in the URL.
    public var query: [String: String]?
    /// Instead of ``EngineOptions/extraHeaders``.
    public var extraHeaders: [String: String]?
    /// Instead of ``EngineOptions/timestampRequests``.
    public var timestampRequests: Bool?
    /// Instead of ``EngineOptions/timestampParam``.
    public var timestampParam: String?
    /// Instead of ``EngineOptions/forceBase64``.
    public var forceBase64: Bool?
    /// Instead of ``EngineOptions/requestTimeout``.
    public var requestTimeout: Duration?
    /// Instead of ``EngineOptions/protocols``.
    public var protocols: [String]?
    /// Instead of ``EngineOptions/perMessageDeflate``.
    public var perMessageDeflate: PerMessageDeflate?

    /// Nothing is replaced.
    public init() {}

    func applied(to base: EngineOptions) -> EngineOptions {
        var options = base
        if let path { options.path = path }
        if let addTrailingSlash { options.addTrailingSlash = addTrailingSlash }
        if let query { options.query = query }
        if let extraHeaders { options.extraHeaders = extraHeaders }
        if let timestampRequests { options.timestampRequests = timestampRequests }
        if let timestampParam { options.timestampParam = timestampParam }
        if let forceBase64 { options.forceBase64 = forceBase64 }
        if let requestTimeout { options.requestTimeout = requestTimeout }
        if let protocols { options.protocols = protocols }
        if let perMessageDeflate { options.perMessageDeflate = perMessageDeflate }
        return options
    }
}
