import Glibc

/// A moment, in seconds since 1970.
public struct UnixTime: Sendable, Hashable, Comparable {
    /// Without leap seconds.
    public var secondsSince1970: Int64

    /// The moment so many seconds after the beginning of 1970 in UTC.
    public init(secondsSince1970: Int64) { self.secondsSince1970 = secondsSince1970 }

    /// The earlier one is less.
    public static func < (one: UnixTime, other: UnixTime) -> Bool { one.secondsSince1970 < other.secondsSince1970 }

    /// How long after `earlier` this is.
    public func since(_ earlier: UnixTime) -> Duration {
        .seconds(secondsSince1970) - .seconds(earlier.secondsSince1970)
    }
}

extension UnixTime: CustomStringConvertible {
    /// ISO 8601 in UTC, for example `2030-01-31T12:00:00Z`.
    public var description: String {
        var seconds = time_t(secondsSince1970)
        var parts = tm()
        guard gmtime_r(&seconds, &parts) != nil else { return "\(secondsSince1970) s" }
        var text = [CChar](repeating: 0, count: 32)
        let count = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: text.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
