import SocketIO
import Testing
import TestSupport

/// The options `retries` and `ackTimeout`.
@Suite(.timeLimit(.minutes(5))) struct RetryTests {
    @Test(arguments: [Way.polling, .websocket])
    func eachEventArrivesOnceAndInOrder(_ way: Way) async throws {
        let server = try await way.startServer()
        try await withClient(way, to: server, { $0.retries = 3 }) { socket in
            for number in 0..<10 { try socket.emit("note", number) }
            socket.connect()
            let last: Int = try await socket.emitWithAck("ack", 10)
            #expect(last == 10)
            // The server's logs come another way than its answers.
            _ = try await server.next(.event) { $0.event == "ack" }
            let notes = server.logs.all.filter { $0.event == "note" }
            #expect(notes.map(\.args) == (0..<10).map { [.number(Double($0))] })
        }
        try await server.stop()
    }

    @Test func sendsAgainWhatIsNotAcknowledged() async throws {
        let server = try await Way.websocket.startServer()
        let configure = { (options: inout ClientOptions) in
            options.retries = 2
            options.ackTimeout = .milliseconds(50)
        }
        try await withClient(.websocket, to: server, configure) { socket in
            let errors = Inbox<SocketIOError>()
            socket.io.on(.error) { errors.put($0) }
            try socket.emit("silent", 1)
            socket.connect()
            #expect(try await errors.next().code == .timedOut)
            for _ in 0..<3 { _ = try await server.next(.event) { $0.event == "silent" } }
            #expect(!server.logs.all.contains { $0.event == "silent" })
            let error = await #expect(throws: SocketIOError.self) {
                let _: Int = try await socket.emitWithAck("silent", 2)
            }
            #expect(error?.code == .timedOut)
            #expect(await socket.sendBuffer().isEmpty)
        }
        try await server.stop()
    }

    @Test func aLostConnectionUsesUpNoTry() async throws {
        let server = try await Way.websocket.startServer()
        let configure = { (options: inout ClientOptions) in
            options.retries = 0
            options.ackTimeout = standardDeadline
        }
        let error = await #expect(throws: SocketIOError.self) {
            try await withClient(.websocket, to: server, configure) { socket in
                try socket.emit("silent", 1)
                try await socket.waitUntilConnected()
                for _ in 0..<3 {
                    let event = try await server.next(.event) { $0.event == "silent" }
                    try server.kill(try #require(event.sid))
                }
                #expect(await socket.sendBuffer() == [BufferedEvent("silent", [1])])
            }
        }
        #expect(error?.message.hasPrefix("1 event could not be sent: ") == true)
        try await server.stop()
    }

    @Test func ackTimeoutCountsWithoutRetries() async throws {
        let server = try await Way.websocket.server()
        try await withClient(.websocket, to: server, { $0.ackTimeout = .milliseconds(50) }) { socket in
            try await socket.waitUntilConnected()
            let error = await #expect(throws: SocketIOError.self) {
                let _: Int = try await socket.emitWithAck("silent")
            }
            #expect(error?.code == .timedOut)
            let number: Int = try await socket.timeout(standardDeadline).emitWithAck("ack", 1)
            #expect(number == 1)
        }
    }
}
