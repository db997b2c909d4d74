/// A URL as `io()` takes it: scheme, host and port say where, the path is a namespace, the query goes to the handshake.
package struct ServerURL: Sendable, Hashable {
    package let isSecure: Bool
    /// A name in ASCII, an IPv4 address, or an IPv6 address without brackets.
    package let host: String
    package let port: UInt16
    /// The URL's path: the namespace. Never empty.
    package private(set) var namespace: String
    package let query: [QueryItem]

    private static let maximumLength = 8000

    package init(_ text: String) throws(SocketIOError) {
        func invalid(_ why: String) -> SocketIOError {
            SocketIOError(.invalidURL, "invalid URL: \(why)", phase: .options)
        }
        guard text.utf8.count <= Self.maximumLength else { throw invalid("longer than \(Self.maximumLength) bytes") }
        // Not characters: a combining accent would make one with the delimiter before it.
        let scalars = text.unicodeScalars
        guard scalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F }) else {
            throw invalid("it holds a space or a control character")
        }
        guard let schemeEnd = scalars.firstRange(of: "://".unicodeScalars) else {
            throw invalid("it must begin with http://, https://, ws:// or wss://")
        }
        switch text[..<schemeEnd.lowerBound].lowercased() {
        case "http", "ws": isSecure = false
        case "https", "wss": isSecure = true
        case let scheme: throw invalid("the scheme \(scheme) is none of http, https, ws and wss")
        }
        let rest = scalars[schemeEnd.upperBound...].prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let target = rest[authority.endIndex...]
        // User and password in a URL are ignored, as Node does.
        let hostAndPort = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        let (host, port) = try Self.split(hostAndPort, invalid)
        self.host = host
        self.port = port ?? (isSecure ? 443 : 80)
        let path = target.prefix { $0 != "?" }
        // In a packet a comma ends the namespace.
        guard !path.contains(",") else { throw invalid("the namespace holds a comma") }
        namespace = path.isEmpty ? "/" : String(path)
        query = QueryItem.parse(Substring(target[path.endIndex...].dropFirst()))
    }

    private static func split(
        _ authority: Substring.UnicodeScalarView, _ invalid: (String) -> SocketIOError
    ) throws(SocketIOError) -> (String, UInt16?) {
        let host: Substring.UnicodeScalarView
        let tail: Substring.UnicodeScalarView
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else { throw invalid("the IPv6 address has no closing ]") }
            host = authority[..<end].dropFirst()
            guard host.contains(":"), host.allSatisfy({ $0.properties.isASCIIHexDigit || $0 == ":" || $0 == "." })
            else { throw invalid("what stands in brackets is no IPv6 address") }
            tail = authority[end...].dropFirst()
        } else {
            host = authority.prefix { $0 != ":" }
            tail = authority[host.endIndex...]
        }
        guard !host.isEmpty else { throw invalid("the host is missing") }
        let isAddress = host.contains(":")
        guard let name = isAddress ? String(host).lowercased() : HostName.ascii(String(host)) else {
            throw invalid("the host holds a character that is not allowed, or is no international name")
        }
        guard name.utf8.count <= 253 else { throw invalid("the host's name is longer than 253 bytes") }
        if tail.isEmpty { return (name, nil) }
        let digits = tail.dropFirst()
        // `UInt16` takes a sign, too.
        guard tail.first == ":", digits.first != "+", let port = UInt16(String(digits)), port > 0 else {
            throw invalid("the port is not a number from 1 to 65535")
        }
        return (name, port)
    }

    /// The same server: what two namespaces have in common.
    package var withoutNamespace: ServerURL {
        var url = self
        url.namespace = "/"
        return url
    }

    /// The host as a URL and a `Host` header write it.
    package var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }

    /// Host, and port where it is not the scheme's own.
    package var authority: String {
        port == (isSecure ? 443 : 80) ? bracketedHost : "\(bracketedHost):\(port)"
    }
}
