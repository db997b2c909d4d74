/// What the server says of a new Engine.IO session.
public struct Handshake: Sendable, Hashable {
    /// The session's id.
    public let sessionID: String
    /// The transports that the session can be upgraded to. Unknown ones are left out.
    public let upgrades: [TransportKind]
    /// How often the server pings.
    public let pingInterval: Duration
    /// How late a ping may be.
    public let pingTimeout: Duration
    /// How many bytes the server takes in one polling body; nil if it does not say.
    public let maxPayload: Int?

    package init(
        sessionID: String, upgrades: [TransportKind], pingInterval: Duration, pingTimeout: Duration, maxPayload: Int?
    ) {
        self.sessionID = sessionID
        self.upgrades = upgrades
        self.pingInterval = pingInterval
        self.pingTimeout = pingTimeout
        self.maxPayload = maxPayload
    }

    /// The handshake in the JSON of an open packet.
    package init(parsing json: Binary) throws(SocketIOError) {
        func invalid(_ why: String) -> SocketIOError {
            SocketIOError(.protocolViolation, "server error: the handshake \(why)", phase: .engine)
        }
        let document: JSONDocument
        do { document = try JSONDocument.parse(json) } catch { throw invalid("is not JSON: \(error)") }
        let root = document.root
        guard root.kind == .object else { throw invalid("is not an object") }
        /// A whole number, however it is written: 1000000, 1e6 or 1000000.0.
        func integer(_ name: String, _ range: ClosedRange<Double>) throws(SocketIOError) -> Int64 {
            guard let value = root[name]?.asDouble, range.contains(value), value == value.rounded() else {
                throw invalid("has no usable \(name)")
            }
            return Int64(value)
        }
        func milliseconds(_ name: String) throws(SocketIOError) -> Duration {
            // A day is far beyond every sensible interval, and small enough for any arithmetic.
            .milliseconds(try integer(name, 0...86_400_000))
        }
        guard let sessionID = root["sid"]?.asString, !sessionID.isEmpty else { throw invalid("has no sid") }
        self.sessionID = sessionID
        upgrades = root["upgrades"]?.elements.compactMap { $0.asString.flatMap(TransportKind.init(rawValue:)) } ?? []
        pingInterval = try milliseconds("pingInterval")
        pingTimeout = try milliseconds("pingTimeout")
        let hasMaxPayload = root["maxPayload"].map { !$0.isNull } ?? false
        maxPayload = hasMaxPayload ? Int(try integer("maxPayload", 1...0x1p53)) : nil
    }

    /// How long the server may be silent.
    package var heartbeat: Duration { pingInterval + pingTimeout }
}
