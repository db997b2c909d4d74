/// How packets travel.
public enum TransportKind: String, Sendable, Codable, CodingKeyRepresentable, CaseIterable {
    /// HTTP long-polling.
    case polling
    /// WebSocket.
    case websocket
}
