import Glibc
import SocketIOProtocol

extension TransportConfiguration {
    /// The path and query of a transport's request; `number` tells its requests apart.
    ///
    /// The timestamp keeps caches away.
    func target(_ transport: TransportKind, sessionID: String?, number: Int) -> String {
        var timestamp: QueryItem?
        if timestampRequests ?? (transport == .polling) {
            timestamp = QueryItem(timestampParam, "\(Self.now).\(String(number, radix: 36))")
        }
        // With polling, the server remembers it for the session.
        let isBase64 = forceBase64 && (transport == .websocket || sessionID == nil)
        return RequestTarget.build(
            path: path, query: query, transport: transport, sessionID: sessionID, timestamp: timestamp,
            isBase64: isBase64)
    }

    private static var now: String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return String(time.tv_sec * 1000 + time.tv_nsec / 1_000_000, radix: 36)
    }
}
