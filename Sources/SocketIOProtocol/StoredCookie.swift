/// A cookie out of libcurl's list: a line in the form of Netscape's cookie files.
package struct StoredCookie: Sendable, Equatable {
    package let name: String
    package let value: String
    package let path: String
    private let isSecure: Bool
    /// In seconds since 1970; 0 is the end of the session.
    private let expiry: Int

    /// Nil if `line` is none.
    package init?(_ line: String) {
        let prefix = "#HttpOnly_"
        let text = line.hasPrefix(prefix) ? line.dropFirst(prefix.count) : Substring(line)
        let fields = text.split(separator: "\t", omittingEmptySubsequences: false)
        guard fields.count == 7, let expiry = Int(fields[4]) else { return nil }
        path = String(fields[2])
        isSecure = fields[3] == "TRUE"
        self.expiry = expiry
        name = String(fields[5])
        value = String(fields[6])
    }

    /// Whether the cookie goes into a request to the server that set it.
    ///
    /// - Parameter now: In seconds since 1970. The engine keeps what has expired until the next is set.
    package func matches(path: String, isSecure: Bool, now: Int) -> Bool {
        if expiry != 0 && expiry <= now { return false }
        if self.isSecure && !isSecure { return false }
        guard path.hasPrefix(self.path) else { return false }
        return path.utf8.count == self.path.utf8.count || self.path.hasSuffix("/")
            || path.dropFirst(self.path.count).first == "/"
    }

    /// Whether a server may set a cookie, by the `Domain` in its `Set-Cookie` header.
    package static func isAcceptable(_ header: String, from host: String) -> Bool {
        let attributes = header.split(separator: ";", omittingEmptySubsequences: false).dropFirst()
        let pairs = CookiePair.parse(attributes.joined(separator: ";"))
        let last = pairs.last { $0.name.lowercased() == "domain" }?.value.lowercased() ?? ""
        let domain = last.first == "." ? String(last.dropFirst()) : last
        return domain.isEmpty || host == domain || host.hasSuffix(".\(domain)")
    }
}

/// A name and its value in a `Cookie` header.
package struct CookiePair: Sendable, Equatable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// The pairs of a `Cookie` header's value.
    package static func parse(_ header: String) -> [CookiePair] {
        header.split(separator: ";").map { pair in
            let name = pair.prefix { $0 != "=" }
            return CookiePair(name: trimmed(name), value: trimmed(pair[name.endIndex...].dropFirst()))
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
