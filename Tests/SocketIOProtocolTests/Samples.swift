import SocketIOProtocol

extension Handshake {
    /// Pings every 25 seconds, which may be 20 late.
    static func sample(upgrades: [TransportKind] = []) -> Handshake {
        Handshake(
            sessionID: "abc", upgrades: upgrades, pingInterval: .seconds(25), pingTimeout: .seconds(20),
            maxPayload: 1_000_000)
    }
}

extension Message {
    static func text(_ text: String) -> Message { .text(Binary(utf8: text)) }
}

extension SocketIOError {
    static let sample = SocketIOError(.connectFailed, "xhr poll error", phase: .tcp, transport: .polling)
}

/// The data of a packet that a test writes down.
func json(_ text: String) -> JSONDocument? { try? JSONDocument.parse(Binary(utf8: text)) }
