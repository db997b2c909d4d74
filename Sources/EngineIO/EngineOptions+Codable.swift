/// As JSON, under Node's names, durations in milliseconds. A name that is no option is an error.
extension EngineOptions: Codable {
    /// Reads the options that are given; the others have their defaults.
    public init(from decoder: any Decoder) throws { try self.init(readingFrom: decoder) }

    /// Writes all options.
    public func encode(to encoder: any Encoder) throws { try write(to: encoder) }
}

extension EngineOptions: NamedOptions {
    package mutating func visit(_ visitor: inout some OptionVisitor) throws {
        try visitor.value("transports", &transports)
        try visitor.value("upgrade", &upgrade)
        try visitor.value("tryAllTransports", &tryAllTransports)
        try visitor.value("rememberUpgrade", &rememberUpgrade)
        try visitor.value("path", &path)
        try visitor.value("addTrailingSlash", &addTrailingSlash)
        try visitor.value("query", &query)
        try visitor.value("extraHeaders", &extraHeaders)
        try visitor.value("withCredentials", &withCredentials)
        try visitor.value("forceBase64", &forceBase64)
        try visitor.value("timestampRequests", &timestampRequests)
        try visitor.value("timestampParam", &timestampParam)
        try visitor.milliseconds("requestTimeout", &requestTimeout)
        try visitor.value("protocols", &protocols)
        try visitor.optional("perMessageDeflate", &perMessageDeflate, standard: PerMessageDeflate())
        try visitor.value("transportOptions", &transportOptions)
        try visitor.value("agent", &agent)
        try visitor.milliseconds("timeout", &timeout)
        try visitor.milliseconds("closeTimeout", &closeTimeout)
        try visitor.milliseconds("goodbyeTimeout", &goodbyeTimeout)
        try visitor.value("localAddress", &localAddress)
        try visitor.value("family", &family)
        try visitor.list("ca", &ca)
        try visitor.list("cert", &cert)
        try visitor.list("key", &key)
        try visitor.list("pfx", &pfx)
        try visitor.value("passphrase", &passphrase)
        try visitor.list("crl", &crl)
        try visitor.value("servername", &servername)
        try visitor.value("minVersion", &minVersion)
        try visitor.value("maxVersion", &maxVersion)
        try visitor.value("ciphers", &ciphers)
        try visitor.value("ecdhCurve", &ecdhCurve)
        try visitor.value("sigalgs", &sigalgs)
        try visitor.value("rejectUnauthorized", &rejectUnauthorized)
        try visitor.value("pinnedPublicKeys", &pinnedPublicKeys)
        try visitor.value("limits", &limits)
    }
}

extension Limits: Codable {
    /// Reads the limits that are given; the others have their defaults.
    public init(from decoder: any Decoder) throws { try self.init(readingFrom: decoder) }

    /// Writes all limits.
    public func encode(to encoder: any Encoder) throws { try write(to: encoder) }
}

extension Limits: NamedOptions {
    package mutating func visit(_ visitor: inout some OptionVisitor) throws {
        try visitor.value("attachments", &attachments)
        try visitor.value("messageBytes", &messageBytes)
        try visitor.value("waitingBytes", &waitingBytes)
        try visitor.value("waitingEvents", &waitingEvents)
        try visitor.value("whenFull", &whenFull)
    }
}

extension TransportOptions: Codable {
    /// Reads the options that are given; the others stay as they are for both transports.
    public init(from decoder: any Decoder) throws { try self.init(readingFrom: decoder) }

    /// Writes all options.
    public func encode(to encoder: any Encoder) throws { try write(to: encoder) }
}

extension TransportOptions: NamedOptions {
    package mutating func visit(_ visitor: inout some OptionVisitor) throws {
        try visitor.value("path", &path)
        try visitor.value("addTrailingSlash", &addTrailingSlash)
        try visitor.value("query", &query)
        try visitor.value("extraHeaders", &extraHeaders)
        try visitor.value("timestampRequests", &timestampRequests)
        try visitor.value("timestampParam", &timestampParam)
        try visitor.value("forceBase64", &forceBase64)
        try visitor.milliseconds("requestTimeout", &requestTimeout)
        try visitor.value("protocols", &protocols)
        try visitor.value("perMessageDeflate", &perMessageDeflate)
    }
}

extension PerMessageDeflate: Codable {
    /// Reads the threshold, if it is given.
    public init(from decoder: any Decoder) throws { try self.init(readingFrom: decoder) }

    /// Writes the threshold.
    public func encode(to encoder: any Encoder) throws { try write(to: encoder) }
}

extension PerMessageDeflate: NamedOptions {
    package init() { self.init(threshold: 1024) }

    package mutating func visit(_ visitor: inout some OptionVisitor) throws {
        try visitor.value("threshold", &threshold)
    }
}

extension Agent: Codable {
    /// Reads the options that are given; the others have their defaults.
    public init(from decoder: any Decoder) throws { try self.init(readingFrom: decoder) }

    /// Writes all options.
    public func encode(to encoder: any Encoder) throws { try write(to: encoder) }
}

extension Agent: NamedOptions {
    package mutating func visit(_ visitor: inout some OptionVisitor) throws {
        try visitor.value("keepAlive", &keepAlive)
        try visitor.value("proxy", &proxy)
        try visitor.value("noProxy", &noProxy)
        try visitor.value("proxyFromEnvironment", &proxyFromEnvironment)
        try visitor.value("socketPath", &socketPath)
        try visitor.milliseconds("tcpKeepAlive", &tcpKeepAlive)
        try visitor.milliseconds("userTimeout", &userTimeout)
    }
}
