import EngineIO
import Foundation
import SocketIOProtocol
import TestSupport

/// A server of one polling session, whose GETs after the handshake wait until the test gives them a body.
final class PollingServer: Sendable {
    private let server: ScriptedServer
    private let answers: Answers

    /// Opens a session with `maxPayload`, and answers POSTs with `post`.
    init(
        maxPayload: Int = 1_000_000,
        post: @escaping @Sendable (ScriptedConnection) throws -> Void = { connection in
            try connection.respond(body: "ok")
        }
    ) throws {
        let answers = Answers()
        self.answers = answers
        server = try ScriptedServer { connection in
            while true {
                let request = try connection.readHTTPRequest()
                if request.method == "POST" {
                    try post(connection)
                } else if request.query["sid"] == nil {
                    try connection.respond(body: ScriptedServer.openPacket(maxPayload: maxPayload))
                } else {
                    try connection.respond(body: try answers.next())
                }
            }
        }
    }

    deinit { answers.end() }

    var url: String { server.url }
    var connectionCount: Int { server.connectionCount }
    /// The requests that were not taken with `next`.
    var requests: [HTTPRequest] { server.requests.all }

    func answer(_ body: String) { answers.put(body) }

    func next(_ method: String) async throws -> HTTPRequest {
        try await server.requests.next(within: standardDeadline, "a \(method)") { $0.method == method }
    }
}

/// Bodies for scripts, whose threads wait for them.
///
/// Unchecked: everything is behind the condition's lock.
private final class Answers: @unchecked Sendable {
    private let condition = NSCondition()
    private var bodies: [String] = []
    private var isOver = false

    func put(_ body: String) {
        condition.withLock { bodies.append(body) }
        condition.signal()
    }

    func next() throws -> String {
        try condition.withLock {
            while bodies.isEmpty && !isOver { condition.wait() }
            guard !isOver else { throw ScriptedConnection.Failure.closed }
            return bodies.removeFirst()
        }
    }

    func end() {
        condition.withLock { isOver = true }
        condition.broadcast()
    }
}
