import SocketIOProtocol
import Testing

/// The option `retries`: one event at a time, each until it is acknowledged.
@Suite(.timeLimit(.minutes(5))) struct SocketRetryTests {
    private func machine(retries: Int, connected: Bool = true) -> SocketStateMachine {
        var socket = SocketStateMachine(namespace: "/chat", connectTimeout: nil, retries: retries)
        if connected { _ = connect(&socket) }
        return socket
    }

    private func connect(_ socket: inout SocketStateMachine, now: Duration = .zero) -> [SocketStateMachine.Action] {
        _ = socket.connect()
        _ = socket.engineOpened(now: now)
        _ = socket.authProvided(Binary())
        return socket.received(SocketSample.connectPacket(), now: now)
    }

    private func enqueue(
        _ name: String, _ id: UInt64, on socket: inout SocketStateMachine, now: Duration = .zero
    ) -> [SocketStateMachine.Action] {
        socket.enqueue(SocketSample.outgoing(name, id: id), ackID: id, ackTimeout: .seconds(3), now: now)
    }

    private func sent(_ name: String, _ id: UInt64) -> SocketStateMachine.Action {
        .send([SocketSample.outgoing(name, id: id)])
    }

    @Test func sendsOneAtATime() {
        var socket = machine(retries: 2)
        #expect(enqueue("a", 0, on: &socket) == [sent("a", 0)])
        #expect(enqueue("b", 1, on: &socket) == [])
        #expect(enqueue("c", 2, on: &socket) == [])
        #expect(
            socket.received(SocketSample.ack(0), now: .seconds(1))
                == [.acknowledged(id: 0, SocketSample.ack(0)), sent("b", 1)])
        #expect(socket.deadline == .seconds(4))
        #expect(
            socket.received(SocketSample.ack(1), now: .seconds(1))
                == [.acknowledged(id: 1, SocketSample.ack(1)), sent("c", 2)])
        #expect(socket.received(SocketSample.ack(2)) == [.acknowledged(id: 2, SocketSample.ack(2))])
        #expect(socket.deadline == nil)
        #expect(socket.bufferedPackets.isEmpty)
    }

    @Test func sendsAgainWhatIsNotAcknowledged() {
        var socket = machine(retries: 2)
        #expect(enqueue("a", 0, on: &socket) == [sent("a", 0)])
        #expect(enqueue("b", 1, on: &socket) == [])
        #expect(socket.deadlinePassed(now: .seconds(2)) == [])
        #expect(socket.deadlinePassed(now: .seconds(3)) == [sent("a", 0)])
        #expect(socket.deadlinePassed(now: .seconds(6)) == [sent("a", 0)])
        #expect(
            socket.deadlinePassed(now: .seconds(9)) == [SocketSample.failed(0, .timedOut), sent("b", 1)],
            "two retries are three tries")
        #expect(socket.received(SocketSample.ack(0)) == [], "too late")
        #expect(socket.received(SocketSample.ack(1)) == [.acknowledged(id: 1, SocketSample.ack(1))])
    }

    @Test func acceptsTheAnswerToAnEarlierTry() {
        var socket = machine(retries: 1)
        _ = enqueue("a", 0, on: &socket)
        #expect(socket.deadlinePassed(now: .seconds(3)) == [sent("a", 0)])
        #expect(socket.received(SocketSample.ack(0)) == [.acknowledged(id: 0, SocketSample.ack(0))])
        #expect(socket.received(SocketSample.ack(0)) == [])
    }

    /// A lost connection does not use up a try, and no acknowledgement fails.
    @Test func survivesDisconnections() {
        var socket = machine(retries: 0)
        #expect(enqueue("a", 0, on: &socket) == [sent("a", 0)])
        for _ in 0..<5 {
            #expect(socket.engineClosed(.transportClose, nil) == [.disconnected(.transportClose, nil)])
            #expect(socket.deadline == nil)
            #expect(connect(&socket, now: .seconds(10)) == [SocketSample.began, sent("a", 0), .connected])
        }
        #expect(
            socket.disconnect() == [SocketSample.disconnect, .disconnected(.clientDisconnect, nil), .becameInactive])
        #expect(connect(&socket, now: .seconds(20)) == [SocketSample.began, sent("a", 0), .connected])
        #expect(socket.deadlinePassed(now: .seconds(23)) == [SocketSample.failed(0, .timedOut)])
    }

    /// What was emitted before the connection goes out after what is not to be sent again.
    @Test func waitsForTheConnection() {
        var socket = machine(retries: 1, connected: false)
        #expect(enqueue("a", 0, on: &socket) == [])
        #expect(enqueue("b", 1, on: &socket) == [])
        #expect(socket.emit(SocketSample.outgoing("plain")) == [])
        #expect(socket.bufferedPackets.count == 3)
        #expect(
            connect(&socket)
                == [SocketSample.began, .send([SocketSample.outgoing("plain")]), sent("a", 0), .connected])
        #expect(socket.bufferedPackets.count == 2)
    }

    @Test func forgetsWhatWasCancelled() {
        var socket = machine(retries: 1)
        _ = enqueue("a", 0, on: &socket)
        _ = enqueue("b", 1, on: &socket)
        _ = enqueue("c", 2, on: &socket)
        #expect(socket.forgetAck(1) == [])
        #expect(socket.forgetAck(0) == [sent("c", 2)])
        #expect(socket.received(SocketSample.ack(0)) == [])
        #expect(socket.received(SocketSample.ack(2)) == [.acknowledged(id: 2, SocketSample.ack(2))])
    }

    @Test func endsWithTheSocket() {
        var socket = machine(retries: 1)
        _ = enqueue("a", 0, on: &socket)
        _ = enqueue("b", 1, on: &socket)
        #expect(
            socket.release() == [SocketSample.failed(0, .disconnected), SocketSample.failed(1, .disconnected)])
        #expect(socket.deadline == nil)
    }

    /// What is only sent again stays for the next connection; nobody waits for it.
    @Test func whoeverWaitsIsToldOfTheEnd() {
        var socket = machine(retries: 1)
        #expect(enqueue("a", 0, on: &socket) == [sent("a", 0)])
        #expect(
            socket.enqueue(
                SocketSample.outgoing("b", id: 1), ackID: 1, isAwaited: true, ackTimeout: .seconds(3), now: .zero) == []
        )
        #expect(socket.disconnect().contains(SocketSample.failed(1, .disconnected)))
        #expect(
            socket.enqueue(
                SocketSample.outgoing("c", id: 2), ackID: 2, isAwaited: true, ackTimeout: .seconds(3), now: .zero)
                == [SocketSample.failed(2, .disconnected)])
        #expect(connect(&socket, now: .seconds(1)).contains(sent("a", 0)))
        #expect(socket.bufferedPackets == [SocketSample.outgoing("a", id: 0)])
    }
}
