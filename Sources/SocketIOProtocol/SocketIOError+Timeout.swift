extension SocketIOError {
    /// A deadline has passed: says how long it was, and what was waited for.
    ///
    /// - Parameter limit: Nil where it is not ours.
    package static func timeout(
        after limit: Duration?, in phase: Phase, transport: TransportKind? = nil
    ) -> SocketIOError {
        let time = limit.map { " after \($0.inSeconds)" } ?? ""
        return SocketIOError(.timedOut, "timeout\(time) \(phase.waiting)", phase: phase, transport: transport)
    }

    /// The server is there, and takes nothing of what is sent.
    static func stalled(for time: Duration, on transport: TransportKind?) -> SocketIOError {
        SocketIOError(
            .timedOut, "the server took nothing for \(time.inSeconds)",
            phase: transport == .polling ? .http : .websocket, transport: transport)
    }

    /// The end came before what was sent, or the goodbye, was taken.
    package static func notTaken(after limit: Duration, by transport: TransportKind) -> SocketIOError {
        SocketIOError(
            .timedOut, "timeout after \(limit.inSeconds) while sending what was left before the end",
            phase: transport == .polling ? .http : .websocket, transport: transport)
    }
}

extension SocketIOError.Phase {
    /// What is waited for in this phase.
    fileprivate var waiting: String {
        switch self {
        case .options: "while reading the options"
        case .dns: "while resolving the host's name"
        case .tcp: "while connecting"
        case .proxy: "while waiting for the proxy"
        case .tls: "in the TLS handshake"
        case .http: "while waiting for the HTTP answer"
        case .websocket: "while waiting for the answer to the WebSocket handshake"
        case .engine: "while waiting for the server's first packet"
        case .namespace: "while waiting for the namespace"
        }
    }
}

extension Duration {
    /// As people write it: `20 s`, `0.25 s`.
    fileprivate var inSeconds: String {
        let milliseconds = (self / .milliseconds(1)).rounded()
        let seconds = milliseconds / 1000
        return seconds == seconds.rounded() && seconds < 1e15 ? "\(Int(seconds)) s" : "\(seconds) s"
    }
}
