import SocketIO
import Testing
import TestSupport

/// An upgrade that fails leaves polling running, and says so.
@Suite(.timeLimit(.minutes(5))) struct FailedUpgradeTests {
    struct Failure: Sendable, CustomStringConvertible {
        let description: String
        let message: String
        let probe: FaultyServer.UpgradeScript
    }

    static let failures = [
        Failure(description: "refused", message: "HTTP 400") { connection, _ in
            try connection.respond(400, body: "no WebSocket here")
        },
        Failure(description: "cut off", message: "probe error") { connection, _ in connection.reset() },
        Failure(description: "the wrong answer", message: "did not answer the probe") { connection, request in
            try connection.upgradeToWebSocket(request)
            #expect(try connection.readFrame().text == "2probe")
            try connection.writeText("3other")
            try connection.hang()
        },
        Failure(description: "closed after the probe", message: "probe error") { connection, request in
            try connection.upgradeToWebSocket(request)
            _ = try connection.readFrame()
            try connection.writeFrame(.close, [3, 241])
            _ = try connection.readFrame()
        },
    ]

    @Test(arguments: failures)
    func leavesPollingRunning(_ failure: Failure) async throws {
        let script = FaultyServer(
            handshake: { ScriptedServer.openPacket(sid: $0, upgrades: ["websocket"]) }, probe: failure.probe)
        let server = try script.start()
        defer { server.stop() }
        var options = quickOptions(.polling)
        options.transports = [.polling, .websocket]
        try await withSocket(server.url, options) { socket in
            let errors = Inbox<SocketIOError>()
            socket.io.on(.error) { errors.put($0) }
            socket.connect()
            let error = try await errors.next()
            #expect(error.message.hasPrefix("probe error: "))
            #expect(error.message.contains(failure.message), "\(error)")
            let answer: Int = try await socket.timeout(standardDeadline).emitWithAck("ask")
            #expect(answer == 7)
            #expect(socket.io.transport == .polling)
            #expect(script.sessions == 1)
        }
    }
}
