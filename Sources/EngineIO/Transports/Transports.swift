package import SocketIOProtocol

/// The transports there are.
package enum Transports {
    @LoopActor package static func make(
        _ kind: TransportKind, _ configuration: TransportConfiguration
    ) -> any Transport {
        switch kind {
        case .polling: PollingTransport(configuration)
        case .websocket: WebSocketTransport(configuration)
        }
    }
}
