import SocketIOProtocol
import Testing

/// An engine's machine that is brought into a state; what happens on the way there is checked by tests of its own.
enum EngineSample {
    static func idle(
        transports: [TransportKind] = [.polling, .websocket], upgrade: Bool = true, tryAllTransports: Bool = false
    ) -> EngineStateMachine {
        EngineStateMachine(
            EngineStateMachine.Configuration(
                transports: transports, upgrade: upgrade, tryAllTransports: tryAllTransports))
    }

    static let handshakeText =
        #"{"sid":"abc","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#
    static let openPacket = EnginePacket(.open, text: handshakeText)
    static let handshake = Handshake.sample(upgrades: [.websocket])
    static let probe = EnginePacket(.ping, text: "probe")
    static let probeAnswer = EnginePacket(.pong, text: "probe")

    static func message(_ text: String) -> EnginePacket { .message(.text(text)) }

    enum Stage: CaseIterable {
        case idle, opening, open, openAndSending, probing, probingAndSending, pausing, pausingAndSending
        case upgraded
        case closing, sayingGoodbye, closed
    }

    /// Everything up to `stage` happens at the time 0.
    static func at(_ stage: Stage) -> EngineStateMachine {
        let upgrades: [Stage] = [.probing, .probingAndSending, .pausing, .pausingAndSending, .upgraded]
        var engine = idle(upgrade: upgrades.contains(stage))
        guard stage != .idle else { return engine }
        _ = engine.open(now: .zero)
        guard stage != .opening else { return engine }
        _ = engine.received(openPacket, now: .zero)

        if [.openAndSending, .probingAndSending, .pausingAndSending, .closing].contains(stage) {
            engine.write([.text("first")])
            _ = engine.flush()
        }
        if [.pausing, .pausingAndSending, .upgraded].contains(stage) {
            _ = engine.probeOpened()
            _ = engine.probeReceived(probeAnswer)
        }
        switch stage {
        case .upgraded:
            _ = engine.transportPaused(unsent: [])
            _ = engine.transportDrained()
        case .closing, .sayingGoodbye:
            _ = engine.close(now: .zero)
        case .closed:
            _ = engine.fail(.transportError, nil)
        default: break
        }
        return engine
    }
}
