import SocketIOProtocol

/// Whether the last session worked over WebSocket: then the next can begin with it.
final class UpgradeMemory: Sendable {
    private let hasWorked = Locked(false)

    func note(_ event: EngineCore.Event, on transport: TransportKind?) {
        switch event {
        case .opened: hasWorked.withLock { $0 = transport == .websocket }
        case .upgraded(let kind): hasWorked.withLock { $0 = kind == .websocket }
        case .openFailed, .upgradeFailed, .closed(.transportError, _): hasWorked.withLock { $0 = false }
        case .closed, .message, .pinged, .upgrading, .drained, .confirmed: break
        }
    }

    /// `transports` in the order in which the next session is to try them.
    func order(_ transports: [TransportKind]) -> [TransportKind] {
        guard hasWorked.withLock({ $0 }), transports.contains(.websocket) else { return transports }
        return [.websocket] + transports.filter { $0 != .websocket }
    }
}
