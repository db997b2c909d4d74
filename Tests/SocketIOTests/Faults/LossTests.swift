import SocketIO
import TestSupport
import Testing

/// A session that ends before an event has been taken says so.
@Suite(.timeLimit(.minutes(5))) struct LossTests {
    /// What becomes of the POST that holds the event.
    enum Fate: CaseIterable, Sendable {
        case refused, tooLarge, failed, closed, reset, unanswered

        func perform(_ connection: ScriptedConnection) throws {
            switch self {
            case .refused: try connection.respond(400)
            case .tooLarge: try connection.respond(413)
            case .failed: try connection.respond(500)
            case .closed: connection.close()
            case .reset: connection.reset()
            case .unanswered: try connection.hang()
            }
        }

        /// Whether the connection is still there when the shutdown's deadline passes.
        var code: SocketIOError.Code { self == .unanswered ? .timedOut : .disconnected }
    }

    private func connected(to server: ScriptedServer) async throws -> Socket {
        let socket = try Manager(server.url, quickOptions(.polling, reconnects: false)).socket()
        try await socket.waitUntilConnected()
        return socket
    }

    @Test(arguments: Fate.allCases)
    func shutdownTellsOfIt(_ fate: Fate) async throws {
        let server = try FaultyServer(eventAnswer: fate.perform).start()
        defer { server.stop() }
        let socket = try await connected(to: server)
        try socket.emit("note", 1)
        let unsent = await socket.io.shutdown(deadline: fate == .unanswered ? .milliseconds(200) : standardDeadline)
        #expect(unsent.events.isEmpty && unsent.messages == 1)
        #expect(unsent.error?.code == fate.code)
        // It has been told.
        #expect(await socket.io.shutdown() == Unsent())
    }

    @Test(arguments: Fate.allCases.filter { $0 != .unanswered })
    func theEndOfTheConnectionTellsOfIt(_ fate: Fate) async throws {
        let server = try FaultyServer(eventAnswer: fate.perform).start()
        defer { server.stop() }
        let socket = try await connected(to: server)
        let ends = Inbox<Disconnection>()
        socket.on(.disconnect) { ends.put($0) }
        socket.io.on(.close) { ends.put($0) }
        try socket.emit("note", 1)
        for _ in 0..<2 {
            let end = try await ends.next()
            #expect(end.unsent == 1)
            #expect(end.error?.code == fate.code)
        }
        await socket.io.shutdown()
    }

    @Test func withSocketThrows() async throws {
        let server = try FaultyServer(eventAnswer: { try $0.respond(413) }).start()
        defer { server.stop() }
        let error = await #expect(throws: SocketIOError.self) {
            try await withSocket(server.url, quickOptions(.polling, reconnects: false)) { socket in
                try await socket.waitUntilConnected()
                try socket.emit("note", 1)
            }
        }
        #expect(error?.http?.status == 413)
        #expect(error?.message.hasPrefix("1 message could not be sent: ") == true)
    }

    @Test func withSocketThrowsForANamespaceThatIsNotConnected() async throws {
        let server = try FaultyServer(connectAnswer: #"44{"message":"no"}"#).start()
        defer { server.stop() }
        let error = await #expect(throws: SocketIOError.self) {
            try await withSocket(server.url, quickOptions(.polling, reconnects: false)) { socket in
                try? await socket.waitUntilConnected()
                try socket.emit("note", 1)
                try socket.emit("note", 2)
            }
        }
        #expect(error?.code == .notConnected)
        #expect(error?.message == "2 events could not be sent: the namespace is not connected")
    }
}
