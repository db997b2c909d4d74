import SocketIO
import Testing
import TestSupport

/// Listeners for every event, both ways, and their order.
@Suite(.timeLimit(.minutes(5))) struct ListenerTests {
    /// Returns when all that was emitted before has come back.
    private func settle(_ socket: Socket) async throws {
        _ = try await socket.timeout(standardDeadline).emitWithAck("ack", arguments: [])
    }

    @Test func listensToEverythingThatComes() async throws {
        let server = try await Way.websocket.server()
        try await withClient(.websocket, to: server) { socket in
            let log = Inbox<String>()
            socket.on("echo") { (number: Int) in log.put("on \(number)") }
            let any = socket.onAny { name, arguments, ack in log.put("any \(name) \(arguments) \(ack == nil)") }
            socket.prependAny { name, _, _ in log.put("first \(name)") }
            socket.connect()
            try socket.emit("echo", 1)
            try await settle(socket)
            #expect(log.all == ["first echo", "any echo [1] true", "on 1"])
            any.cancel()
            try socket.emit("echo", 2)
            try await settle(socket)
            #expect(log.all.suffix(2) == ["first echo", "on 2"])
            socket.offAny()
            try socket.emit("echo", 3)
            try await settle(socket)
            #expect(log.all.last == "on 3")
            #expect(log.all.count == 6)
        }
    }

    @Test func listensToEverythingThatGoesOut() async throws {
        let server = try await Way.websocket.server()
        try await withClient(.websocket, to: server) { socket in
            let log = Inbox<String>()
            socket.onAnyOutgoing { name, arguments in log.put("\(name) \(arguments)") }
            socket.prependAnyOutgoing { name, _ in log.put("first \(name)") }
            try socket.emit("echo", "buffered", [1, 2] as Binary)
            #expect(await socket.sendBuffer() == [BufferedEvent("echo", ["buffered", .binary([1, 2])])])
            #expect(log.all.isEmpty, "it is not sent yet")
            try await socket.connect().waitUntilConnected()
            #expect(log.all == ["first echo", #"echo ["buffered", {"base64":"AQI="}]"#])
            socket.on("question") { (_: String, ack: Ack) in try ack(1) }
            try socket.emit("ask", "an answer is no event")
            let id = try #require(socket.id)
            _ = try await server.next(.answer) { $0.sid == id }
            #expect(log.all.count == 4)
            socket.offAnyOutgoing()
            try await settle(socket)
            #expect(log.all.count == 4)
        }
    }

    @Test func removesEveryListener() async throws {
        let server = try await Way.websocket.server()
        try await withClient(.websocket, to: server) { socket in
            let log = Inbox<String>()
            socket.on(.connect) { log.put("connect") }
            socket.on("echo") { log.put("echo") }
            socket.off(.connect)
            socket.connect()
            try socket.emit("echo")
            try await settle(socket)
            #expect(log.all == ["echo"])
            socket.on(.disconnect) { _ in log.put("disconnect") }
            socket.off()
            try socket.emit("echo")
            try await settle(socket)
            socket.disconnect()
            #expect(await socket.sendBuffer().isEmpty)
            #expect(log.all == ["echo"])
        }
    }

    @Test func theManagersListenersComeAndGo() async throws {
        let server = try await Way.websocket.server()
        try await withClient(.websocket, to: server) { socket in
            let log = Inbox<String>()
            socket.io.once(.open) { log.put("once") }
            socket.io.on(.open) { log.put("on") }
            socket.io.on(.close) { log.put("close \($0.reason)") }
            try await socket.waitUntilConnected()
            socket.disconnect()
            _ = try await log.next { $0 == "close forced close" }
            try await socket.waitUntilConnected()
            #expect(log.all == ["once", "on", "on"])
            socket.io.off(.close)
            socket.disconnect()
            try await socket.waitUntilConnected()
            #expect(log.all == ["once", "on", "on", "on"])
            socket.io.off()
            socket.disconnect()
            try await socket.waitUntilConnected()
            #expect(log.all.count == 4)
        }
    }

    @Test func theManagerTellsEveryPacket() async throws {
        let server = try await Way.websocket.server()
        try await withClient(.websocket, to: server, namespace: "/chat") { socket in
            let packets = Inbox<ReceivedPacket>()
            socket.io.on(.packet) { packets.put($0) }
            try await socket.waitUntilConnected()
            let connect = try await packets.next()
            #expect(connect.kind == .connect && connect.namespace == "/chat")
            #expect(connect.data == ["sid": .string(try #require(socket.id))])
            _ = try await socket.emitWithAck("ack", arguments: [[1, 2] as Binary].map(JSONValue.binary))
            let ack = try await packets.next()
            #expect(ack.kind == .binaryAck && ack.id == 0 && ack.data == [.binary([1, 2])])
        }
    }

    @Test func sendsMessages() async throws {
        let server = try await Way.websocket.startServer()
        try await withClient(.websocket, to: server) { socket in
            socket.connect()
            try socket.send("hello", 1)
            let event = try await server.next(.event)
            #expect(event.event == "message" && event.args == ["hello", 1])
        }
        try await server.stop()
    }

    @Test func dropsWhatWaits() async throws {
        let server = try await Way.websocket.server()
        try await withClient(.websocket, to: server) { socket in
            let echoes = Inbox<Int>()
            socket.on("echo") { (number: Int) in echoes.put(number) }
            try socket.emit("echo", 1)
            let answer = Task { let _: Int = try await socket.emitWithAck("ack", 1) }
            try await eventually { await socket.sendBuffer().count == 2 }
            socket.clearSendBuffer()
            await #expect { try await answer.value } throws: { ($0 as? SocketIOError)?.code == .cancelled }
            try socket.emit("echo", 2)
            try await socket.connect().waitUntilConnected()
            try await settle(socket)
            #expect(echoes.all == [2])
            #expect(await socket.receiveBuffer().isEmpty)
        }
    }
}
