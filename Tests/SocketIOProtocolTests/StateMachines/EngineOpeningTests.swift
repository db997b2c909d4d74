import SocketIOProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct EngineOpeningTests {
    @Test func opensTheFirstTransport() {
        var engine = EngineSample.idle(transports: [.websocket, .polling])
        #expect(engine.open(now: .seconds(7)) == [.openTransport(.websocket)])
        #expect(engine.deadline == .seconds(27))
        #expect(engine.open(now: .seconds(7)) == [])
    }

    @Test func needsATransport() {
        var engine = EngineSample.idle(transports: [])
        #expect(
            engine.open(now: .zero) == [
                .openFailed(SocketIOError(.invalidArgument, "No transports available", phase: .options))
            ])
        #expect(engine.deadline == nil)
        #expect(engine.open(now: .zero) == [])
    }

    @Test func opensWithTheHandshake() {
        var engine = EngineSample.idle(upgrade: false)
        _ = engine.open(now: .zero)
        #expect(
            engine.received(EngineSample.openPacket, now: .seconds(3)) == [
                .configureTransport(EngineSample.handshake), .opened(EngineSample.handshake),
            ])
        #expect(engine.deadline == .seconds(48))
    }

    @Test func probesTheOfferedTransport() {
        var engine = EngineSample.idle()
        _ = engine.open(now: .zero)
        #expect(
            engine.received(EngineSample.openPacket, now: .seconds(3)) == [
                .configureTransport(EngineSample.handshake), .opened(EngineSample.handshake), .openProbe(.websocket),
            ])
        #expect(engine.deadline == .seconds(13))
    }

    @Test(arguments: [[TransportKind.websocket], [.websocket, .polling], [.polling]])
    func probesNothingElse(_ transports: [TransportKind]) {
        var engine = EngineSample.idle(transports: transports)
        _ = engine.open(now: .zero)
        #expect(
            engine.received(EngineSample.openPacket, now: .zero) == [
                .configureTransport(EngineSample.handshake), .opened(EngineSample.handshake),
            ])
    }

    @Test func sendsWhatWasWrittenBefore() {
        var engine = EngineSample.idle(upgrade: false)
        engine.write([.text("a")])
        _ = engine.open(now: .zero)
        engine.write([.binary([1])])
        #expect(engine.flush() == [])
        #expect(
            engine.received(EngineSample.openPacket, now: .zero) == [
                .configureTransport(EngineSample.handshake), .opened(EngineSample.handshake),
                .send([EngineSample.message("a"), .message(.binary([1]))]),
            ])
    }

    @Test(arguments: [
        ("", "is not JSON: invalid JSON: Empty: no JSON found"),
        ("[]", "is not an object"),
        ("{}", "has no sid"),
        (#"{"sid":""}"#, "has no sid"),
        (#"{"sid":5,"pingInterval":1,"pingTimeout":1}"#, "has no sid"),
        (#"{"sid":"a","pingTimeout":1}"#, "has no usable pingInterval"),
        (#"{"sid":"a","pingInterval":-1,"pingTimeout":1}"#, "has no usable pingInterval"),
        (#"{"sid":"a","pingInterval":"25000","pingTimeout":1}"#, "has no usable pingInterval"),
        (#"{"sid":"a","pingInterval":0.5,"pingTimeout":1}"#, "has no usable pingInterval"),
        (#"{"sid":"a","pingInterval":1,"pingTimeout":20000.5}"#, "has no usable pingTimeout"),
        (#"{"sid":"a","pingInterval":1,"pingTimeout":1e300}"#, "has no usable pingTimeout"),
        (#"{"sid":"a","pingInterval":1,"pingTimeout":1,"maxPayload":0}"#, "has no usable maxPayload"),
        (#"{"sid":"a","pingInterval":1,"pingTimeout":1,"maxPayload":-5}"#, "has no usable maxPayload"),
        (#"{"sid":"a","pingInterval":1,"pingTimeout":1,"maxPayload":1.5}"#, "has no usable maxPayload"),
        (#"{"sid":"a","pingInterval":1,"pingTimeout":1,"maxPayload":1e30}"#, "has no usable maxPayload"),
        (#"{"sid":"a","pingInterval":1,"pingTimeout":1,"maxPayload":"5"}"#, "has no usable maxPayload"),
    ])
    func refusesABadHandshake(_ text: String, _ why: String) {
        var engine = EngineSample.at(.opening)
        let error = SocketIOError(.protocolViolation, "server error: the handshake \(why)", phase: .engine)
        #expect(engine.received(EnginePacket(.open, text: text), now: .zero) == [.abortTransport, .openFailed(error)])
        #expect(engine.deadline == nil)
    }

    @Test func readsWhatTheHandshakeLeavesOut() throws {
        let text = #"{"sid":"a","upgrades":["webtransport",7,"websocket"],"pingInterval":0,"pingTimeout":86400000}"#
        let handshake = try Handshake(parsing: Binary(utf8: text))
        #expect(
            handshake
                == Handshake(
                    sessionID: "a", upgrades: [.websocket], pingInterval: .zero, pingTimeout: .seconds(86400),
                    maxPayload: nil))
        let empty = #"{"sid":"a","upgrades":"websocket","pingInterval":1,"pingTimeout":1,"maxPayload":null}"#
        let other = try Handshake(parsing: Binary(utf8: empty))
        #expect(other.maxPayload == nil && other.upgrades == [])
    }

    @Test(arguments: [("1000000", "25000"), ("1e6", "2.5e4"), ("1000000.0", "25000.0"), ("1.0E+6", "250000e-1")])
    func readsWholeNumbersHoweverTheyAreWritten(maxPayload: String, interval: String) throws {
        let text = #"{"sid":"a","pingInterval":\#(interval),"pingTimeout":\#(interval),"maxPayload":\#(maxPayload)}"#
        let handshake = try Handshake(parsing: Binary(utf8: text))
        #expect(handshake.maxPayload == 1_000_000)
        #expect(handshake.pingInterval == .seconds(25) && handshake.pingTimeout == .seconds(25))
    }

    @Test(arguments: [EnginePacket.Kind.close, .ping, .pong, .message, .upgrade, .noop])
    func wantsTheHandshakeFirst(_ kind: EnginePacket.Kind) {
        var engine = EngineSample.at(.opening)
        let error = SocketIOError(
            .protocolViolation, "server error: a packet came before the handshake", phase: .engine)
        #expect(engine.received(EnginePacket(kind), now: .zero) == [.abortTransport, .openFailed(error)])
    }

    @Test func givesUpInTime() {
        var engine = EngineSample.at(.opening)
        #expect(engine.deadlinePassed(now: .seconds(20) - .nanoseconds(1), phase: .dns) == [])
        let error = SocketIOError(
            .timedOut, "timeout after 20 s while resolving the host's name", phase: .dns, transport: .polling)
        #expect(engine.deadlinePassed(now: .seconds(20), phase: .dns) == [.abortTransport, .openFailed(error)])
        #expect(engine.deadline == nil)
    }

    @Test(arguments: [
        (SocketIOError.Phase.dns, "while resolving the host's name"), (.tcp, "while connecting"),
        (.proxy, "while waiting for the proxy"), (.tls, "in the TLS handshake"),
        (.http, "while waiting for the HTTP answer"),
        (.websocket, "while waiting for the answer to the WebSocket handshake"),
        (.engine, "while waiting for the server's first packet"),
    ])
    func saysWhatItWaitedFor(_ phase: SocketIOError.Phase, _ text: String) {
        var engine = EngineStateMachine(EngineStateMachine.Configuration(openTimeout: .milliseconds(1500)))
        _ = engine.open(now: .zero)
        let error = SocketIOError(.timedOut, "timeout after 1.5 s \(text)", phase: phase, transport: .polling)
        #expect(engine.deadlinePassed(now: .seconds(2), phase: phase) == [.abortTransport, .openFailed(error)])
    }

    @Test func waitsForEverIfTold() {
        var engine = EngineStateMachine(EngineStateMachine.Configuration(openTimeout: nil))
        _ = engine.open(now: .zero)
        #expect(engine.deadline == nil)
        #expect(engine.deadlinePassed(now: .seconds(1 << 40), phase: .dns) == [])
    }

    @Test func failsWithTheTransport() {
        var engine = EngineSample.at(.opening)
        #expect(engine.transportClosed(.sample) == [.abortTransport, .openFailed(.sample)])
        var other = EngineSample.at(.opening)
        #expect(
            other.transportClosed(nil) == [
                .abortTransport, .openFailed(SocketIOError(.connectFailed, "transport close", phase: .engine)),
            ])
    }

    // MARK: Trying all transports

    @Test func triesTheNextTransport() {
        var engine = EngineSample.idle(tryAllTransports: true)
        engine.write([.text("a")])
        #expect(engine.open(now: .seconds(1)) == [.openTransport(.polling)])
        #expect(engine.transportClosed(.sample) == [.abortTransport, .openTransport(.websocket)])
        #expect(engine.deadline == .seconds(21), "all of them share one timeout")
        #expect(
            engine.received(EngineSample.openPacket, now: .seconds(2)) == [
                .configureTransport(EngineSample.handshake), .opened(EngineSample.handshake),
                .send([EngineSample.message("a")]),
            ])
    }

    @Test func neverReturnsToATransportThatFailed() {
        var engine = EngineSample.idle(transports: [.websocket, .polling], tryAllTransports: true)
        _ = engine.open(now: .zero)
        #expect(engine.transportClosed(nil) == [.abortTransport, .openTransport(.polling)])
        #expect(
            engine.received(EngineSample.openPacket, now: .zero) == [
                .configureTransport(EngineSample.handshake), .opened(EngineSample.handshake),
            ], "there is no probe of what has just failed")
    }

    @Test func triesTheNextTransportAfterABadHandshake() {
        for packet in [EnginePacket(.open, text: "{}"), EnginePacket(.noop)] {
            var engine = EngineSample.idle(tryAllTransports: true)
            _ = engine.open(now: .zero)
            #expect(engine.received(packet, now: .zero) == [.abortTransport, .openTransport(.websocket)])
        }
    }

    @Test func namesEveryTransportThatFailed() {
        var engine = EngineSample.idle(tryAllTransports: true)
        _ = engine.open(now: .zero)
        _ = engine.transportClosed(SocketIOError(.connectFailed, "xhr poll error: refused", phase: .tcp))
        let last = SocketIOError(.connectFailed, "websocket error: HTTP 404", phase: .websocket)
        var expected = last
        expected.message = "websocket error: HTTP 404 (before it, polling: xhr poll error: refused)"
        #expect(engine.transportClosed(last) == [.abortTransport, .openFailed(expected)])
        #expect(engine.transportClosed(last) == [])

        var late = EngineSample.idle(tryAllTransports: true)
        _ = late.open(now: .zero)
        _ = late.transportClosed(nil)
        let timeout = SocketIOError(
            .timedOut, "timeout after 20 s while resolving the host's name (before it, polling: transport close)",
            phase: .dns, transport: .websocket)
        #expect(late.deadlinePassed(now: .seconds(20), phase: .dns) == [.abortTransport, .openFailed(timeout)])
    }

    @Test func closesWhileTryingTheNextTransport() {
        var engine = EngineSample.idle(tryAllTransports: true)
        _ = engine.open(now: .zero)
        _ = engine.transportClosed(.sample)
        #expect(engine.close(now: .zero) == [.abortTransport, .closed(.forcedClose, nil)])
    }

    @Test func triesNoOtherTransportOfAnOpenSession() {
        var engine = EngineSample.idle(upgrade: false, tryAllTransports: true)
        _ = engine.open(now: .zero)
        _ = engine.received(EngineSample.openPacket, now: .zero)
        #expect(engine.transportClosed(.sample) == [.abortTransport, .closed(.transportError, .sample)])
    }
}
