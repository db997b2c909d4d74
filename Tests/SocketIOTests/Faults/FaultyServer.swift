import EngineIO
import Foundation
import SocketIO
import TestSupport

/// A Socket.IO server that does everything right until the namespace is connected, and then what a test wants.
///
/// Over either transport. A client that comes again is served again, without the fault.
final class FaultyServer: Sendable {
    /// What is sent after the connection of the namespace: texts, and binary messages for WebSocket and polling alike.
    enum Part: Sendable {
        case text(String)
        case binary([UInt8])
    }

    typealias EventScript = @Sendable (ScriptedConnection) throws -> Void
    typealias UpgradeScript = @Sendable (ScriptedConnection, HTTPRequest) throws -> Void

    private struct State {
        var sessions = 0
        /// What the next poll of a session gets.
        var outgoing: [String: String] = [:]
        var faultsSent = 0
    }

    private let state = Locked(State())
    private let handshake: @Sendable (_ sid: String) -> String
    private let connectAnswer: String?
    private let fault: [Part]
    private let probe: UpgradeScript
    private let eventAnswer: EventScript?
    private let closesConnections: Bool
    private let isDeaf: Bool

    /// - Parameters:
    ///   - handshake: The open packet of a session.
    ///   - connectAnswer: The answer to CONNECT; nil for none.
    ///   - fault: Sent once, to the first session.
    ///   - probe: What becomes of a request to upgrade a session.
    ///   - eventAnswer: Polling: what becomes of a POST that holds an event.
    ///   - closesConnections: Polling: whether a connection ends with its first answer, which does not say so.
    ///   - isDeaf: Takes nothing once the namespace is connected, and goes on to ping.
    init(
        handshake: @escaping @Sendable (_ sid: String) -> String = { ScriptedServer.openPacket(sid: $0) },
        connectAnswer: String? = #"40{"sid":"socket"}"#, fault: [Part] = [],
        probe: @escaping UpgradeScript = { connection, _ in try connection.respond(400) },
        eventAnswer: EventScript? = nil, closesConnections: Bool = false,
        isDeaf: Bool = false
    ) {
        self.handshake = handshake
        self.connectAnswer = connectAnswer
        self.fault = fault
        self.probe = probe
        self.eventAnswer = eventAnswer
        self.closesConnections = closesConnections
        self.isDeaf = isDeaf
    }

    /// How many Engine.IO sessions there were.
    var sessions: Int { state.withLock { $0.sessions } }

    func start() throws -> ScriptedServer {
        try ScriptedServer { [self] connection in
            while true {
                let request = try connection.readHTTPRequest()
                if request.query["transport"] == "websocket" && request.query["sid"] != nil {
                    try probe(connection, request)
                } else if request.query["transport"] == "websocket" {
                    try serveWebSocket(connection, request)
                } else {
                    try servePolling(connection, request)
                    // The next request may be on its way, which nobody reads then.
                    if closesConnections { return connection.close() }
                }
            }
        }
    }

    private func newSession() -> String {
        state.withLock {
            $0.sessions += 1
            return "engine\($0.sessions)"
        }
    }

    private func takeFault() -> [Part] {
        state.withLock {
            $0.faultsSent += 1
            return $0.faultsSent == 1 ? fault : []
        }
    }

    private func serveWebSocket(_ connection: ScriptedConnection, _ request: HTTPRequest) throws {
        try connection.upgradeToWebSocket(request)
        try connection.writeText(handshake(newSession()))
        _ = try connection.readFrame()
        guard let connectAnswer else { return try connection.hang() }
        try connection.writeText(connectAnswer)
        for part in takeFault() {
            switch part {
            case .text(let text): try connection.writeText(text)
            case .binary(let bytes): try connection.writeFrame(.binary, bytes)
            }
        }
        while isDeaf {
            try connection.writeText("2")
            Thread.sleep(forTimeInterval: 0.05)
        }
        // Whatever the client sends; the end of its connection ends this.
        while try connection.readFrame().opcode != .close {}
        try connection.writeFrame(.close, [3, 232])
    }

    private func servePolling(_ connection: ScriptedConnection, _ request: HTTPRequest) throws {
        guard let sid = request.query["sid"] else { return try connection.respond(body: handshake(newSession())) }
        if request.method == "POST" {
            if isDeaf, request.text.contains("42[") { try connection.hang() }
            if let eventAnswer, request.text.contains("42[") { return try eventAnswer(connection) }
            for packet in request.text.split(separator: "\u{1E}") { take(packet, sid) }
            return try connection.respond(body: "ok")
        }
        while true {
            if let body = state.withLock({ $0.outgoing.removeValue(forKey: sid) }) {
                return try connection.respond(body: body)
            }
            try connection.checkIsOpen()
            Thread.sleep(forTimeInterval: isDeaf ? 0.05 : 0.005)
            if isDeaf { put("2", sid) }
        }
    }

    /// Answers CONNECT, and acknowledges every event with 7.
    private func take(_ packet: Substring, _ sid: String) {
        if packet.hasPrefix("40") {
            guard let connectAnswer else { return }
            let parts =
                [connectAnswer]
                + takeFault().map { part in
                    switch part {
                    case .text(let text): text
                    case .binary(let bytes): "b\(Data(bytes).base64EncodedString())"
                    }
                }
            put(parts.joined(separator: "\u{1E}"), sid)
        } else if let id = packet.prefixMatch(of: /42(\d+)\[/)?.1 {
            put("43\(id)[7]", sid)
        }
    }

    private func put(_ text: String, _ sid: String) {
        state.withLock { state in
            state.outgoing[sid] = state.outgoing[sid].map { "\($0)\u{1E}\(text)" } ?? text
        }
    }
}

/// Options that fail quickly, over one transport.
func quickOptions(_ transport: TransportKind, reconnects: Bool = true) -> ClientOptions {
    var options = ClientOptions()
    options.transports = [transport]
    options.autoConnect = false
    options.reconnection = reconnects
    options.reconnectionDelay = .milliseconds(10)
    options.reconnectionDelayMax = .milliseconds(20)
    return options
}

/// The `connect_error` of a server that cannot be used.
func connectError(_ url: String, _ options: ClientOptions) async throws -> SocketIOError {
    try await withSocket(url, options) { socket in
        let errors = Inbox<SocketIOError>()
        socket.on(.connectError) { errors.put($0) }
        socket.connect()
        return try await errors.next()
    }
}
