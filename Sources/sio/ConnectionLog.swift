import SocketIO

/// What becomes of a connection, on standard error: `--verbose`.
enum ConnectionLog {
    static func follow(_ socket: Socket) {
        let manager = socket.io
        manager.on(.open) { [weak manager] in
            if let kind = manager?.transport { Output.tell("transport \(kind.rawValue)") }
        }
        manager.on(.upgrade) { kind in Output.tell("transport \(kind.rawValue)") }
        manager.on(.reconnectAttempt) { attempt in Output.tell("reconnect attempt \(attempt)") }
        manager.on(.error) { [weak manager] error in
            // Without a transport it is what `connectError` tells too.
            if manager?.transport != nil { Output.tell("error \(FailureLine.text(error))") }
        }
        manager.on(.reconnectFailed) { Output.tell("no further attempt to reconnect") }
        socket.on(.connect) { [weak socket] in Output.tell("connected \(socket?.id ?? "")") }
        socket.on(.connectError) { error in Output.tell("connect error \(FailureLine.text(error))") }
        socket.on(.disconnect) { disconnection in
            let cause = disconnection.error.map { " (\(FailureLine.text($0)))" } ?? ""
            Output.tell("disconnected \(disconnection.reason)\(cause)")
        }
    }
}
