import SocketIOProtocol

/// A namespace's machine that is brought into a state; what happens on the way there is checked by tests of its own.
enum SocketSample {
    enum Stage: CaseIterable { case inactive, waiting, authenticating, connecting, connected }

    static func at(_ stage: Stage) -> SocketStateMachine {
        var socket = SocketStateMachine(namespace: "/chat", connectTimeout: .seconds(20))
        guard stage != .inactive else { return socket }
        _ = socket.connect()
        guard stage != .waiting else { return socket }
        _ = socket.engineOpened(now: .zero)
        guard stage != .authenticating else { return socket }
        _ = socket.authProvided(Binary())
        guard stage != .connecting else { return socket }
        _ = socket.received(connectPacket())
        return socket
    }

    static func connectPacket(_ data: String = #"{"sid":"x"}"#) -> Packet {
        Packet(.connect, namespace: "/chat", data: json(data))
    }

    static func event(_ name: String, id: UInt64? = nil) -> Packet {
        Packet(.event, namespace: "/chat", id: id, data: json("[\"\(name)\"]"))
    }

    static func ack(_ id: UInt64) -> Packet { Packet(.ack, namespace: "/chat", id: id, data: json("[1]")) }

    static let connect = connect()
    static let disconnect = SocketStateMachine.Action.sendControl(ParserPacket(.disconnect, namespace: "/chat"))
    static let began = SocketStateMachine.Action.began(id: "x", isRecovered: false)

    static func connect(_ json: String = "") -> SocketStateMachine.Action {
        .sendControl(ParserPacket(.connect, namespace: "/chat", json: Binary(utf8: json)))
    }

    static func outgoing(_ name: String, id: UInt64? = nil) -> OutgoingPacket {
        outgoing(ParserPacket(.event, namespace: "/chat", id: id, json: Binary(utf8: "[\"\(name)\"]")))
    }

    static func outgoing(_ packet: ParserPacket) -> OutgoingPacket {
        do { return try OutgoingPacket(packet, by: DefaultParser()) } catch { preconditionFailure("\(error)") }
    }

    static func failed(_ id: UInt64, _ code: SocketIOError.Code) -> SocketStateMachine.Action {
        let text = code == .timedOut ? "operation has timed out" : "socket has been disconnected"
        return .ackFailed(id: id, SocketIOError(code, text, phase: .namespace))
    }
}

extension SocketStateMachine {
    mutating func received(_ packet: Packet) -> [Action] { received(packet, now: .zero) }
    mutating func disconnect() -> [Action] { disconnect(now: .seconds(-1)) }
    mutating func forgetAck(_ id: UInt64) -> [Action] { forgetAck(id, now: .zero) }
}
