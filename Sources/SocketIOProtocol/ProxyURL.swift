/// An HTTP proxy, as `http://[user:password@]host:port` has it.
package struct ProxyURL: Sendable, Hashable {
    package struct Credentials: Sendable, Hashable {
        package let user: String
        package let password: String
    }

    /// A name, an IPv4 address, or an IPv6 address without brackets.
    package let host: String
    package let port: UInt16
    /// Percent-decoded.
    package let credentials: Credentials?

    /// - Parameters:
    ///   - source: What the URL is from, for the error: an option's or a variable's name.
    ///   - needsScheme: Whether a missing `http://` is an error; the environment's proxies often have none.
    /// - Throws: `invalidArgument`, which does not repeat the URL: there may be a password in it.
    package init(_ text: String, from source: String, needsScheme: Bool = true) throws(SocketIOError) {
        func invalid(_ why: String) -> SocketIOError {
            SocketIOError(.invalidArgument, "\(source) \(why)", phase: .options)
        }
        var rest = Substring(text)
        if let schemeEnd = text.firstRange(of: "://") {
            let scheme = text[..<schemeEnd.lowerBound].lowercased()
            guard scheme == "http" else {
                // What stands before the colon may be a password's beginning.
                let known = ["https", "socks", "socks4", "socks4a", "socks5", "socks5h"].contains(scheme)
                throw invalid("has \(known ? "the scheme \(scheme)" : "an unknown scheme"); only http is supported")
            }
            rest = text[schemeEnd.upperBound...]
        } else if needsScheme {
            throw invalid("must begin with http://")
        }
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard rest[authority.endIndex...].allSatisfy({ $0 == "/" }) else { throw invalid("has a path or a query") }
        let hostAndPort: Substring
        if let at = authority.lastIndex(of: "@") {
            hostAndPort = authority[authority.index(after: at)...]
            let userInfo = authority[..<at]
            let user = userInfo.prefix { $0 != ":" }
            let password = userInfo[user.endIndex...].dropFirst()
            let (decodedUser, decodedPassword) = (QueryItem.decode(user.utf8), QueryItem.decode(password.utf8))
            // In Basic credentials the first colon is the end of the name.
            guard !decodedUser.contains(":") else { throw invalid("has a colon in the user's name") }
            guard (decodedUser + decodedPassword).unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
            else { throw invalid("has a control character in its credentials") }
            credentials = Credentials(user: decodedUser, password: decodedPassword)
        } else {
            hostAndPort = authority
            credentials = nil
        }
        guard hostAndPort.last != ":", let server = try? ServerURL("http://\(hostAndPort)") else {
            throw invalid("has no valid host and port")
        }
        // Every program has another default for a proxy's port.
        guard hostAndPort.hasSuffix(":\(server.port)") else { throw invalid("has no port") }
        host = server.host
        port = server.port
    }

    /// Host and port, for messages.
    package var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// The proxy that the environment has for a server, or nil.
    ///
    /// The names are curl's: `http_proxy` only in lower case, since a CGI program gets `HTTP_PROXY` from its client.
    package static func from(
        _ environment: [String: String], for server: ServerURL
    ) throws(SocketIOError) -> ProxyURL? {
        let names = (server.isSecure ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy"]) + ["all_proxy", "ALL_PROXY"]
        for name in names {
            guard let value = environment[name], !value.isEmpty else { continue }
            let noProxy = NoProxyList(environment["no_proxy"] ?? environment["NO_PROXY"] ?? "")
            if noProxy.contains(server.host) { return nil }
            return try ProxyURL(value, from: "the environment variable \(name)", needsScheme: false)
        }
        return nil
    }
}

extension ProxyURL: CustomStringConvertible, CustomReflectable {
    /// Without the credentials.
    package var description: String { "http://\(credentials == nil ? "" : "…@")\(authority)" }
    package var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
