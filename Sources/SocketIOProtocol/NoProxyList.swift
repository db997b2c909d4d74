import Glibc

/// The hosts that are reached without a proxy, by curl's rules: `*` is every host; a name is itself and its subdomains,
/// with or without a dot in front; an address is itself, or with `/bits` its network.
package struct NoProxyList: Sendable, Hashable {
    private let entries: [String]

    package init(_ entries: [String]) {
        self.entries = entries.map { $0.lowercased() }
    }

    /// Entries that are separated by commas or spaces.
    package init(_ text: String) {
        self.init(text.split { $0 == "," || $0.isWhitespace }.map(String.init))
    }

    /// Whether `host` is reached without a proxy. An IPv6 address has no brackets.
    package func contains(_ host: String) -> Bool {
        if entries.contains("*") { return true }
        if let address = Self.bytes(of: host) {
            return entries.contains { Self.isAddress(address, in: Substring($0)) }
        }
        let name = Self.withoutDots(host.lowercased())
        return entries.contains { entry in
            let domain = Self.withoutDots(entry)
            return !domain.isEmpty && (name == domain || name.hasSuffix(".\(domain)"))
        }
    }

    private static func withoutDots(_ name: String) -> String {
        var name = Substring(name)
        if name.first == "." { name = name.dropFirst() }
        if name.last == "." { name = name.dropLast() }
        return String(name)
    }

    private static func isAddress(_ address: [UInt8], in entry: Substring) -> Bool {
        let network = entry.prefix { $0 != "/" }
        let text = network.first == "[" && network.last == "]" ? network.dropFirst().dropLast() : network
        guard let bytes = bytes(of: String(text)), bytes.count == address.count else { return false }
        var bits = bytes.count * 8
        if network.endIndex != entry.endIndex {
            guard let number = Int(entry[network.endIndex...].dropFirst()), (0...bits).contains(number) else {
                return false
            }
            bits = number
        }
        let whole = bits / 8
        guard bytes[..<whole] == address[..<whole] else { return false }
        return bits % 8 == 0 || (bytes[whole] ^ address[whole]) >> (8 - bits % 8) == 0
    }

    /// The 4 or 16 bytes of an address in numbers; nil for a name.
    private static func bytes(of text: String) -> [UInt8]? {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            if inet_pton(family, text, &bytes) == 1 { return bytes }
        }
        return nil
    }
}
