/// Builds the request targets of an Engine.IO session: path and query.
package enum RequestTarget {
    /// The order is Node's: the user's parameters, `EIO`, `transport`, the timestamp, `b64`, and `sid` at the end for
    /// polling, but behind `transport` for WebSocket.
    package static func build(
        path: String, query: [QueryItem], transport: TransportKind, sessionID: String?, timestamp: QueryItem? = nil,
        isBase64: Bool = false
    ) -> String {
        var items = query
        items.append(QueryItem("EIO", "4"))
        items.append(QueryItem("transport", transport.rawValue))
        if let sessionID, transport == .websocket { items.append(QueryItem("sid", sessionID)) }
        if let timestamp { items.append(timestamp) }
        if isBase64 { items.append(QueryItem("b64", "1")) }
        if let sessionID, transport == .polling { items.append(QueryItem("sid", sessionID)) }
        return "\(path)?\(QueryItem.encode(items))"
    }
}
