/// Why a connection ended, in Node's words.
public struct CloseReason: RawRepresentable, Hashable, Sendable {
    /// Node's text, for example `transport close`.
    public let rawValue: String
    /// A reason by its text.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The server disconnected this namespace. There is no reconnection.
    public static let serverDisconnect = CloseReason(rawValue: "io server disconnect")
    /// `disconnect()` was called. There is no reconnection.
    public static let clientDisconnect = CloseReason(rawValue: "io client disconnect")
    /// The server did not ping in time.
    public static let pingTimeout = CloseReason(rawValue: "ping timeout")
    /// The connection was closed, or lost.
    public static let transportClose = CloseReason(rawValue: "transport close")
    /// The connection failed.
    public static let transportError = CloseReason(rawValue: "transport error")
    /// The server sent what cannot be understood.
    public static let parseError = CloseReason(rawValue: "parse error")
    /// The engine was closed on this side.
    public static let forcedClose = CloseReason(rawValue: "forced close")
}

extension CloseReason: CustomStringConvertible {
    /// Node's text.
    public var description: String { rawValue }
}
