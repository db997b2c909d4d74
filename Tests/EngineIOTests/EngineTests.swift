import EngineIO
import TestSupport
import Testing

/// The raw engine, against a server that speaks Socket.IO above it.
@Suite(.timeLimit(.minutes(5))) struct EngineTests {
    private func collect<Value>(_ engine: Engine, _ event: Engine.LifecycleEvent<Value>) -> Inbox<Value> {
        let inbox = Inbox<Value>()
        engine.on(event) { inbox.put($0) }
        return inbox
    }

    @Test(arguments: [[TransportKind.polling], [.websocket], [.polling, .websocket]])
    func exchangesMessages(transports: [TransportKind]) async throws {
        let peer = try await PeerServer.start()
        var options = EngineOptions()
        options.transports = transports
        let engine = try Engine(peer.url, options)
        let handshakes = collect(engine, .handshake)
        let opens = collect(engine, .open)
        let upgradings = collect(engine, .upgrading)
        let upgrades = collect(engine, .upgrade)
        let closes = collect(engine, .close)
        let answers = collect(engine, .message)
        #expect(engine.readyState == .closed && engine.id == nil && engine.transport == nil)
        engine.open()
        engine.send(text: "0")
        let handshake = try await handshakes.next()
        try await opens.next()
        #expect(engine.id == handshake.sessionID && engine.readyState == .open)
        if transports.count == 2 {
            #expect(try await upgradings.next() == .websocket)
            #expect(try await upgrades.next() == .websocket)
        }
        #expect(engine.transport == transports.last)
        _ = try await peer.next(.connect)

        let first = #"0{"sid":"#
        _ = try await answers.next { $0.bytes.text.hasPrefix(first) }
        let messages = engine.messages()
        engine.send(text: #"2["echo","a"]"#)
        engine.send(text: #"51-["echo",{"_placeholder":true,"num":0}]"#)
        engine.send(binary: [1, 2, 255])
        let received = try await withDeadline {
            var received: [Message] = []
            for await message in messages {
                received.append(message)
                if case .binary = message { break }
            }
            return received
        }
        #expect(received[0] == .text(Binary(utf8: #"2["echo","a"]"#)))
        #expect(received.last == .binary([1, 2, 255]))
        try await eventually("nothing waits") { engine.bytesWaiting == 0 }
        engine.close()
        #expect(try await closes.next() == Disconnection(reason: .forcedClose, error: nil))
        #expect(engine.readyState == .closed && engine.id == nil && engine.transport == nil)
        _ = try await peer.next(.disconnect)
        #expect(closes.all.isEmpty)
    }

    @Test func sendsWhatWaitsBeforeItCloses() async throws {
        let peer = try await PeerServer.start()
        for transport in TransportKind.allCases {
            var options = EngineOptions()
            options.transports = [transport]
            let engine = try Engine(peer.url, options)
            let closes = collect(engine, .close)
            engine.once(.open) { [weak engine] in engine?.send(text: "0") }
            // A server need not take events before it has let the client in.
            engine.once(.message) { [weak engine] _ in
                guard let engine else { return }
                engine.send(text: #"2["last"]"#)
                engine.close()
                engine.send(text: #"2["too late"]"#)
            }
            engine.open()
            _ = try await closes.next()
            #expect(try await peer.next(.event).event == "last")
            #expect(engine.bytesWaiting == 0)
        }
        #expect(!peer.logs.all.contains { $0.kind == .event })
    }

    @Test func opensAgain() async throws {
        let peer = try await PeerServer.start()
        let engine = try Engine(peer.url)
        let opens = collect(engine, .open)
        let closes = collect(engine, .close)
        var ids: Set<String> = []
        for _ in 0..<3 {
            engine.open()
            engine.open()
            try await opens.next()
            ids.insert(try #require(engine.id))
            engine.close()
            engine.close()
            _ = try await closes.next()
        }
        #expect(ids.count == 3)
        #expect(opens.all.isEmpty && closes.all.isEmpty)
    }

    @Test func closesBeforeItIsOpen() async throws {
        let server = try ScriptedServer { try $0.hang() }
        let engine = try Engine(server.url)
        let closes = collect(engine, .close)
        engine.close()
        engine.open()
        engine.close()
        #expect(try await closes.next().reason == .forcedClose)
        engine.open()
        try await eventually("the server is asked") { server.connectionCount > 0 }
        #expect(engine.readyState == .opening)
        engine.close()
        #expect(try await closes.next().reason == .forcedClose)
        #expect(closes.all.isEmpty)
    }

    @Test func closesInsideItsHandlers() async throws {
        let peer = try await PeerServer.start()
        let events: [Engine.LifecycleEvent<TransportKind>] = [.upgrading, .upgrade]
        for event in events {
            let engine = try Engine(peer.url)
            let closes = collect(engine, .close)
            engine.on(event) { [weak engine] _ in engine?.close() }
            engine.on(.close) { [weak engine] _ in engine?.close() }
            engine.open()
            #expect(try await closes.next().reason == .forcedClose)
        }
        let engine = try Engine(peer.url)
        let closes = collect(engine, .close)
        engine.on(.handshake) { [weak engine] _ in engine?.close() }
        engine.open()
        #expect(try await closes.next().reason == .forcedClose)
    }

    @Test func opensInsideItsClose() async throws {
        let peer = try await PeerServer.start()
        let engine = try Engine(peer.url)
        let opens = collect(engine, .open)
        engine.once(.close) { [weak engine] _ in engine?.open() }
        engine.open()
        try await opens.next()
        engine.close()
        try await opens.next()
        engine.close()
    }

    @Test func tellsWhyItFailed() async throws {
        let server = try ScriptedServer { connection in
            try connection.readHTTPRequest()
            try connection.respond(503)
        }
        let engine = try Engine(server.url)
        let (errors, closes) = (collect(engine, .error), collect(engine, .close))
        let messages = engine.messages()
        engine.open()
        let error = try await errors.next()
        #expect(error.http?.status == 503)
        #expect(try await closes.next() == Disconnection(reason: .transportError, error: error))
        #expect(try await withDeadline { await messages.first { _ in true } } == nil, "the sequence has ended")
    }

    /// Its handlers are all that is left of it; it ends with the server's word.
    @Test func livesOnWhenNobodyHoldsIt() async throws {
        let peer = try await PeerServer.start()
        let messages = Inbox<Message>()
        let closes = Inbox<Disconnection>()
        weak var released: Engine?
        do {
            let engine = try Engine(peer.url)
            released = engine
            engine.on(.message) { messages.put($0) }
            engine.on(.close) { closes.put($0) }
            engine.open()
            engine.send(text: "0")
        }
        #expect(released == nil)
        let sid = try #require(try await peer.next(.connect).sid)
        try peer.emit("news", to: sid)
        _ = try await messages.next { $0 == .text(Binary(utf8: #"2["news"]"#)) }
        try peer.closeEngine(of: sid)
        _ = try await closes.next()
    }

    @Test func refusesWhatCannotBeUsed() {
        #expect(throws: SocketIOError.self) { try Engine("localhost") }
        var options = EngineOptions()
        options.transports = []
        #expect(throws: SocketIOError.self) { try Engine("http://localhost", options) }
    }

    // MARK: rememberUpgrade

    @Test func remembersAnUpgrade() async throws {
        let peer = try await PeerServer.start { $0.logsRequests = true }
        for remembers in [true, false] {
            var options = EngineOptions()
            options.rememberUpgrade = remembers
            let engine = try Engine(peer.url, options)
            let (opens, upgrades, closes) = (
                collect(engine, .open), collect(engine, .upgrade), collect(engine, .close)
            )
            engine.open()
            _ = try await upgrades.next()
            engine.close()
            _ = try await closes.next()
            let transport = Inbox<TransportKind?>()
            engine.on(.handshake) { [weak engine] _ in transport.put(engine?.transport) }
            _ = try await opens.next()
            engine.open()
            #expect(try await transport.next() == (remembers ? .websocket : .polling))
            engine.close()
            _ = try await closes.next()
        }
    }

    @Test func forgetsAnUpgradeThatFails() async throws {
        let transports = Inbox<String>()
        let server = try ScriptedServer { connection in
            while true {
                let request = try connection.readHTTPRequest()
                let transport = request.query["transport"] ?? ""
                if request.query["sid"] == nil { transports.put(transport) }
                if transport == "polling" {
                    try connection.respond(body: ScriptedServer.openPacket())
                    continue
                }
                // The first works, and ends; the second does not.
                guard transports.all.count == 1 else { return try connection.respond(500) }
                try connection.upgradeToWebSocket(request)
                try connection.writeText(ScriptedServer.openPacket())
                return try connection.closeWebSocket(1000)
            }
        }
        var options = EngineOptions()
        options.rememberUpgrade = true
        options.transports = [.websocket, .polling]
        let engine = try Engine(server.url, options)
        let closes = collect(engine, .close)
        engine.open()
        #expect(try await closes.next().reason == .transportClose)
        engine.open()
        #expect(try await closes.next().reason == .transportError)
        #expect(transports.all == ["websocket", "websocket"])
    }
}
