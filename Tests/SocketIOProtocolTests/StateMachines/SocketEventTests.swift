import SocketIOProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct SocketEventTests {
    @Test func sendsAndReceives() {
        var socket = SocketSample.at(.connected)
        #expect(socket.emit(SocketSample.outgoing("a")) == [.send([SocketSample.outgoing("a")])])
        #expect(socket.received(SocketSample.event("b")) == [.event(SocketSample.event("b"))])
        let binary = Packet(
            .binaryEvent, namespace: "/chat", data: json(#"["c",{"_placeholder":true,"num":0}]"#), attachments: [[1]])
        #expect(socket.received(binary) == [.event(binary)])
    }

    @Test func keepsWhatCannotBeSentYet() {
        for stage in [SocketSample.Stage.inactive, .waiting, .authenticating, .connecting] {
            var socket = SocketSample.at(stage)
            #expect(socket.emit(SocketSample.outgoing("a")) == [])
            #expect(socket.emit(SocketSample.outgoing("b")) == [])
            _ = socket.connect()
            _ = socket.engineOpened(now: .zero)
            _ = socket.authProvided(Binary())
            #expect(
                socket.received(SocketSample.connectPacket())
                    == [
                        SocketSample.began, .send([SocketSample.outgoing("a"), SocketSample.outgoing("b")]), .connected,
                    ])
        }
    }

    @Test func dropsTheVolatile() {
        for stage in [SocketSample.Stage.inactive, .waiting, .authenticating, .connecting] {
            var socket = SocketSample.at(stage)
            #expect(socket.emit(SocketSample.outgoing("a"), isVolatile: true) == [])
            #expect(
                socket.emit(SocketSample.outgoing("b", id: 1), ackID: 1, ackDeadline: .seconds(1), isVolatile: true)
                    == [SocketSample.failed(1, .disconnected)])
            #expect(socket.deadline == nil || socket.deadline == .seconds(20))
        }
        var connected = SocketSample.at(.connected)
        #expect(
            connected.emit(SocketSample.outgoing("a"), isVolatile: true) == [.send([SocketSample.outgoing("a")])])
    }

    @Test func eventsWithoutAConnectionAreIgnored() {
        for stage in [SocketSample.Stage.inactive, .waiting, .authenticating] {
            var socket = SocketSample.at(stage)
            #expect(socket.received(SocketSample.event("stray")) == [])
        }
    }

    // MARK: Acknowledgements

    private func connectedAndAsking(_ ids: UInt64..., deadline: Duration? = nil) -> SocketStateMachine {
        var socket = SocketSample.at(.connected)
        for id in ids { _ = socket.emit(SocketSample.outgoing("ask", id: id), ackID: id, ackDeadline: deadline) }
        return socket
    }

    @Test func isAcknowledgedOnce() {
        var socket = SocketSample.at(.connected)
        #expect(
            socket.emit(SocketSample.outgoing("ask", id: 4), ackID: 4, ackDeadline: .seconds(3))
                == [.send([SocketSample.outgoing("ask", id: 4)])])
        #expect(socket.deadline == .seconds(3))
        #expect(socket.received(SocketSample.ack(5)) == [])
        #expect(socket.received(SocketSample.ack(4)) == [.acknowledged(id: 4, SocketSample.ack(4))])
        #expect(socket.deadline == nil)
        #expect(socket.received(SocketSample.ack(4)) == [])
        #expect(socket.deadlinePassed(now: .seconds(3)) == [])
    }

    @Test func isAcknowledgedLate() {
        var socket = connectedAndAsking(0, deadline: .seconds(3))
        #expect(socket.deadlinePassed(now: .seconds(3)) == [SocketSample.failed(0, .timedOut)])
        #expect(socket.deadline == nil)
        #expect(socket.received(SocketSample.ack(0)) == [])
    }

    @Test func timesOutInOrder() {
        var socket = SocketSample.at(.connected)
        for (id, deadline) in [(0, 5), (1, 3), (2, 4), (3, 9)] as [(UInt64, Int)] {
            _ = socket.emit(SocketSample.outgoing("a"), ackID: id, ackDeadline: .seconds(deadline))
        }
        #expect(socket.deadline == .seconds(3))
        #expect(
            socket.deadlinePassed(now: .seconds(5))
                == [1, 2, 0].map { SocketSample.failed($0, .timedOut) })
        #expect(socket.deadline == .seconds(9))
        _ = socket.received(SocketSample.ack(3))
        #expect(socket.deadline == nil)
    }

    @Test func waitsForEverWithoutADeadline() {
        var socket = connectedAndAsking(0)
        #expect(socket.deadline == nil)
        #expect(socket.deadlinePassed(now: .seconds(1 << 40)) == [])
        #expect(socket.received(SocketSample.ack(0)) == [.acknowledged(id: 0, SocketSample.ack(0))])
    }

    /// `disconnect` comes first.
    @Test func failsWithTheConnection() {
        let failed = [SocketSample.failed(0, .disconnected), SocketSample.failed(1, .disconnected)]
        var lost = connectedAndAsking(0, 1, deadline: .seconds(3))
        #expect(lost.engineClosed(.transportClose, nil) == [.disconnected(.transportClose, nil)] + failed)
        #expect(lost.deadline == nil, "nothing is left to wait for")
        var left = connectedAndAsking(0, 1)
        #expect(
            left.disconnect()
                == [SocketSample.disconnect, .disconnected(.clientDisconnect, nil)] + failed + [.becameInactive])
        var expelled = connectedAndAsking(0, 1)
        #expect(
            expelled.received(Packet(.disconnect, namespace: "/chat"))
                == [.disconnected(.serverDisconnect, nil)] + failed + [.becameInactive])
    }

    @Test func staysWithWhatWasNotSent() {
        var socket = SocketSample.at(.connecting)
        _ = socket.emit(SocketSample.outgoing("ask", id: 8), ackID: 8, ackDeadline: .seconds(60))
        #expect(socket.received(SocketSample.ack(8)) == [], "it was not asked yet")
        _ = socket.engineClosed(.transportClose, nil)
        #expect(socket.deadline == .seconds(60))
        _ = socket.engineOpened(now: .zero)
        _ = socket.authProvided(Binary())
        #expect(
            socket.received(SocketSample.connectPacket())
                == [SocketSample.began, .send([SocketSample.outgoing("ask", id: 8)]), .connected])
        #expect(socket.received(SocketSample.ack(8)) == [.acknowledged(id: 8, SocketSample.ack(8))])
    }

    /// Where the namespace will not be connected by itself any more, nobody waits for it; nor do those who ask later.
    @Test func endsWhereNothingConnectsTheNamespace() {
        let refused = SocketIOError(.connectRejected, "the server refused the namespace", phase: .namespace)
        let unreachable = SocketIOError(.connectFailed, "refused", phase: .tcp)
        let disconnected = SocketIOError(.disconnected, "socket has been disconnected", phase: .namespace)
        func failed(_ error: SocketIOError) -> [SocketStateMachine.Action] { [.ackFailed(id: 1, error)] }
        typealias Ending = (inout SocketStateMachine) -> [SocketStateMachine.Action]
        let endings: [(SocketSample.Stage, SocketIOError, Ending, [SocketStateMachine.Action])] = [
            (
                .connecting, refused, { $0.received(Packet(.connectError, namespace: "/chat", data: json("{}"))) },
                [.connectError(refused)] + failed(refused) + [.becameInactive]
            ),
            (
                .connecting, refused, { $0.received(Packet(.disconnect, namespace: "/chat")) },
                [.connectError(refused)] + failed(refused) + [.becameInactive]
            ),
            (.waiting, disconnected, { $0.disconnect() }, failed(disconnected) + [.becameInactive]),
            (.inactive, disconnected, { $0.disconnect() }, failed(disconnected)),
            (
                .waiting, unreachable, { $0.engineOpenFailed(unreachable) + $0.managerClosed() },
                [.connectError(unreachable)] + failed(unreachable)
            ),
            (
                .waiting, unreachable, { $0.engineOpenFailed(unreachable, isLast: true) + $0.managerClosed() },
                [.connectError(unreachable)] + failed(unreachable)
            ),
            (
                .connecting, unreachable, { $0.engineClosed(.transportError, unreachable, isLast: true) },
                [.connectError(unreachable)] + failed(unreachable)
            ),
        ]
        for (stage, error, end, actions) in endings {
            var socket = SocketSample.at(stage)
            _ = socket.emit(SocketSample.outgoing("told"))
            _ = socket.emit(SocketSample.outgoing("ask", id: 1), ackID: 1)
            #expect(end(&socket) == actions)
            #expect(socket.isOnItsWay == false)
            #expect(socket.emit(SocketSample.outgoing("ask", id: 2), ackID: 2) == [.ackFailed(id: 2, error)])
            // What nobody waits for stays, as in Node.
            #expect(socket.bufferedPackets == [SocketSample.outgoing("told")])
            #expect(socket.connect() == [.openManager])
            #expect(socket.isOnItsWay == true)
            #expect(socket.emit(SocketSample.outgoing("ask", id: 3), ackID: 3) == [])
        }
    }

    /// Another namespace, or the user, has the manager try again.
    @Test func waitsAgainWhenTheManagerTriesAgain() {
        var socket = SocketSample.at(.waiting)
        let error = SocketIOError(.connectFailed, "refused", phase: .tcp)
        _ = socket.engineOpenFailed(error, isLast: true)
        #expect(socket.isOnItsWay == false)
        socket.managerOpens()
        #expect(socket.isOnItsWay == true)
        #expect(socket.emit(SocketSample.outgoing("ask", id: 1), ackID: 1) == [])
        let other = SocketIOError(.timedOut, "timeout", phase: .tcp)
        #expect(
            socket.engineOpenFailed(other, isLast: true) == [.connectError(other), .ackFailed(id: 1, other)],
            "the cause is the last one")
        var inactive = SocketSample.at(.connected)
        _ = inactive.disconnect()
        inactive.managerOpens()
        #expect(inactive.isOnItsWay == false)
    }

    @Test func asksNobodyAfterTheServersDisconnect() {
        var socket = SocketSample.at(.connected)
        _ = socket.received(Packet(.disconnect, namespace: "/chat"))
        #expect(
            socket.emit(SocketSample.outgoing("ask", id: 2), ackID: 2) == [SocketSample.failed(2, .disconnected)])
    }

    /// What was not sent in time says why.
    @Test func saysWhyItWasNotSentInTime() {
        func text(_ stage: SocketSample.Stage, _ change: (inout SocketStateMachine) -> Void = { _ in }) -> String? {
            var socket = SocketSample.at(stage)
            change(&socket)
            _ = socket.emit(SocketSample.outgoing("ask", id: 1), ackID: 1, ackDeadline: .seconds(2))
            guard case .ackFailed(1, let error) = socket.deadlinePassed(now: .seconds(2)).first else { return nil }
            #expect(error.code == .timedOut)
            return error.message
        }
        #expect(text(.inactive) == "operation has timed out: connect() was not called")
        #expect(text(.connecting) == "operation has timed out: the namespace is not connected yet")
        let refused = SocketIOError(.connectFailed, "connection refused")
        #expect(
            text(.waiting) { _ = $0.engineOpenFailed(refused) }
                == "operation has timed out: the namespace is not connected (connection refused)")
        #expect(
            text(.connected) { _ = $0.engineClosed(.transportError, refused) }
                == "operation has timed out: the namespace is not connected (connection refused)")
        #expect(text(.connected) == "operation has timed out")
    }

    @Test func whatTimedOutIsNotSent() {
        var socket = SocketSample.at(.connecting)
        _ = socket.emit(SocketSample.outgoing("ask", id: 1), ackID: 1, ackDeadline: .seconds(2))
        _ = socket.emit(SocketSample.outgoing("kept"))
        #expect(socket.deadline == .seconds(2))
        #expect(socket.deadlinePassed(now: .seconds(2)).count == 1)
        #expect(
            socket.received(SocketSample.connectPacket())
                == [SocketSample.began, .send([SocketSample.outgoing("kept")]), .connected])
    }

    @Test func forgetsWhatWasCancelled() {
        var socket = SocketSample.at(.connecting)
        _ = socket.emit(SocketSample.outgoing("ask", id: 1), ackID: 1, ackDeadline: .seconds(2))
        _ = socket.forgetAck(1)
        #expect(socket.deadline == .seconds(20))
        #expect(socket.deadlinePassed(now: .seconds(2)) == [])
        #expect(socket.received(SocketSample.connectPacket()) == [SocketSample.began, .connected])

        var connected = connectedAndAsking(0, 1, deadline: .seconds(3))
        _ = connected.forgetAck(0)
        _ = connected.forgetAck(7)
        #expect(connected.received(SocketSample.ack(0)) == [])
        #expect(connected.engineClosed(.transportClose, nil).last == SocketSample.failed(1, .disconnected))
    }

    @Test func releasesAll() {
        var socket = SocketSample.at(.inactive)
        _ = socket.emit(SocketSample.outgoing("ask", id: 1), ackID: 1, ackDeadline: .seconds(2))
        _ = socket.emit(SocketSample.outgoing("ask", id: 0), ackID: 0)
        #expect(
            socket.release() == [SocketSample.failed(0, .disconnected), SocketSample.failed(1, .disconnected)])
        #expect(socket.release() == [])
        #expect(socket.deadline == nil)
    }

    /// Ten thousand at once must not take ten thousand times ten thousand steps.
    @Test(.timeLimit(.minutes(1))) func copesWithMany() {
        let count: UInt64 = 50_000
        var socket = SocketSample.at(.connecting)
        for id in 0..<count { _ = socket.emit(SocketSample.outgoing("a"), ackID: id, ackDeadline: .seconds(2)) }
        #expect(socket.deadlinePassed(now: .seconds(2)).count == Int(count))
        #expect(socket.received(SocketSample.connectPacket()) == [SocketSample.began, .connected])
    }
}

/// What waits, seen and dropped.
@Suite(.timeLimit(.minutes(5))) struct SocketBufferTests {
    @Test func showsWhatWaits() {
        var socket = SocketSample.at(.connecting)
        _ = socket.emit(SocketSample.outgoing("a"))
        _ = socket.received(SocketSample.event("early"))
        #expect(socket.bufferedPackets == [SocketSample.outgoing("a")])
        #expect(socket.receivedEarly == [SocketSample.event("early")])
        _ = socket.received(SocketSample.connectPacket())
        #expect(socket.bufferedPackets.isEmpty && socket.receivedEarly.isEmpty)
    }

    @Test func dropsWhatWaits() {
        var socket = SocketSample.at(.connecting)
        for id in 0..<4 as Range<UInt64> { _ = socket.emit(SocketSample.outgoing("a", id: id), ackID: id) }
        let error = SocketIOError(.cancelled, "the event was dropped before it was sent", phase: .namespace)
        let full = SocketIOError(.limitExceeded, "the event was dropped: too much waits to be sent", phase: .namespace)
        #expect(socket.buffered.messages == 4)
        #expect(socket.dropOldestBuffered() == [.ackFailed(id: 0, full)])
        #expect(socket.bufferedPackets.count == 3)
        #expect(socket.buffered.messages == 3)
        #expect(socket.dropBuffered() == [1, 2, 3].map { .ackFailed(id: $0, error) })
        #expect(socket.buffered == Load())
        #expect(socket.dropOldestBuffered() == [])
        #expect(socket.received(SocketSample.connectPacket()) == [SocketSample.began, .connected])
    }

    @Test func dropsTheVolatileWhereTheConnectionIsBusy() {
        var socket = SocketSample.at(.connected)
        #expect(socket.emit(SocketSample.outgoing("a"), isVolatile: true, isWritable: false) == [])
        #expect(
            socket.emit(SocketSample.outgoing("b"), isWritable: false) == [.send([SocketSample.outgoing("b")])])
    }
}
