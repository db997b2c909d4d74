import SocketIOProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct EngineSessionTests {
    // MARK: Packets

    @Test func passesMessagesOn() {
        var engine = EngineSample.at(.open)
        #expect(engine.received(EngineSample.message("hi"), now: .zero) == [.message(.text("hi"))])
        #expect(engine.received(.message(.binary([1, 2])), now: .zero) == [.message(.binary([1, 2]))])
        for kind in [EnginePacket.Kind.noop, .pong, .upgrade] {
            #expect(engine.received(EnginePacket(kind), now: .zero) == [])
        }
    }

    @Test func refusesASecondHandshake() {
        var engine = EngineSample.at(.open)
        let error = SocketIOError(.protocolViolation, "a second handshake came", phase: .engine)
        #expect(
            engine.received(EngineSample.openPacket, now: .zero) == [.abortTransport, .closed(.parseError, error)])
    }

    @Test func sendsAllThatWaitsAtOnce() {
        var engine = EngineSample.at(.open)
        #expect(engine.flush() == [])
        engine.write([.text("a"), .text("b")])
        engine.write([.text("c")])
        let packets = ["a", "b", "c"].map(EngineSample.message)
        #expect(engine.flush() == [.send(packets)])
        engine.write([.text("d")])
        #expect(engine.flush() == [], "the transport is busy")
        #expect(engine.transportDrained() == [.send([EngineSample.message("d")])])
        #expect(engine.transportDrained() == [.drained])
    }

    // MARK: Heartbeat

    @Test func answersPings() {
        var engine = EngineSample.at(.open)
        #expect(engine.received(EnginePacket(.ping), now: .seconds(30)) == [.pinged, .send([EnginePacket(.pong)])])
        #expect(engine.deadline == .seconds(75))
        engine.write([.text("a")])
        #expect(
            engine.received(EnginePacket(.ping), now: .seconds(40)) == [.pinged, .sendFirst(EnginePacket(.pong))],
            "the server does not wait until all is sent")
        #expect(engine.deadline == .seconds(85))
        #expect(engine.transportDrained() == [.send([EngineSample.message("a")])])
    }

    /// A server that pings and reads nothing.
    @Test func aTransportWithoutProgressIsGivenUp() {
        var engine = EngineSample.at(.openAndSending)
        func ping(_ second: Int, _ progress: Int?) -> [EngineStateMachine.Action] {
            engine.received(EnginePacket(.ping), now: .seconds(second), progress: progress)
        }
        let answer: [EngineStateMachine.Action] = [.pinged, .sendFirst(EnginePacket(.pong))]
        #expect(ping(25, 100) == answer)
        #expect(ping(69, 100) == answer, "not for a whole heartbeat")
        #expect(ping(71, 101) == answer, "it goes on")
        #expect(ping(115, 101) == answer)
        #expect(ping(117, nil) == answer, "nothing waits")
        #expect(ping(118, 101) == answer)
        #expect(ping(162, 101) == answer)
        var error = SocketIOError(.timedOut, "the server took nothing for 45 s", phase: .http)
        error.transport = .polling
        #expect(ping(163, 101) == [.abortTransport, .closed(.transportError, error)])
    }

    @Test func onlyPingsCountAsHeartbeat() {
        var engine = EngineSample.at(.open)
        for kind in [EnginePacket.Kind.message, .noop, .pong] {
            _ = engine.received(EnginePacket(kind), now: .seconds(44))
        }
        #expect(engine.deadline == .seconds(45))
        #expect(engine.deadlinePassed(now: .milliseconds(44_999), phase: .engine) == [])
        let error = SocketIOError(.timedOut, "ping timeout", phase: .engine, transport: .polling)
        #expect(
            engine.deadlinePassed(now: .seconds(45), phase: .engine)
                == [.abortTransport, .closed(.pingTimeout, error)])
        #expect(engine.deadline == nil)
    }

    @Test func pingTimeoutNamesTheTransport() {
        var engine = EngineSample.at(.upgraded)
        let error = SocketIOError(.timedOut, "ping timeout", phase: .engine, transport: .websocket)
        #expect(
            engine.deadlinePassed(now: .seconds(45), phase: .engine)
                == [.abortTransport, .closed(.pingTimeout, error)])
    }

    // MARK: The end

    @Test func theServerCloses() {
        var engine = EngineSample.at(.open)
        let error = SocketIOError(
            .disconnected, "transport closed by the server", phase: .engine, transport: .polling)
        #expect(
            engine.received(EnginePacket(.close), now: .zero) == [.abortTransport, .closed(.transportClose, error)])
    }

    @Test func aTransportThatEndsInOrderIsClosed() {
        var engine = EngineSample.at(.open)
        #expect(engine.transportClosed(nil) == [.abortTransport, .closed(.transportClose, nil)])

        let lost = SocketIOError(.disconnected, "websocket connection closed", phase: .websocket)
        var upgraded = EngineSample.at(.upgraded)
        #expect(upgraded.transportClosed(lost) == [.abortTransport, .closed(.transportClose, lost)])
    }

    @Test func aPollThatEndsHasFailed() {
        let lost = SocketIOError(.disconnected, "xhr poll error", phase: .tcp)
        var engine = EngineSample.at(.open)
        #expect(engine.transportClosed(lost) == [.abortTransport, .closed(.transportError, lost)])
        var upgraded = EngineSample.at(.upgraded)
        #expect(upgraded.transportClosed(.sample) == [.abortTransport, .closed(.transportError, .sample)])
    }

    // MARK: close() and fail()

    @Test func closesWhatIsIdle() {
        var engine = EngineSample.at(.idle)
        #expect(engine.close(now: .zero) == [])
        #expect(engine.open(now: .zero) == [])
    }

    @Test func closesWhileOpening() {
        var engine = EngineSample.at(.opening)
        #expect(engine.close(now: .zero) == [.abortTransport, .closed(.forcedClose, nil)])
    }

    @Test func closesAfterSending() {
        var engine = EngineSample.at(.openAndSending)
        engine.write([.text("second")])
        #expect(engine.close(now: .seconds(5)) == [])
        #expect(engine.deadline == .seconds(15))
        #expect(engine.close(now: .seconds(6)) == [])
        engine.write([.text("too late")])
        #expect(engine.flush() == [])
        #expect(engine.received(EngineSample.message("last words"), now: .zero) == [.message(.text("last words"))])
        #expect(engine.received(EnginePacket(.ping), now: .zero) == [])
        #expect(engine.transportDrained() == [.send([EngineSample.message("second")])])
        #expect(engine.transportDrained() == [.closeTransport])
        #expect(engine.transportDrained() == [])
        #expect(engine.transportClosed(nil) == [.closed(.forcedClose, nil)])
        #expect(engine.deadline == nil)
    }

    @Test func closesWithWhatWaits() {
        var engine = EngineSample.at(.open)
        engine.write([.text("bye")])
        #expect(engine.close(now: .zero) == [.send([EngineSample.message("bye")])])
        #expect(engine.transportDrained() == [.closeTransport])
    }

    @Test func doesNotWaitForEverToClose() {
        for stage in [EngineSample.Stage.closing, .sayingGoodbye] {
            var engine = EngineSample.at(stage)
            #expect(engine.deadlinePassed(now: .milliseconds(9999), phase: .http) == [])
            #expect(
                engine.deadlinePassed(now: .seconds(10), phase: .http)
                    == [.abortTransport, .closed(.forcedClose, nil)])
        }
    }

    @Test func whateverEndsItWhileClosingItWasClosedByUs() {
        for stage in [EngineSample.Stage.closing, .sayingGoodbye] {
            var refused = EngineSample.at(stage)
            #expect(refused.transportClosed(.sample) == [.closed(.forcedClose, nil)])
            var closed = EngineSample.at(stage)
            #expect(
                closed.received(EnginePacket(.close), now: .zero) == [.abortTransport, .closed(.forcedClose, nil)])
            var failed = EngineSample.at(stage)
            #expect(failed.fail(.parseError, .sample) == [.abortTransport, .closed(.forcedClose, nil)])
        }
    }

    @Test func fails() {
        var opening = EngineSample.at(.opening)
        #expect(
            opening.fail(.parseError, nil) == [
                .abortTransport, .openFailed(SocketIOError(.connectFailed, "parse error", phase: .engine)),
            ])
        var open = EngineSample.at(.openAndSending)
        #expect(open.fail(.parseError, .sample) == [.abortTransport, .closed(.parseError, .sample)])
    }

    @Test func nothingHappensAfterTheEnd() {
        var engine = EngineSample.at(.closed)
        engine.write([.text("lost")])
        #expect(engine.open(now: .zero) == [])
        #expect(engine.flush() == [])
        #expect(engine.received(EngineSample.openPacket, now: .zero) == [])
        #expect(engine.received(EngineSample.message("late"), now: .zero) == [])
        #expect(engine.transportDrained() == [])
        #expect(engine.transportPaused(unsent: []) == [])
        #expect(engine.transportClosed(.sample) == [])
        #expect(engine.probeOpened() == [])
        #expect(engine.probeReceived(EngineSample.probeAnswer) == [])
        #expect(engine.probeClosed(.sample) == [])
        #expect(engine.fail(.parseError, nil) == [])
        #expect(engine.close(now: .zero) == [])
        #expect(engine.deadline == nil)
        #expect(engine.deadlinePassed(now: .seconds(100), phase: .engine) == [])
    }

    @Test func carriesWhatIsNotToBeCompressed() {
        var engine = EngineSample.at(.open)
        engine.write([.text("a")])
        engine.write([.text("b"), .binary([1])], compress: false)
        #expect(
            engine.flush() == [
                .send([
                    EngineSample.message("a"), .message(.text("b"), compress: false),
                    .message(.binary([1]), compress: false),
                ])
            ])
    }
}
