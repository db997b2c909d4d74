import SocketIO
import Testing
import TestSupport

/// Events, acknowledgements and binary with python-socketio, over each transport, plain and with mutual TLS.
@Suite(.timeLimit(.minutes(5))) struct ExchangeTests {
    @Test(arguments: Way.allCases)
    func connectsAndReachesTheLastTransport(_ way: Way) async throws {
        let server = try await way.server()
        try await withClient(way, to: server) { socket in
            #expect(!socket.isConnected && !socket.isActive && socket.id == nil)
            try await socket.connect().waitUntilConnected()
            #expect(socket.isConnected && socket.isActive && socket.id != nil)
            try await eventually("the transport") { socket.io.transport == way.transport }
        }
    }

    @Test(arguments: Way.allCases)
    func emitsWithAcknowledgement(_ way: Way) async throws {
        let server = try await way.server()
        try await withClient(way, to: server) { socket in
            socket.connect()
            let sum: Int = try await socket.timeout(standardDeadline).emitWithAck("add", 20, 22)
            #expect(sum == 42)
            let values = try await socket.emitWithAck("ack", arguments: [1, "zwei", ["drei": [3.5, nil, true]]])
            #expect(values == [1, "zwei", ["drei": [3.5, nil, true]]])
        }
    }

    /// For the thread sanitizer: an answer is read while the next ones arrive.
    @Test func answersManyTasks() async throws {
        let server = try await Way.websocket.server()
        try await withClient(.websocket, to: server) { socket in
            try await socket.connect().waitUntilConnected()
            try await withThrowingTaskGroup { group in
                for task in 0..<8 {
                    group.addTask {
                        for index in 0..<100 {
                            let answer: [String] = try await socket.emitWithAck("echo", ["\(task)", "\(index)"])
                            #expect(answer == ["\(task)", "\(index)"])
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test(arguments: Way.allCases)
    func echoesTypedEventsInOrder(_ way: Way) async throws {
        struct Reading: Codable, Equatable { var name: String; var celsius: Double; var tags: [String] }
        let server = try await way.server()
        try await withClient(way, to: server) { socket in
            let echoes = socket.events("echo") as EventSequence<(Int, Reading)>
            let sent = (0..<100).map {
                Reading(name: "sénsor \($0) 🌡", celsius: Double($0) / 8, tags: ["a", "\u{1E}"])
            }
            for (index, reading) in sent.enumerated() { try socket.emit("echo", index, reading) }
            socket.connect()
            let received = try await withDeadline {
                var received: [(Int, Reading)] = []
                for await echo in echoes {
                    received.append(echo)
                    if received.count == 100 { break }
                }
                return received
            }
            #expect(received.map(\.0) == Array(0..<100))
            #expect(received.map(\.1) == sent)
        }
    }

    @Test(arguments: Way.allCases)
    func carriesBinaryAnywhereInAnArgument(_ way: Way) async throws {
        struct Upload: Codable, Equatable { var name: String; var parts: [Binary]; var thumbnail: Binary? }
        let server = try await way.server()
        try await withClient(way, to: server) { socket in
            socket.connect()
            let upload = Upload(
                name: "a.png", parts: [Binary(0...255), Binary(), Binary([UInt8](repeating: 7, count: 100_000))],
                thumbnail: [1, 2, 3])
            let echo: Upload = try await socket.timeout(standardDeadline).emitWithAck("binary", upload)
            #expect(echo == upload)
            let bytes: Binary = try await socket.timeout(standardDeadline).emitWithAck("binary", [0, 255] as Binary)
            #expect(bytes == [0, 255])
        }
    }

    @Test(arguments: Way.allCases)
    func acknowledgesTheServer(_ way: Way) async throws {
        let server = try await way.server()
        try await withClient(way, to: server) { socket in
            socket.on("question") { (text: String, number: Int, ack: Ack) in
                try ack("\(text)!", number + 1, [9, 8] as Binary)
                try ack("never sent")
            }
            try await socket.connect().waitUntilConnected()
            try socket.emit("ask", "really", 41)
            let id = try #require(socket.id)
            let answer = try await server.next(.answer) { $0.sid == id }
            #expect(answer.args?.first == "really!")
            #expect(answer.args?.dropFirst().first == 42)
            #expect(answer.args?.count == 3)
        }
    }

    /// Both directions, with the types said once.
    @Test(arguments: [Way.polling, .websocket])
    func respondsWithTypes(_ way: Way) async throws {
        let add = AckEvent<Int, Int, Int>("add")
        let question = AckEvent<String, Int, String>("question")
        let server = try await way.server()
        try await withClient(way, to: server) { socket in
            let errors = Inbox<SocketIOError>()
            socket.io.on(.error) { errors.put($0) }
            socket.respond(to: question) { text, number in
                guard number > 0 else { throw SocketIOError(.invalidArgument, "not positive") }
                return "\(text) \(number)"
            }
            try await socket.connect().waitUntilConnected()
            #expect(try await socket.emitWithAck(add, 20, 22) == 42)
            #expect(try await socket.timeout(standardDeadline).emitWithAck(add, 1, 1) == 2)
            let id = try #require(socket.id)
            // Who throws does not answer, and is heard of.
            try socket.emit("ask", "no", 0)
            #expect(try await errors.next().message == "not positive")
            socket.off("question")
            socket.respond(to: "question") { (text: String, _: Int) in [text] }
            try socket.emit("ask", "yes", 1)
            #expect(try await server.next(.answer) { $0.sid == id }.args == [["yes"]])
        }
    }

    @Test(arguments: Way.allCases)
    func keepsTheOrderOfABurstWithBinaryInIt(_ way: Way) async throws {
        let server = try await way.server()
        try await withClient(way, to: server) { socket in
            let ticks = socket.events("tick") as EventSequence<(Int, Binary?)>
            socket.connect()
            try socket.emit("burst", 500)
            let received = try await withDeadline {
                var received: [(Int, Binary?)] = []
                for await tick in ticks {
                    received.append(tick)
                    if received.count == 500 { break }
                }
                return received
            }
            #expect(received.map(\.0) == Array(0..<500))
            #expect(received.allSatisfy { ($0.0 % 10 == 9) == ($0.1 != nil) })
            #expect(received.last?.1 == Binary(utf8: "499"))
        }
    }

    @Test(arguments: Way.allCases)
    func sendsAndReceivesAMegabyte(_ way: Way) async throws {
        let server = try await way.startServer {
            $0.framework = .asgi
            $0.maxPayload = 10_000_000
        }
        try await withClient(way, to: server) { socket in
            let big = socket.events("big") as EventSequence<String>
            socket.connect()
            try socket.emit("big", 1_000_000)
            let text = try await withDeadline { await big.first { _ in true } }
            #expect(text?.utf8.count == 1_000_000)
            let bytes = Binary((0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
            let echo: Binary = try await socket.timeout(standardDeadline).emitWithAck("binary", bytes)
            #expect(echo == bytes)
        }
    }

    @Test(arguments: Way.allCases)
    func sharesOneConnectionBetweenNamespaces(_ way: Way) async throws {
        let server = try await way.server()
        let manager = try Manager(server.url, await way.options())
        defer { manager.close() }
        let names = ["/", "/chat", "/admin"]
        let sockets = names.map { manager.socket($0, SocketOptions(auth: .value(["token": "secret"]))) }
        for socket in sockets { socket.connect() }
        for socket in sockets {
            let echo: String = try await socket.timeout(standardDeadline).emitWithAck("echo", socket.namespace)
            #expect(echo == socket.namespace)
        }
        #expect(manager.socket("chat").id == sockets[1].id)
        sockets[1].disconnect()
        try await eventually("the end of /chat") { !sockets[1].isActive }
        let still: Int = try await sockets[2].timeout(standardDeadline).emitWithAck("add", 1, 2)
        #expect(still == 3)
    }

    @Test(arguments: Way.allCases)
    func sendsWhatWasEmittedJustBeforeDisconnecting(_ way: Way) async throws {
        let server = try await way.server()
        try await withClient(way, to: server) { socket in
            try await socket.connect().waitUntilConnected()
            let id = try #require(socket.id)
            for number in 0..<40 { try socket.emit("note", number) }
            socket.disconnect()
            for number in 0..<40 {
                let log = try await server.next(.event) { $0.sid == id && $0.event == "note" }
                #expect(log.args == [.number(Double(number))])
            }
            _ = try await server.next(.disconnect) { $0.sid == id }
        }
    }
}
