import SocketIOProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct EngineUpgradeTests {
    private func failure(_ code: SocketIOError.Code, _ text: String, phase: SocketIOError.Phase) -> SocketIOError {
        SocketIOError(code, "probe error: \(text)", phase: phase, transport: .websocket)
    }

    @Test func upgrades() {
        var engine = EngineSample.at(.probing)
        #expect(engine.probeOpened() == [.sendProbe(EngineSample.probe)])
        #expect(engine.probeReceived(EngineSample.probeAnswer) == [.pauseTransport])
        #expect(engine.deadline == .seconds(10))
        #expect(
            engine.transportPaused(unsent: [])
                == [.adoptProbe, .send([EnginePacket(.upgrade)]), .upgraded(.websocket)])
        #expect(engine.deadline == .seconds(45))
        #expect(engine.transportDrained() == [.drained])
    }

    @Test func sendsOnTheOldTransportWhileProbing() {
        var engine = EngineSample.at(.probing)
        engine.write([.text("a")])
        #expect(engine.flush() == [.send([EngineSample.message("a")])])
        #expect(engine.transportDrained() == [.drained])
        #expect(engine.probeOpened() == [.sendProbe(EngineSample.probe)])
        engine.write([.text("b")])
        #expect(engine.flush() == [.send([EngineSample.message("b")])])
    }

    /// The whole way with a busy transport: nothing is lost, and nothing overtakes.
    @Test func keepsTheOrder() {
        var engine = EngineSample.at(.probingAndSending)
        _ = engine.probeOpened()
        engine.write([.text("second")])
        #expect(engine.probeReceived(EngineSample.probeAnswer) == [.pauseTransport])
        engine.write([.text("third")])
        #expect(engine.flush() == [])
        #expect(engine.received(EnginePacket(.ping), now: .seconds(1)) == [.pinged], "its pong belongs to the new one")
        #expect(engine.received(EngineSample.message("in"), now: .zero) == [.message(.text("in"))])
        #expect(
            engine.transportPaused(unsent: [EngineSample.message("first")]) == [
                .adoptProbe,
                .send([
                    EnginePacket(.upgrade), EngineSample.message("first"), EnginePacket(.pong),
                    EngineSample.message("second"), EngineSample.message("third"),
                ]),
                .upgraded(.websocket),
            ])
        engine.write([.text("fourth")])
        #expect(engine.flush() == [])
        #expect(engine.transportDrained() == [.send([EngineSample.message("fourth")])])
    }

    /// The transport's last packet is through while it pauses.
    @Test func pausesWithNothingLeft() {
        var engine = EngineSample.at(.pausingAndSending)
        #expect(engine.transportDrained() == [.drained])
        engine.write([.text("held")])
        #expect(engine.flush() == [])
        #expect(
            engine.transportPaused(unsent: [])
                == [
                    .adoptProbe, .send([EnginePacket(.upgrade), EngineSample.message("held")]), .upgraded(.websocket),
                ])
    }

    @Test func givesUpAWrongAnswer() {
        for packet in [EnginePacket(.pong), EnginePacket(.pong, text: "prob"), EnginePacket(.noop)] {
            var engine = EngineSample.at(.probing)
            _ = engine.probeOpened()
            let error = failure(.protocolViolation, "the server did not answer the probe", phase: .engine)
            #expect(engine.probeReceived(packet) == [.abortProbe, .upgradeFailed(error)])
            #expect(engine.deadline == .seconds(45))
        }
    }

    // MARK: Failing, in each state

    @Test(arguments: [
        (EngineSample.Stage.probing, [EngineStateMachine.Action.abortProbe]),
        (.pausing, [.abortProbe, .resumeTransport]),
        (.pausingAndSending, [.abortProbe, .resumeTransport]),
    ])
    func staysWithoutTheProbe(_ stage: EngineSample.Stage, _ abandoning: [EngineStateMachine.Action]) {
        var refused = EngineSample.at(stage)
        #expect(
            refused.probeClosed(SocketIOError(.connectFailed, "status 403", phase: .websocket))
                == abandoning + [.upgradeFailed(failure(.connectFailed, "status 403", phase: .websocket))])
        #expect(refused.deadline == .seconds(45))

        var closed = EngineSample.at(stage)
        #expect(
            closed.probeClosed(nil)
                == abandoning + [
                    .upgradeFailed(failure(.disconnected, "the connection was closed", phase: .websocket))
                ])

        var late = EngineSample.at(stage)
        #expect(late.deadlinePassed(now: .milliseconds(9999), phase: .tls) == [])
        #expect(
            late.deadlinePassed(now: .seconds(10), phase: .tls)
                == abandoning + [
                    .upgradeFailed(failure(.timedOut, "timeout after 10 s in the TLS handshake", phase: .tls))
                ])
        #expect(late.deadline == .seconds(45))
    }

    @Test func sendsWhatItHeldBack() {
        var engine = EngineSample.at(.pausing)
        engine.write([.text("held")])
        #expect(engine.flush() == [])
        let actions = engine.probeClosed(nil)
        #expect(actions.last == .send([EngineSample.message("held")]))
        #expect(actions.dropLast().first == .abortProbe)
        #expect(engine.transportPaused(unsent: []) == [], "too late")
    }

    @Test func sendsWhatItHeldBackWhenTheTransportIsFree() {
        var engine = EngineSample.at(.pausingAndSending)
        engine.write([.text("held")])
        #expect(engine.probeClosed(nil).last != .send([EngineSample.message("held")]))
        #expect(engine.transportDrained() == [.send([EngineSample.message("held")])])
    }

    @Test func lateEventsOfTheProbeAreIgnored() {
        for stage in [EngineSample.Stage.open, .upgraded] {
            var engine = EngineSample.at(stage)
            #expect(engine.probeOpened() == [])
            #expect(engine.probeReceived(EngineSample.probeAnswer) == [])
            #expect(engine.probeClosed(.sample) == [])
            #expect(engine.transportPaused(unsent: []) == [])
        }
        var pausing = EngineSample.at(.pausing)
        #expect(pausing.probeOpened() == [])
        #expect(pausing.probeReceived(EngineSample.probeAnswer) == [])
    }

    // MARK: The session ends in the middle of it

    @Test(arguments: [
        (EngineSample.Stage.probing, [EngineStateMachine.Action.abortProbe, .closeTransport]),
        (.probingAndSending, [.abortProbe]),
        (.pausing, [.abortProbe, .resumeTransport, .closeTransport]),
        (.pausingAndSending, [.abortProbe, .resumeTransport]),
        (.upgraded, [.closeTransport]),
    ])
    func closes(_ stage: EngineSample.Stage, _ expected: [EngineStateMachine.Action]) {
        var engine = EngineSample.at(stage)
        #expect(engine.close(now: .seconds(1)) == expected)
        #expect(engine.deadline == .seconds(11))
        if expected.last != .closeTransport { #expect(engine.transportDrained() == [.closeTransport]) }
        #expect(engine.transportPaused(unsent: []) == [])
        #expect(engine.probeClosed(nil) == [])
        #expect(engine.transportClosed(nil) == [.closed(.forcedClose, nil)])
    }

    @Test func closesWithWhatItHeldBack() {
        var engine = EngineSample.at(.pausing)
        engine.write([.text("held")])
        #expect(
            engine.close(now: .zero) == [.abortProbe, .resumeTransport, .send([EngineSample.message("held")])])
        #expect(engine.transportDrained() == [.closeTransport])
    }

    @Test(arguments: [EngineSample.Stage.probing, .pausing, .pausingAndSending])
    func endsWithTheTransport(_ stage: EngineSample.Stage) {
        var lost = EngineSample.at(stage)
        #expect(lost.transportClosed(.sample) == [.abortProbe, .abortTransport, .closed(.transportError, .sample)])
        var silent = EngineSample.at(stage)
        let error = SocketIOError(.timedOut, "ping timeout", phase: .engine, transport: .polling)
        #expect(
            silent.deadlinePassed(now: .seconds(45), phase: .websocket)
                == [.abortProbe, .abortTransport, .closed(.pingTimeout, error)])
        var failed = EngineSample.at(stage)
        #expect(
            failed.fail(.parseError, .sample) == [.abortProbe, .abortTransport, .closed(.parseError, .sample)])
    }
}
