import SocketIOProtocol
import Testing

/// Connection state recovery, as Node's server offers it.
@Suite(.timeLimit(.minutes(5))) struct SocketRecoveryTests {
    private func event(_ text: String, id: UInt64? = nil) -> Packet {
        Packet(.event, namespace: "/chat", id: id, data: json(text))
    }

    /// What CONNECT carries when the connection is made again.
    private func reconnect(_ socket: inout SocketStateMachine, auth: String = "") -> [SocketStateMachine.Action] {
        _ = socket.engineClosed(.transportClose, nil)
        _ = socket.engineOpened(now: .zero)
        return socket.authProvided(Binary(utf8: auth))
    }

    private func connected(_ data: String = #"{"sid":"x","pid":"p"}"#) -> SocketStateMachine {
        var socket = SocketSample.at(.connecting)
        _ = socket.received(SocketSample.connectPacket(data))
        return socket
    }

    @Test func tellsWhereToGoOn() {
        var socket = connected()
        _ = socket.received(event(#"["news",1,"offset 1"]"#))
        _ = socket.received(event(#"["news","offset \"2\""]"#))
        #expect(reconnect(&socket) == [SocketSample.connect(#"{"pid":"p","offset":"offset \"2\""}"#)])
        #expect(
            socket.received(SocketSample.connectPacket(#"{"sid":"y","pid":"p"}"#))
                == [.began(id: "y", isRecovered: true), .connected])
        #expect(reconnect(&socket) == [SocketSample.connect(#"{"pid":"p","offset":"offset \"2\""}"#)])
    }

    @Test(arguments: [
        ("", #"{"pid":"p","offset":"o"}"#), ("{}", #"{"pid":"p","offset":"o"}"#),
        (#"{"token":1}"#, #"{"pid":"p","offset":"o","token":1}"#),
    ])
    func goesWithAuth(auth: String, connect: String) {
        var socket = connected()
        _ = socket.received(event(#"["news","o"]"#))
        #expect(reconnect(&socket, auth: auth) == [SocketSample.connect(connect)])
    }

    /// Events that ask for an answer are not sent again, and have no offset.
    @Test(arguments: [#"["news"]"#, #"["news",1]"#, #"["news","o",{}]"#])
    func takesOnlyAStringForAnOffset(text: String) {
        var socket = connected()
        _ = socket.received(event(text))
        _ = socket.received(event(#"["ask","no offset"]"#, id: 1))
        #expect(reconnect(&socket) == [SocketSample.connect(#"{"pid":"p"}"#)])
    }

    @Test func noticesWhatCameEarly() {
        var socket = SocketSample.at(.connecting)
        _ = socket.received(event(#"["news","early"]"#))
        _ = socket.received(SocketSample.connectPacket(#"{"sid":"x","pid":"p"}"#))
        #expect(reconnect(&socket) == [SocketSample.connect(#"{"pid":"p","offset":"early"}"#)])
    }

    @Test func isOffWhereTheServerOffersNone() {
        var socket = connected(#"{"sid":"x"}"#)
        _ = socket.received(event(#"["news","text"]"#))
        #expect(reconnect(&socket) == [SocketSample.connect])
    }

    @Test func saysWhyItFailed() {
        var socket = connected()
        _ = reconnect(&socket)
        #expect(
            socket.received(SocketSample.connectPacket(#"{"sid":"y","pid":"q"}"#)) == [
                .began(id: "y", isRecovered: false),
                .recoveryFailed("no event had come that the server could go on from"), .connected,
            ])
        _ = socket.received(event(#"["news","o"]"#))
        _ = reconnect(&socket)
        #expect(
            socket.received(SocketSample.connectPacket(#"{"sid":"z","pid":"r"}"#)) == [
                .began(id: "z", isRecovered: false),
                .recoveryFailed("the server does not know the session any more"), .connected,
            ])
        #expect(reconnect(&socket) == [SocketSample.connect(#"{"pid":"r"}"#)], "the offset is another session's")
    }
}
