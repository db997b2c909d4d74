import SocketIO

/// What becomes of a connection, on standard error: `--verbose`.
enum ConnectionLog {
    static func follow(_ socket: Socket) {
        let manager = socket.io
        manager.on(.open) { [weak manager] in
            if let kind = manager?.transport { tell("transport \(kind.rawValue)") }
        }
        manager.on(.upgrade) { kind in tell("transport \(kind.rawValue)") }
        manager.on(.reconnectAttempt) { attempt in tell("reconnect attempt \(attempt)") }
        manager.on(.error) { [weak manager] error in
            // Without a transport it is what `connectError` tells too.
            if manager?.transport != nil { tell("error \(FailureLine.text(error))") }
        }
        socket.on(.connect) { [weak socket] in tell("connected \(socket?.id ?? "")") }
        socket.on(.connectError) { error in tell("connect error \(FailureLine.text(error))") }
        socket.on(.disconnect) { disconnection in
            let cause = disconnection.error.map { " (\(FailureLine.text($0)))" } ?? ""
            tell("disconnected \(disconnection.reason)\(cause)")
        }
    }

    private static func tell(_ line: String) {
        // Where standard error is closed there is nobody to tell.
        try? Output.error.writeLine(line)
    }
}
