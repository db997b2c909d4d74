import EngineIO
import SocketIOProtocol
import TestSupport
import Testing

/// What is sent and received on an open WebSocket.
@Suite(.timeLimit(.minutes(5))) struct WebSocketMessageTests {
    @Test func receivesTextAndBinary() async throws {
        let server = try ScriptedServer { connection in
            try connection.upgradeToWebSocket(try connection.readHTTPRequest())
            try connection.writeText("0{}")
            try connection.writeText("4hällo")
            try connection.writeFrame(.binary, [0, 1, 255])
            try connection.writeFrame(.binary, [])
            try connection.writeText("2probe")
            try connection.hang()
        }
        let probe = try TransportProbe(server)
        await probe.open()
        #expect(try await probe.next() == .opened)
        #expect(try await probe.nextPacket() == EnginePacket(.open, text: "{}"))
        #expect(try await probe.nextPacket() == EnginePacket(.message, text: "hällo"))
        #expect(try await probe.nextPacket() == .message(.binary([0, 1, 255])))
        #expect(try await probe.nextPacket() == .message(.binary([])))
        #expect(try await probe.nextPacket() == EnginePacket(.ping, text: "probe"))
    }

    @Test func joinsFragmentsAndAnswersAPingInBetween() async throws {
        let server = try ScriptedServer.webSocket { connection in
            try connection.writeFrame(.text, Array("4frag".utf8), isFinal: false)
            try connection.writeFrame(.ping, Array("are you there".utf8))
            try connection.writeFrame(.continuation, [], isFinal: false)
            let pong = try connection.readFrame()
            guard pong.opcode == .pong, pong.text == "are you there" else { throw SupportError("no pong: \(pong)") }
            try connection.writeFrame(.continuation, Array("mented".utf8))
            try connection.writeFrame(.binary, [1], isFinal: false)
            try connection.writeFrame(.continuation, [2])
            try connection.hang()
        }
        let probe = try TransportProbe(server)
        await probe.open()
        #expect(try await probe.nextPacket() == EnginePacket(.message, text: "fragmented"))
        #expect(try await probe.nextPacket() == .message(.binary([1, 2])))
        server.stop()
        #expect(server.errors.isEmpty)
    }

    @Test func knowsWhenTheServerHasReadWhatWasSent() async throws {
        let mayAnswer = Inbox<Void>()
        let server = try ScriptedServer.webSocket { connection in
            let (message, ping) = (try connection.readFrame(), try connection.readFrame())
            guard message.text == "4last", ping.opcode == .ping else { throw SupportError("\(message), \(ping)") }
            try connection.wait(for: mayAnswer)
            // Pongs that nobody has asked for confirm nothing.
            for payload in [[], [0], ping.payload + [0]] { try connection.writeFrame(.pong, payload) }
            try connection.writeText("4before")
            try connection.writeFrame(.pong, ping.payload)
            try connection.hang()
        }
        let probe = try TransportProbe(server)
        await probe.open()
        #expect(try await probe.next() == .opened)
        await probe.send(EnginePacket(.message, text: "last"))
        #expect(try await probe.events.next() == .drained)
        await probe.run { $0.confirm() }
        mayAnswer.put(())
        #expect(try await probe.next() == .packet(EnginePacket(.message, text: "before")))
        #expect(try await probe.next() == .confirmed)
        server.stop()
        #expect(server.errors.isEmpty)
    }

    @Test func receivesWhatComesTogetherWithTheUpgrade() async throws {
        let server = try ScriptedServer { connection in
            let request = try connection.readHTTPRequest()
            let accept = WebSocketFrame.accept(for: request[header: "sec-websocket-key"] ?? "")
            let head =
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: \(accept)\r\n\r\n"
            var bytes = Array(head.utf8)
            for number in 0..<1000 { bytes += WebSocketFrame.bytes(.text, Array("4\(number)".utf8)) }
            bytes += WebSocketFrame.bytes(.close, [0x03, 0xe8])
            try connection.write(bytes)
            try connection.readToEnd()
        }
        let probe = try TransportProbe(server)
        await probe.open()
        for number in 0..<1000 {
            #expect(try await probe.nextPacket() == EnginePacket(.message, text: "\(number)"))
        }
        #expect(try await probe.failure().close == .init(code: 1000, reason: ""))
    }

    @Test func receivesByteByByte() async throws {
        let server = try ScriptedServer { connection in
            let request = try connection.readHTTPRequest()
            let accept = WebSocketFrame.accept(for: request[header: "sec-websocket-key"] ?? "")
            let head =
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: \(accept)\r\n\r\n"
            let frames =
                WebSocketFrame.bytes(.text, Array("4one".utf8))
                + WebSocketFrame.bytes(.binary, [UInt8](repeating: 7, count: 300))
            for byte in Array(head.utf8) + frames { try connection.write([byte]) }
            try connection.hang()
        }
        let probe = try TransportProbe(server)
        await probe.open()
        #expect(try await probe.nextPacket() == EnginePacket(.message, text: "one"))
        #expect(try await probe.nextPacket() == .message(.binary(Binary([UInt8](repeating: 7, count: 300)))))
    }

    @Test func sendsTextAndBinary() async throws {
        let server = try ScriptedServer.webSocket(echo)
        let probe = try TransportProbe(server)
        await probe.open()
        #expect(try await probe.next() == .opened)
        await probe.send(
            EnginePacket(.ping, text: "probe"), EnginePacket(.message, text: "hällo"), .message(.binary([1, 2, 3])),
            .message(.binary([])), EnginePacket(.upgrade))
        #expect(try await probe.events.next() == .drained)
        #expect(try await probe.nextPacket() == EnginePacket(.ping, text: "probe"))
        #expect(try await probe.nextPacket() == EnginePacket(.message, text: "hällo"))
        #expect(try await probe.nextPacket() == .message(.binary([1, 2, 3])))
        #expect(try await probe.nextPacket() == .message(.binary([])))
        #expect(try await probe.nextPacket() == EnginePacket(.upgrade))
    }

    @Test(arguments: [125, 126, 65_535, 65_536, 65_537, 1 << 20])
    func sendsAndReceivesMessagesOfEverySize(count: Int) async throws {
        let bytes = Binary((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
        let text = Binary([UInt8](repeating: UInt8(ascii: "x"), count: count))
        let server = try ScriptedServer.webSocket(echo)
        let probe = try TransportProbe(server)
        await probe.open()
        #expect(try await probe.next() == .opened)
        await probe.send(.message(.binary(bytes)), .message(.text(text)), EnginePacket(.ping))
        #expect(try await probe.nextPacket() == .message(.binary(bytes)))
        #expect(try await probe.nextPacket() == .message(.text(text)))
        #expect(try await probe.nextPacket() == EnginePacket(.ping))
    }

    @Test func waitsForAServerThatDoesNotRead() async throws {
        let mayRead = Inbox<Void>()
        let server = try ScriptedServer.webSocket { connection in
            try connection.writeText("4while you wait")
            try connection.wait(for: mayRead)
            try echo(connection)
        }
        let probe = try TransportProbe(server)
        await probe.open()
        let large = EnginePacket.message(.binary(Binary([UInt8](repeating: 1, count: 8 << 20))))
        #expect(try await probe.next() == .opened)
        await probe.send(large, EnginePacket(.ping))
        #expect(try await probe.nextPacket() == EnginePacket(.message, text: "while you wait"))
        #expect(!probe.events.all.contains(.drained))
        mayRead.put(())
        #expect(try await probe.nextPacket() == large)
        #expect(try await probe.nextPacket() == EnginePacket(.ping))
        #expect(try await probe.events.next() == .drained)
    }

    @Test func sendsWhatGoesFirstBetweenMessages() async throws {
        let mayRead = Inbox<Void>()
        let server = try ScriptedServer.webSocket { connection in
            try connection.wait(for: mayRead)
            try echo(connection)
        }
        let probe = try TransportProbe(server)
        await probe.open()
        let large = EnginePacket.message(.binary(Binary([UInt8](repeating: 1, count: 8 << 20))))
        #expect(try await probe.next() == .opened)
        await probe.send(large, EnginePacket(.message, text: "last"))
        await probe.run { $0.sendFirst(EnginePacket(.pong)) }
        mayRead.put(())
        #expect(try await probe.nextPacket() == large)
        #expect(try await probe.nextPacket() == EnginePacket(.pong))
        #expect(try await probe.nextPacket() == EnginePacket(.message, text: "last"))
        #expect(try await probe.events.next() == .drained)
    }

    @Test func refusesAMessageThatIsTooLong() async throws {
        let closeCode = Inbox<[UInt8]>()
        let server = try ScriptedServer.webSocket { connection in
            try connection.writeFrame(.binary, [UInt8](repeating: 0, count: 1000))
            try connection.writeFrame(.binary, [UInt8](repeating: 0, count: 600), isFinal: false)
            try connection.writeFrame(.continuation, [UInt8](repeating: 0, count: 401))
            closeCode.put(try connection.readFrame().payload)
        }
        var limits = Limits()
        limits.messageBytes = 1000
        let probe = try TransportProbe(server, limits: limits)
        await probe.open()
        #expect(try await probe.nextPacket() == .message(.binary(Binary([UInt8](repeating: 0, count: 1000)))))
        #expect(try await probe.failure().code == .limitExceeded)
        #expect(try await closeCode.next() == [0x03, 0xf1])
    }

    @Test(arguments: [([0x34, 0xff], 1007), ([0x34, 0xc3], 1007), ([0x78], 1002), ([], 1002)] as [([UInt8], UInt16)])
    func refusesTextThatIsNoPacket(text: [UInt8], code: UInt16) async throws {
        let closeFrame = Inbox<[UInt8]>()
        let server = try ScriptedServer.webSocket { connection in
            try connection.writeFrame(.text, text)
            closeFrame.put(try connection.readFrame().payload)
        }
        let probe = try TransportProbe(server)
        await probe.open()
        #expect(try await probe.failure().code == .protocolViolation)
        #expect(try await closeFrame.next() == [UInt8(code >> 8), UInt8(code & 0xff)])
    }

    @Test func namesAnUnknownPacketType() async throws {
        let server = try ScriptedServer.webSocket { connection in
            try connection.writeText("x42")
            try connection.readToEnd()
        }
        let probe = try TransportProbe(server)
        await probe.open()
        #expect(try await probe.failure().message == "websocket error: unknown packet type \"x\"")
    }

    @Test(
        arguments: [
            [0xc1, 0x01, 0x34],  // a reserved bit
            [0x83, 0x01, 0x34],  // an unknown opcode
            [0x80, 0x01, 0x34],  // nothing to continue
            [0x09, 0x00],  // a fragmented ping
            [0x89, 0x7e, 0x01, 0x00],  // a ping longer than 125 bytes
            [0x82, 0x7f, 0x80, 0, 0, 0, 0, 0, 0, 1],  // a length of 64 bits
            [0x01, 0x01, 0x34, 0x81, 0x01, 0x34],  // a message inside another
        ] as [[UInt8]])
    func refusesAnInvalidFrame(bytes: [UInt8]) async throws {
        let server = try ScriptedServer.webSocket { connection in
            try connection.write(bytes)
            try connection.readToEnd()
        }
        let probe = try TransportProbe(server)
        await probe.open()
        #expect(try await probe.failure().code == .protocolViolation)
    }
}

/// Sends every message back, in one frame, until the client closes.
private func echo(_ connection: ScriptedConnection) throws {
    var message: [UInt8] = []
    var opcode = WebSocketFrame.Opcode.text
    while true {
        let frame = try connection.readFrame()
        guard frame.isMasked else { throw SupportError("not masked: \(frame.opcode)") }
        if frame.opcode == .close { return try connection.writeFrame(.close, frame.payload) }
        if frame.opcode != .continuation { opcode = frame.opcode }
        message += frame.payload
        guard frame.isFinal else { continue }
        try connection.writeFrame(opcode, message)
        message = []
    }
}
