/// A version of IP, under Node's number for it.
public enum AddressFamily: Int, Sendable, Hashable, Codable {
    /// IPv4.
    case ipv4 = 4
    /// IPv6.
    case ipv6 = 6
}

extension AddressFamily: CustomStringConvertible {
    /// `IPv4` or `IPv6`.
    public var description: String { "IPv\(rawValue)" }
}
