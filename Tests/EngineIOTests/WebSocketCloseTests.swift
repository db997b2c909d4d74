import EngineIO
import SocketIOProtocol
import TestSupport
import Testing

/// How an open WebSocket ends.
@Suite(.timeLimit(.minutes(5))) struct WebSocketCloseTests {
    @Test(
        arguments: [
            (1000, ""), (1001, "going away"), (1008, "policy"), (1009, "too big"), (4000, "mine"),
        ] as [(UInt16, String)])
    func reportsTheServersCloseFrame(code: UInt16, reason: String) async throws {
        let server = try ScriptedServer.webSocket { connection in
            try connection.writeText("4last")
            try connection.closeWebSocket(code, reason)
        }
        let probe = try TransportProbe(server)
        await probe.open()
        #expect(try await probe.nextPacket() == EnginePacket(.message, text: "last"))
        let error = try await probe.failure()
        #expect(error.code == .disconnected)
        #expect(error.close == .init(code: code, reason: reason))
        #expect(error.transport == .websocket)
        #expect(error.message == "websocket connection closed (code \(code)\(reason.isEmpty ? "" : ": \(reason)"))")
        server.stop()
        #expect(server.errors.isEmpty)
    }

    @Test func reportsACloseFrameWithoutACode() async throws {
        let server = try ScriptedServer.webSocket { connection in try connection.closeWebSocket() }
        let probe = try TransportProbe(server)
        await probe.open()
        #expect(try await probe.failure().close == .init(code: 1005, reason: ""))
    }

    @Test(arguments: [false, true])
    func reportsAConnectionThatEndsWithoutACloseFrame(isReset: Bool) async throws {
        let server = try ScriptedServer.webSocket { connection in
            try connection.writeText("4last")
            // A reset overtakes what has not been read.
            _ = try connection.readFrame()
            if isReset { connection.reset() } else { connection.close() }
        }
        let probe = try TransportProbe(server)
        await probe.open()
        #expect(try await probe.nextPacket() == EnginePacket(.message, text: "last"))
        await probe.send(EnginePacket(.pong))
        let error = try await probe.failure()
        #expect(error.code == .disconnected)
        #expect(error.close == .init(code: 1006, reason: ""))
    }

    @Test func closesWithACloseFrameAfterWhatWasSent() async throws {
        let frames = Inbox<WebSocketFrame>()
        let server = try ScriptedServer.webSocket { connection in
            while true {
                let frame = try connection.readFrame()
                frames.put(frame)
                guard frame.opcode == .close else { continue }
                try connection.writeFrame(.close, frame.payload)
                try connection.readToEnd()
            }
        }
        let probe = try TransportProbe(server)
        await probe.open()
        #expect(try await probe.next() == .opened)
        await probe.run { transport in
            transport.send([EnginePacket(.message, text: "last")])
            transport.close()
        }
        #expect(try await frames.next().text == "4last")
        let close = try await frames.next()
        #expect(close.opcode == .close)
        #expect(close.payload == [0x03, 0xe8])
        #expect(try await probe.end() == nil)
        #expect(probe.events.all.allSatisfy { $0 == .drained })
    }

    @Test func closesAfterALongMessage() async throws {
        let received = Inbox<(Int, WebSocketFrame.Opcode)>()
        let server = try ScriptedServer.webSocket { connection in
            var count = 0
            while true {
                let frame = try connection.readFrame()
                count += frame.payload.count
                if frame.opcode == .close { return received.put((count - 2, frame.opcode)) }
            }
        }
        let probe = try TransportProbe(server)
        await probe.open()
        #expect(try await probe.next() == .opened)
        await probe.run { transport in
            transport.send([.message(.binary(Binary([UInt8](repeating: 1, count: 1 << 20))))])
            transport.close()
        }
        #expect(try await received.next().0 == 1 << 20)
        #expect(try await probe.end() == nil)
    }

    @Test(arguments: [false, true])
    func doesNotWaitLongForAServerThatDoesNotClose(doesRead: Bool) async throws {
        let server = try ScriptedServer.webSocket { connection in
            if doesRead { try connection.readToEnd() } else { try connection.hang() }
        }
        let probe = try TransportProbe(server)
        await probe.open()
        #expect(try await probe.next() == .opened)
        let size = doesRead ? 1 : 32 << 20
        let start = ContinuousClock.now
        await probe.run { transport in
            transport.send([.message(.binary(Binary([UInt8](repeating: 1, count: size))))])
            transport.close()
        }
        // What was not read may be lost.
        #expect(try await probe.end()?.code == (doesRead ? nil : .timedOut))
        // That it ends at all shows the deadline; how late this is heard of depends on the machine's load.
        #expect(ContinuousClock.now - start > .milliseconds(900))
    }

    @Test func abortDropsTheConnectionAndReportsNothing() async throws {
        let ended = Inbox<Void>()
        let server = try ScriptedServer.webSocket { connection in
            try connection.writeText("4one")
            defer { ended.put(()) }
            try connection.readToEnd()
        }
        let probe = try TransportProbe(server)
        await probe.open()
        #expect(try await probe.nextPacket() == EnginePacket(.message, text: "one"))
        await probe.abort()
        try await ended.next()
        #expect(probe.events.all == [.opened])
    }

    @Test func abortDoesNotWaitForWhatWasNotSent() async throws {
        let ended = Inbox<Void>()
        let mayRead = Inbox<Void>()
        let server = try ScriptedServer.webSocket { connection in
            try connection.wait(for: mayRead)
            defer { ended.put(()) }
            try connection.readToEnd()
        }
        let probe = try TransportProbe(server)
        await probe.open()
        #expect(try await probe.next() == .opened)
        await probe.send(.message(.binary(Binary([UInt8](repeating: 1, count: 32 << 20)))))
        await probe.abort()
        mayRead.put(())
        try await ended.next()
        #expect(probe.events.all.isEmpty)
    }

    /// The event inside which something is called.
    enum Moment: CaseIterable {
        case opened, packet, drained

        func matches(_ event: TransportEvent) -> Bool {
            switch (self, event) {
            case (.opened, .opened), (.packet, .packet), (.drained, .drained): true
            default: false
            }
        }
    }

    @Test(arguments: Moment.allCases)
    func abortInsideAnEvent(moment: Moment) async throws {
        let ended = Inbox<Void>()
        let server = try ScriptedServer.webSocket { connection in
            defer { ended.put(()) }
            for _ in 0..<100 { try connection.writeText("4x") }
            try connection.readToEnd()
        }
        let probe = try TransportProbe(server) { transport, event in
            if moment.matches(event) { return transport.abort() }
            if event == .opened { transport.send([EnginePacket(.ping)]) }
        }
        await probe.open()
        try await ended.next()
        #expect(probe.events.all.last.map(moment.matches) == true)
    }

    @Test(arguments: Moment.allCases)
    func closeInsideAnEvent(moment: Moment) async throws {
        let closeFrame = Inbox<[UInt8]>()
        let server = try ScriptedServer.webSocket { connection in
            for _ in 0..<100 { try connection.writeText("4x") }
            while true {
                let frame = try connection.readFrame()
                guard frame.opcode == .close else { continue }
                closeFrame.put(frame.payload)
                try connection.writeFrame(.close, frame.payload)
                try connection.readToEnd()
            }
        }
        let probe = try TransportProbe(server) { transport, event in
            if moment.matches(event) { return transport.close() }
            if event == .opened { transport.send([EnginePacket(.ping)]) }
        }
        await probe.open()
        #expect(try await closeFrame.next() == [0x03, 0xe8])
        #expect(try await probe.end() == nil)
    }

    @Test func sendInsideEachEvent() async throws {
        let texts = Inbox<String>()
        let server = try ScriptedServer.webSocket { connection in
            try connection.writeText("4x")
            while true { texts.put(try connection.readFrame().text) }
        }
        let probe = try TransportProbe(server) { transport, event in
            switch event {
            case .opened: transport.send([EnginePacket(.message, text: "opened")])
            case .packet: transport.send([EnginePacket(.message, text: "packet")])
            default: break
            }
        }
        await probe.open()
        #expect(try await texts.next() == "4opened")
        #expect(try await texts.next() == "4packet")
    }

    @Test func abortInsideTheLastEvent() async throws {
        let server = try ScriptedServer.webSocket { connection in try connection.closeWebSocket(1000) }
        let probe = try TransportProbe(server) { transport, event in
            if case .closed = event { transport.abort() }
        }
        await probe.open()
        #expect(try await probe.failure().close?.code == 1000)
    }
}
