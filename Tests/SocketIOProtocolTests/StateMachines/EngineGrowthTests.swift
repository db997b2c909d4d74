import SocketIOProtocol
import TestSupport
import Testing

/// What comes or goes in masses takes a time in proportion to it.
@Suite(.timeLimit(.minutes(2))) struct EngineGrowthTests {
    @Test(arguments: [EngineSample.Stage.open, .openAndSending, .pausing])
    func pings(stage: EngineSample.Stage) {
        let ratio = growth(from: 5000) { count in
            var engine = EngineSample.at(stage)
            for _ in 0..<count { _ = engine.received(EnginePacket(.ping), now: .zero) }
            _ = engine.transportPaused(unsent: [])
        }
        #expect(ratio < 9)
    }

    @Test(arguments: [EngineSample.Stage.idle, .open, .openAndSending, .pausing])
    func messages(stage: EngineSample.Stage) {
        let ratio = growth(from: 5000) { count in
            var engine = EngineSample.at(stage)
            for _ in 0..<count {
                engine.write([.text("a")])
                _ = engine.received(EngineSample.message("b"), now: .zero)
            }
            _ = engine.flush()
        }
        #expect(ratio < 9)
    }

    @Test func decodingAPayload() {
        let ratio = growth(from: 5000) { count in
            let body = Binary(utf8: Array(repeating: "2", count: count).joined(separator: "\u{1E}"))
            let decoded = Payload.decode(body)
            #expect(decoded.packets.count == count && decoded.failure == nil)
        }
        #expect(ratio < 9)
    }

    /// Each ping has its pong, in its order.
    @Test func pongsThatWaitForTheUpgrade() {
        var engine = EngineSample.at(.pausing)
        engine.write([.text("a")])
        for text in ["1", "2", "3"] {
            #expect(engine.received(EnginePacket(.ping, text: text), now: .zero) == [.pinged])
        }
        #expect(engine.isDrained == false)
        let pongs = ["1", "2", "3"].map { EnginePacket(.pong, text: $0) }
        #expect(
            engine.transportPaused(unsent: []) == [
                .adoptProbe, .send([EnginePacket(.upgrade)] + pongs + [EngineSample.message("a")]),
                .upgraded(.websocket),
            ])
    }
}
