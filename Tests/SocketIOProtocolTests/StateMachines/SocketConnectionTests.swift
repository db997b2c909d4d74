import SocketIOProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct SocketConnectionTests {
    private func refusal(_ message: String, data: JSONValue? = nil) -> SocketIOError {
        var error = SocketIOError(.connectRejected, message, phase: .namespace)
        error.data = data
        return error
    }

    // MARK: Connecting

    @Test func connects() {
        var socket = SocketSample.at(.inactive)
        #expect(socket.isActive == false)
        #expect(socket.connect() == [.openManager])
        #expect(socket.isActive && !socket.isConnected)
        #expect(socket.engineOpened(now: .seconds(5)) == [.requestAuth])
        #expect(socket.deadline == .seconds(25))
        #expect(socket.authProvided(Binary(utf8: #"{"token":1}"#)) == [SocketSample.connect(#"{"token":1}"#)])
        #expect(socket.deadline == .seconds(25))
        #expect(socket.received(SocketSample.connectPacket()) == [SocketSample.began, .connected])
        #expect(socket.isConnected && socket.deadline == nil)
    }

    @Test func connectsToTheRoot() {
        var socket = SocketStateMachine(namespace: "/", connectTimeout: nil)
        _ = socket.connect()
        _ = socket.engineOpened(now: .zero)
        #expect(socket.authProvided(Binary()) == [.sendControl(ParserPacket(.connect))])
        #expect(socket.deadline == nil)
    }

    /// Early events, then what waited, then `connect`.
    @Test func deliversInNodesOrder() {
        var socket = SocketSample.at(.connecting)
        #expect(socket.emit(SocketSample.outgoing("out")) == [])
        let binary = SocketSample.outgoing(
            ParserPacket(.event, namespace: "/chat", json: Binary(utf8: "[\"bin\"]"), attachments: [[7]]))
        #expect(socket.emit(binary) == [])
        #expect(socket.received(SocketSample.event("early")) == [])
        #expect(socket.received(SocketSample.event("later", id: 3)) == [])
        #expect(
            socket.received(SocketSample.connectPacket()) == [
                SocketSample.began, .event(SocketSample.event("early")), .event(SocketSample.event("later", id: 3)),
                .send([SocketSample.outgoing("out"), binary]), .connected,
            ])
    }

    @Test func asksOnce() {
        for stage in [SocketSample.Stage.authenticating, .connecting, .connected] {
            var socket = SocketSample.at(stage)
            #expect(socket.connect() == [])
            #expect(socket.engineOpened(now: .zero) == [])
        }
        var socket = SocketSample.at(.connecting)
        #expect(socket.authProvided(Binary()) == [])
        #expect(socket.authFailed(.sample) == [])
    }

    @Test func anotherConnectIsIgnored() {
        for stage in [SocketSample.Stage.inactive, .waiting, .authenticating, .connected] {
            var socket = SocketSample.at(stage)
            #expect(socket.received(SocketSample.connectPacket()) == [])
            #expect(socket.received(Packet(.connectError, namespace: "/chat", data: json("{}"))) == [])
        }
    }

    /// The manager has given up reconnecting, or does not do it; the namespace is active nevertheless.
    @Test func canBeToldToTryAgain() {
        var socket = SocketSample.at(.waiting)
        #expect(socket.engineOpenFailed(.sample) == [.connectError(.sample)])
        #expect(socket.connect() == [.openManager])
        #expect(socket.engineOpened(now: .zero) == [.requestAuth])
    }

    // MARK: Refusals

    @Test(arguments: [
        (#"{"message":"not authorized","data":{"code":401}}"#, "not authorized", ["code": 401] as JSONValue?),
        (#"{"message":"no"}"#, "no", nil),
        (#""text""#, "text", nil),
        ("{}", "the server refused the namespace", nil),
    ])
    func isRefused(_ data: String, _ message: String, _ errorData: JSONValue?) {
        var socket = SocketSample.at(.connecting)
        _ = socket.received(SocketSample.event("early"))
        #expect(
            socket.received(Packet(.connectError, namespace: "/chat", data: json(data)))
                == [.connectError(refusal(message, data: errorData)), .becameInactive])
        #expect(!socket.isActive && socket.deadline == nil)
        // The next try begins anew.
        #expect(socket.connect() == [.openManager])
        _ = socket.engineOpened(now: .zero)
        #expect(socket.authProvided(Binary()) == [SocketSample.connect])
        #expect(socket.received(SocketSample.connectPacket()) == [SocketSample.began, .connected])
    }

    @Test(arguments: ["{}", #"{"sid":""}"#, #"{"sid":7}"#])
    func noticesAnOldServer(_ data: String) {
        var socket = SocketSample.at(.connecting)
        let message = "the server speaks Socket.IO 2 or older, this client version 3 and later"
        #expect(
            socket.received(SocketSample.connectPacket(data))
                == [.connectError(refusal(message)), .becameInactive])
    }

    @Test func disconnectedBeforeConnectedIsARefusal() {
        var socket = SocketSample.at(.connecting)
        #expect(
            socket.received(Packet(.disconnect, namespace: "/chat"))
                == [.connectError(refusal("the server refused the namespace")), .becameInactive])
        #expect(socket.isActive == false)
    }

    // MARK: auth

    @Test func authComesLate() {
        var socket = SocketSample.at(.authenticating)
        #expect(socket.engineClosed(.transportClose, .sample) == [.connectError(.sample)])
        #expect(socket.authProvided(Binary()) == [])
        #expect(socket.authFailed(.sample) == [])
        _ = socket.engineOpened(now: .zero)
        _ = socket.disconnect()
        #expect(socket.authProvided(Binary()) == [])
    }

    /// What is wrong with it now will be wrong at the next attempt, too.
    @Test func authIsOfNoUse() {
        let error = SocketIOError(.invalidArgument, "no object", phase: .namespace)
        var socket = SocketSample.at(.authenticating)
        #expect(socket.authFailed(error) == [.connectError(error), .becameInactive])
        #expect(!socket.isActive && socket.deadline == nil)
        #expect(socket.connect() == [.openManager])
    }

    @Test func authFails() {
        var socket = SocketSample.at(.authenticating)
        #expect(socket.authFailed(.sample) == [.connectError(.sample), .giveUpEngine(.sample)])
        #expect(socket.isActive && socket.deadline == nil)
        // Where others use the engine, only this one gives up.
        #expect(socket.giveUp() == [.becameInactive])
        #expect(socket.isActive == false)
        #expect(socket.giveUp() == [])
    }

    @Test(arguments: [
        (SocketSample.Stage.authenticating, "timeout: auth did not answer"),
        (.connecting, "timeout: the server did not answer"),
    ])
    func waitsNotForEver(_ stage: SocketSample.Stage, _ message: String) {
        var socket = SocketSample.at(stage)
        let error = SocketIOError(.timedOut, message, phase: .namespace)
        #expect(socket.deadlinePassed(now: .milliseconds(19_999)) == [])
        #expect(socket.deadlinePassed(now: .seconds(20)) == [.connectError(error), .giveUpEngine(error)])
        #expect(socket.deadline == nil)
        #expect(socket.deadlinePassed(now: .seconds(21)) == [])
        // The engine that it gave up.
        #expect(socket.engineClosed(.transportError, error) == [])
        #expect(socket.isActive == true)
    }

    // MARK: Losing the connection

    @Test func theServerDisconnects() {
        var socket = SocketSample.at(.connected)
        #expect(
            socket.received(Packet(.disconnect, namespace: "/chat"))
                == [.disconnected(.serverDisconnect, nil), .becameInactive])
        #expect(socket.isActive == false)
        for stage in [SocketSample.Stage.inactive, .waiting, .authenticating] {
            var other = SocketSample.at(stage)
            #expect(other.received(Packet(.disconnect, namespace: "/chat")) == [])
        }
    }

    @Test func theEngineCloses() {
        var socket = SocketSample.at(.connected)
        #expect(socket.engineClosed(.pingTimeout, .sample) == [.disconnected(.pingTimeout, .sample)])
        #expect(socket.isActive && !socket.isConnected)
        #expect(socket.engineClosed(.pingTimeout, .sample) == [])
        #expect(socket.engineOpenFailed(.sample) == [.connectError(.sample)])
        #expect(socket.engineOpened(now: .seconds(100)) == [.requestAuth])
        #expect(socket.deadline == .seconds(120))
    }

    @Test func theEngineClosesBeforeTheAnswer() {
        for stage in [SocketSample.Stage.authenticating, .connecting] {
            var socket = SocketSample.at(stage)
            _ = socket.received(SocketSample.event("early"))
            let error = SocketIOError(.disconnected, "transport close", phase: .namespace)
            #expect(socket.engineClosed(.transportClose, nil) == [.connectError(error)])
            _ = socket.engineOpened(now: .zero)
            _ = socket.authProvided(Binary())
            #expect(socket.received(SocketSample.connectPacket()) == [SocketSample.began, .connected])
        }
    }

    @Test func onlyTheConcernedHearOfFailures() {
        var inactive = SocketSample.at(.inactive)
        #expect(inactive.engineOpenFailed(.sample) == [])
        #expect(inactive.engineOpened(now: .zero) == [])
        #expect(inactive.engineClosed(.transportClose, nil) == [])
        var connected = SocketSample.at(.connected)
        #expect(connected.engineOpenFailed(.sample) == [])
    }

    // MARK: disconnect()

    @Test func disconnects() {
        var socket = SocketSample.at(.connected)
        #expect(
            socket.disconnect()
                == [SocketSample.disconnect, .disconnected(.clientDisconnect, nil), .becameInactive])
        #expect(socket.disconnect() == [])
        #expect(socket.received(SocketSample.event("late")) == [])
        #expect(socket.connect() == [.openManager])
    }

    @Test func stopsConnecting() {
        for stage in [SocketSample.Stage.waiting, .authenticating, .connecting] {
            var socket = SocketSample.at(stage)
            #expect(socket.disconnect() == [.becameInactive])
            #expect(!socket.isActive && socket.deadline == nil)
        }
    }

    /// A server takes a DISCONNECT of a namespace that it has not joined yet for a fault, and closes the engine.
    @Test func declinesALateAnswer() {
        var socket = SocketSample.at(.connecting)
        _ = socket.disconnect()
        #expect(socket.received(SocketSample.event("early")) == [])
        #expect(socket.received(SocketSample.connectPacket()) == [SocketSample.disconnect])
        #expect(socket.received(SocketSample.connectPacket()) == [])

        var refused = SocketSample.at(.connecting)
        _ = refused.disconnect()
        #expect(refused.received(Packet(.connectError, namespace: "/chat", data: json("{}"))) == [])
        #expect(refused.received(SocketSample.connectPacket()) == [])
    }

    /// It does the same with a second CONNECT.
    @Test func takesTheAnswerThatIsDue() {
        var socket = SocketSample.at(.connecting)
        _ = socket.disconnect()
        #expect(socket.connect() == [.openManager])
        #expect(socket.engineOpened(now: .seconds(5)) == [])
        #expect(socket.deadline == .seconds(25))
        #expect(socket.received(SocketSample.connectPacket()) == [SocketSample.began, .connected])
    }

    @Test func anAnswerIsDueOnItsEngineOnly() {
        var socket = SocketSample.at(.connecting)
        _ = socket.disconnect()
        #expect(socket.engineClosed(.forcedClose, nil) == [])
        _ = socket.connect()
        #expect(socket.engineOpened(now: .zero) == [.requestAuth])
        #expect(socket.authProvided(Binary()) == [SocketSample.connect])
    }

    @Test func declinesTheAnswerItDidNotWaitFor() {
        var socket = SocketSample.at(.connecting)
        _ = socket.received(SocketSample.event("early"))
        _ = socket.deadlinePassed(now: .seconds(20))
        _ = socket.giveUp()
        #expect(socket.received(SocketSample.connectPacket()) == [SocketSample.disconnect])
        // What came early belonged to that connection.
        _ = socket.connect()
        _ = socket.engineOpened(now: .seconds(1))
        _ = socket.authProvided(Binary())
        #expect(socket.received(SocketSample.connectPacket()) == [SocketSample.began, .connected])
    }

    /// On the same engine, a CONNECT must not arrive together with the DISCONNECT before it.
    @Test func pausesBetweenDisconnectAndConnect() {
        var socket = SocketSample.at(.connected)
        _ = socket.disconnect(now: .seconds(5))
        #expect(socket.deadline == nil)
        #expect(socket.connect() == [.openManager])
        #expect(socket.engineOpened(now: .seconds(5)) == [])
        #expect(socket.deadline == .milliseconds(5100))
        #expect(socket.deadlinePassed(now: .milliseconds(5099)) == [])
        #expect(socket.deadlinePassed(now: .milliseconds(5100)) == [.requestAuth])
        #expect(socket.authProvided(Binary()) == [SocketSample.connect])
        #expect(socket.deadline == .milliseconds(25_100))
    }

    @Test func needsNoPauseOnANewEngine() {
        var socket = SocketSample.at(.connected)
        _ = socket.disconnect(now: .seconds(5))
        _ = socket.connect()
        _ = socket.engineOpened(now: .seconds(5))
        #expect(socket.engineClosed(.transportClose, nil) == [])
        #expect(socket.deadline == nil)
        #expect(socket.engineOpened(now: .seconds(5)) == [.requestAuth])
    }
}
