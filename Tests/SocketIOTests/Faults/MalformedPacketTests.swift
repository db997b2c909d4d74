import SocketIO
import Testing
import TestSupport

/// A server that sends, after a good beginning, what cannot be understood: `disconnect` tells, and the client comes back.
@Suite(.timeLimit(.minutes(5))) struct MalformedPacketTests {
    struct Fault: Sendable, CustomStringConvertible {
        let description: String
        let parts: [FaultyServer.Part]

        init(_ description: String, _ parts: FaultyServer.Part...) {
            self.description = description
            self.parts = parts
        }
    }

    static let parseErrors = [
        Fault("an unknown packet type", .text("49")),
        Fault("no packet", .text("4")),
        Fault("a broken array", .text(#"42["event","#)),
        Fault("no array", .text(#"42{"event":1}"#)),
        Fault("an empty array", .text("42[]")),
        Fault("an object for a name", .text("42[{}]")),
        Fault("a reserved event name", .text(#"42["connect"]"#)),
        Fault(
            "text where an attachment is due", .text(#"451-["e",{"_placeholder":true,"num":0}]"#), .text(#"42["x"]"#)),
        Fault("a binary message of no packet", .binary([1, 2, 3])),
        Fault("more attachments than allowed", .text(#"4511-["e"]"#)),
        Fault("a placeholder out of range", .text(#"451-["e",{"_placeholder":true,"num":1}]"#), .binary([1])),
        Fault("attachments without a number", .text(#"45["e"]"#)),
        Fault("an acknowledgement without an id", .text("43[1]")),
        Fault("a CONNECT_ERROR with an array", .text("44[]")),
        Fault(
            "JSON nested 10,000 deep",
            .text(
                #"42["e","# + String(repeating: "[", count: 10_000)
                    + String(repeating: "]", count: 10_000) + "]")),
    ]

    @Test(arguments: parseErrors, TransportKind.allCases)
    func isAParseErrorAndTheClientReconnects(_ fault: Fault, _ transport: TransportKind) async throws {
        let script = FaultyServer(fault: fault.parts)
        let server = try script.start()
        defer { server.stop() }
        try await withSocket(server.url, quickOptions(transport)) { socket in
            let ends = Inbox<Disconnection>()
            socket.on(.disconnect) { ends.put($0) }
            let connects = Inbox<Bool>()
            socket.on(.connect) { connects.put(true) }
            let errors = Inbox<SocketIOError>()
            socket.on(.connectError) { errors.put($0) }
            socket.connect()
            let end = try await ends.next()
            #expect(end.reason == .parseError)
            #expect(end.error?.code == .protocolViolation)
            #expect(end.error?.message.hasPrefix("parse error: ") == true)
            _ = try await connects.next()
            _ = try await connects.next()
            #expect(errors.all.isEmpty)
            #expect(script.sessions == 2)
        }
    }

    static let ignored = [
        Fault("an event of an unknown namespace", .text(#"42/unknown,["event"]"#)),
        Fault("an acknowledgement nobody waits for", .text("43999[1]")),
        Fault("a noop", .text("6")),
        Fault("an event nobody listens to", .text(#"42["nobody",1]"#)),
        Fault("a numeric name", .text("42[5,1]")),
        Fault("a binary event without attachments", .text(#"450-["none"]"#)),
        Fault("lone surrogates and large numbers", .text(#"42["odd","\ud800",123456789012345678901234567890,1e400]"#)),
    ]

    @Test(arguments: ignored, TransportKind.allCases)
    func isTakenAndTheConnectionLives(_ fault: Fault, _ transport: TransportKind) async throws {
        let script = FaultyServer(fault: fault.parts + [.text(#"42["after",{"ok":true}]"#)])
        let server = try script.start()
        defer { server.stop() }
        try await withSocket(server.url, quickOptions(transport)) { socket in
            let after = Inbox<[String: Bool]>()
            socket.on("after") { (value: [String: Bool]) in after.put(value) }
            socket.connect()
            let value = try await after.next()
            #expect(value == ["ok": true])
            #expect(socket.isConnected)
            #expect(script.sessions == 1)
        }
    }

    @Test(arguments: TransportKind.allCases)
    func anUnknownEnginePacketEndsTheConnection(_ transport: TransportKind) async throws {
        let script = FaultyServer(fault: [.text("9")])
        let server = try script.start()
        defer { server.stop() }
        try await withSocket(server.url, quickOptions(transport)) { socket in
            let ends = Inbox<Disconnection>()
            socket.on(.disconnect) { ends.put($0) }
            socket.connect()
            let end = try await ends.next()
            #expect(end.reason == .transportError)
            #expect(end.error?.code == .protocolViolation)
        }
    }

    @Test(arguments: TransportKind.allCases)
    func aMessageOverTheLimitEndsTheConnection(_ transport: TransportKind) async throws {
        let script = FaultyServer(fault: [.text(#"42["big",""# + String(repeating: "x", count: 2_000_000) + #""]"#)])
        let server = try script.start()
        defer { server.stop() }
        var options = quickOptions(transport)
        options.limits.messageBytes = 1_000_000
        try await withSocket(server.url, options) { socket in
            let ends = Inbox<Disconnection>()
            socket.on(.disconnect) { ends.put($0) }
            let connects = Inbox<Bool>()
            socket.on(.connect) { connects.put(true) }
            let errors = Inbox<SocketIOError>()
            socket.on(.connectError) { errors.put($0) }
            socket.connect()
            if transport == .websocket {
                let end = try await ends.next()
                #expect(end.reason == .transportError)
                #expect(end.error?.code == .limitExceeded)
            } else {
                // The answer to CONNECT is in the same body.
                #expect(try await errors.next().code == .limitExceeded)
            }
            try await eventually("a new session") { script.sessions == 2 && socket.isConnected }
        }
    }

    /// With the default limits, 64 MiB.
    @Test func aMessageOfAHundredMegabytesIsNotTaken() async throws {
        let server = try ScriptedServer { connection in
            try connection.upgradeToWebSocket(try connection.readHTTPRequest())
            try connection.writeText(ScriptedServer.openPacket())
            _ = try connection.readFrame()
            try connection.writeText(#"40{"sid":"socket"}"#)
            // The head of a frame of 100 MB, then as much as is taken.
            try connection.write([0x82, 127, 0, 0, 0, 0, 0x05, 0xF5, 0xE1, 0x00])
            let megabyte = [UInt8](repeating: 0, count: 1 << 20)
            for _ in 0..<96 { try connection.write(megabyte) }
            try connection.hang()
        }
        defer { server.stop() }
        try await withSocket(server.url, quickOptions(.websocket, reconnects: false)) { socket in
            let ends = Inbox<Disconnection>()
            socket.on(.disconnect) { ends.put($0) }
            socket.connect()
            let end = try await ends.next()
            #expect(end.error?.code == .limitExceeded)
        }
    }
}
