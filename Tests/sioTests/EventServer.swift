import EngineIO
import Glibc
import TestSupport

/// A Socket.IO server that does everything right until an event comes: what becomes of that, the test says.
final class EventServer: Sendable {
    /// What becomes of an event that was read: of its frame, or of its POST, which is to be answered then.
    typealias Fate = @Sendable (ScriptedConnection) throws -> Void

    private struct State {
        var refusals: Int
        /// The answer to CONNECT and what follows it, until a poll takes it.
        var outgoing: String?
    }

    private let state: Locked<State>
    private let connectAnswer: String?
    private let events: [String]
    private let readsEvents: Bool
    private let fate: Fate?

    /// - Parameters:
    ///   - refusals: How many polls are answered with a 503 at first.
    ///   - connectAnswer: The answer to CONNECT; nil for none.
    ///   - events: Sent after it: JSON arrays.
    ///   - readsEvents: Whether anything is read from a WebSocket after CONNECT.
    ///   - fate: Nil for what a good server does.
    init(
        refusals: Int = 0, connectAnswer: String? = #"40{"sid":"socket"}"#, events: [String] = [],
        readsEvents: Bool = true, fate: Fate? = nil
    ) {
        state = Locked(State(refusals: refusals))
        self.connectAnswer = connectAnswer
        self.events = events
        self.readsEvents = readsEvents
        self.fate = fate
    }

    func start() throws -> ScriptedServer {
        try ScriptedServer { [self] connection in
            while true {
                let request = try connection.readHTTPRequest()
                if request.query["transport"] == "websocket" {
                    try serveWebSocket(connection, request)
                } else {
                    try servePolling(connection, request)
                }
            }
        }
    }

    private func answers() -> [String] {
        guard let connectAnswer else { return [] }
        return [connectAnswer] + events.map { "42\($0)" }
    }

    private func serveWebSocket(_ connection: ScriptedConnection, _ request: HTTPRequest) throws {
        try connection.upgradeToWebSocket(request)
        try connection.writeText(ScriptedServer.openPacket())
        while true {
            let frame = try connection.readFrame()
            switch frame.opcode {
            case .text where frame.text.hasPrefix("40"):
                for answer in answers() { try connection.writeText(answer) }
                if !readsEvents { try connection.hang() }
            case .text where frame.text.hasPrefix("42"): try fate?(connection)
            case .ping: try connection.writeFrame(.pong, frame.payload)
            case .close: return try connection.writeFrame(.close, frame.payload)
            default: break
            }
        }
    }

    private func servePolling(_ connection: ScriptedConnection, _ request: HTTPRequest) throws {
        if request.method == "POST" {
            if request.text.hasPrefix("42"), let fate { return try fate(connection) }
            if request.text.hasPrefix("40"), connectAnswer != nil {
                state.withLock { $0.outgoing = answers().joined(separator: "\u{1E}") }
            }
            return try connection.respond(body: "ok")
        }
        let isRefused = state.withLock { state in
            state.refusals -= 1
            return state.refusals >= 0
        }
        if isRefused { return try connection.respond(503) }
        if request.query["sid"] == nil { return try connection.respond(body: ScriptedServer.openPacket()) }
        while true {
            if let body = state.withLock({ $0.outgoing.take() }) { return try connection.respond(body: body) }
            try connection.checkIsOpen()
            usleep(5000)
        }
    }
}
