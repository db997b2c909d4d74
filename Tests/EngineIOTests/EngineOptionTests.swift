import EngineIO
import TestSupport
import Testing

/// The options that cross the wire, against a server of which every byte is known.
@Suite(.timeLimit(.minutes(5))) struct EngineOptionTests {
    /// What an engine tells, under the names of its events.
    private final class Log: Sendable {
        let events = Inbox<String>()
        let errors = Inbox<SocketIOError>()
        let messages = Inbox<Message>()

        init(_ engine: Engine) {
            engine.on(.open) { [events] in events.put("open") }
            engine.on(.upgrade) { [events] in events.put("upgrade \($0)") }
            engine.on(.upgradeError) { [errors] in errors.put($0) }
            engine.on(.error) { [errors] in errors.put($0) }
            engine.on(.message) { [messages] in messages.put($0) }
            engine.on(.close) { [events] in events.put("close \($0.reason)") }
        }
    }

    private func open(
        _ url: String, _ configure: (inout EngineOptions) -> Void
    ) throws -> (engine: Engine, log: Log) {
        var options = EngineOptions()
        configure(&options)
        let engine = try Engine(url, options)
        let log = Log(engine)
        engine.open()
        return (engine, log)
    }

    /// Opens a session on each transport that is asked for, answers every poll with a noop, and every WebSocket message
    /// with itself.
    private static func server(headers: KeyValuePairs<String, String> = [:]) throws -> ScriptedServer {
        try ScriptedServer { connection in
            while true {
                let request = try connection.readHTTPRequest()
                if request.query["transport"] == "websocket" {
                    try connection.upgradeToWebSocket(request, headers: headers)
                    try connection.writeText(ScriptedServer.openPacket())
                    while true {
                        let frame = try connection.readFrame()
                        try connection.writeFrame(frame.opcode, frame.payload)
                        if frame.opcode == .close { return }
                    }
                }
                if request.query["sid"] == nil {
                    try connection.respond(body: ScriptedServer.openPacket())
                } else if request.method == "POST" {
                    try connection.respond(body: "ok")
                } else {
                    try connection.hang()
                }
            }
        }
    }

    /// The names in a request's query, in their order.
    private func names(_ request: HTTPRequest) -> [String] {
        let query = request.target.drop { $0 != "?" }.dropFirst()
        return query.split(separator: "&").map { String($0.prefix { $0 != "=" }) }
    }

    // MARK: The query

    @Test(
        arguments: [
            (nil, ["b", "EIO", "transport", "t"], ["b", "EIO", "transport"]),
            (true, ["b", "EIO", "transport", "t"], ["b", "EIO", "transport", "t"]),
            (false, ["b", "EIO", "transport"], ["b", "EIO", "transport"]),
        ] as [(Bool?, [String], [String])])
    func sendsTimestamps(_ timestampRequests: Bool?, _ polling: [String], _ webSocket: [String]) async throws {
        for (kind, expected) in [(TransportKind.polling, polling), (.websocket, webSocket)] {
            let server = try Self.server()
            let (engine, log) = try open(server.url) {
                $0.transports = [kind]
                $0.timestampRequests = timestampRequests
                $0.query = ["b": "1"]
            }
            _ = try await log.events.next { $0 == "open" }
            #expect(names(try await server.requests.next()) == expected)
            engine.close()
        }
    }

    @Test func namesTheTimestamp() async throws {
        let server = try Self.server()
        let (engine, log) = try open(server.url) {
            $0.transports = [.polling]
            $0.timestampParam = "time"
            $0.query = ["t": "mine"]
        }
        _ = try await log.events.next { $0 == "open" }
        let request = try await server.requests.next()
        #expect(names(request) == ["t", "EIO", "transport", "time"])
        #expect(request.query["t"] == "mine")
        engine.close()
    }

    @Test(arguments: ["", "sid", "EIO", "transport", "b64"])
    func refusesATimestampThatCannotBe(name: String) {
        var options = EngineOptions()
        options.timestampParam = name
        #expect(throws: SocketIOError.self) { try Engine("http://localhost", options) }
        options.timestampParam = "mine"
        options.query = ["mine": "1"]
        #expect(throws: SocketIOError.self) { try Engine("http://localhost", options) }
        #expect(throws: SocketIOError.self) { try Engine("http://localhost?t=1") }
    }

    // MARK: Base64

    @Test func sendsBinaryAsBase64() async throws {
        let frames = Inbox<WebSocketFrame>()
        let server = try ScriptedServer.webSocket { connection in
            try connection.writeText(ScriptedServer.openPacket())
            for _ in 0..<2 { frames.put(try connection.readFrame()) }
            try connection.writeText("bAAH/")
            try connection.writeFrame(.binary, [7])
            try connection.hang()
        }
        let (engine, log) = try open(server.url) {
            $0.transports = [.websocket]
            $0.forceBase64 = true
        }
        engine.send(binary: [0, 1, 255])
        engine.send(text: "b")
        for text in ["bAAH/", "4b"] {
            let frame = try await frames.next()
            #expect(frame.opcode == .text && frame.text == text)
        }
        #expect(try await log.messages.next() == .binary([0, 1, 255]))
        #expect(try await log.messages.next() == .binary([7]))
        #expect(names(try await server.requests.next()) == ["EIO", "transport", "b64"])
        engine.close()

        let other = try Self.server()
        let (polling, pollingLog) = try open(other.url) {
            $0.transports = [.polling]
            $0.forceBase64 = true
        }
        _ = try await pollingLog.events.next { $0 == "open" }
        #expect(names(try await other.requests.next()) == ["EIO", "transport", "t", "b64"])
        #expect(names(try await other.requests.next()) == ["EIO", "transport", "t", "sid"])
        polling.close()
    }

    @Test func refusesInvalidBase64() async throws {
        let server = try ScriptedServer.webSocket { connection in
            try connection.writeText(ScriptedServer.openPacket())
            try connection.writeText("b!")
            try connection.readToEnd()
        }
        let (_, log) = try open(server.url) { $0.transports = [.websocket] }
        #expect(try await log.errors.next().code == .protocolViolation)
    }

    // MARK: Time

    @Test func endsARequestThatTakesTooLong() async throws {
        let ended = Inbox<Void>()
        let server = try ScriptedServer { connection in
            defer { ended.put(()) }
            let request = try connection.readHTTPRequest()
            if request.query["sid"] == nil { try connection.respond(body: ScriptedServer.openPacket()) }
            try connection.readToEnd()
        }
        let (_, log) = try open(server.url) {
            $0.transports = [.polling]
            // The handshake comes before, however busy the machine is.
            $0.requestTimeout = .seconds(2)
        }
        let error = try await log.errors.next()
        #expect(error.code == .timedOut && error.transport == .polling)
        #expect(error.message.hasPrefix("xhr poll error: timeout after 2 s "), "\(error.message)")
        #expect(try await log.events.next { $0 != "open" } == "close transport error")
        try await ended.next()
    }

    // MARK: Sub-protocols

    @Test func agreesOnASubprotocol() async throws {
        let server = try Self.server(headers: ["Sec-WebSocket-Protocol": "two"])
        let (engine, log) = try open(server.url) {
            $0.transports = [.websocket]
            $0.protocols = ["one", "two"]
        }
        _ = try await log.events.next { $0 == "open" }
        #expect(try await server.requests.next()[header: "sec-websocket-protocol"] == "one, two")
        engine.close()
    }

    @Test(
        arguments: [
            (["one"], "two"), (["one"], "on"), (["one", "two"], nil), ([], "one"),
        ] as [([String], String?)])
    func refusesAnotherSubprotocol(_ offered: [String], _ chosen: String?) async throws {
        let server = try chosen.map { try Self.server(headers: ["Sec-WebSocket-Protocol": $0]) } ?? Self.server()
        let (_, log) = try open(server.url) {
            $0.transports = [.websocket]
            $0.protocols = offered
        }
        let error = try await log.errors.next()
        #expect(error.phase == .websocket)
        if chosen == nil { #expect(error.message == "websocket error: the server chose none of the sub-protocols") }
        #expect(try await log.events.next() == "close transport error")
    }

    @Test(arguments: [["a b"], [""], ["a", "a"], ["ä"]])
    func refusesASubprotocolThatIsNoToken(protocols: [String]) {
        var options = EngineOptions()
        options.protocols = protocols
        #expect(throws: SocketIOError.self) { try Engine("http://localhost", options) }
    }

    // MARK: The path

    @Test(
        arguments: [
            (nil, true, "/socket.io/"), ("/own", true, "/own/"), ("/own/", true, "/own/"), ("own", true, "/own/"),
            ("/own", false, "/own"), ("/own/", false, "/own"), ("/", false, "/"), ("", false, "/"),
        ] as [(String?, Bool, String)])
    func thePathHasItsSlash(_ path: String?, _ addTrailingSlash: Bool, _ expected: String) async throws {
        for kind in TransportKind.allCases {
            let server = try Self.server()
            let (engine, log) = try open(server.url) {
                $0.transports = [kind]
                if let path { $0.path = path }
                $0.addTrailingSlash = addTrailingSlash
            }
            _ = try await log.events.next { $0 == "open" }
            #expect(try await server.requests.next().path == expected)
            engine.close()
        }
    }

    // MARK: One transport's own

    @Test func givesATransportItsOwnOptions() async throws {
        let server = try Self.server()
        for kind in TransportKind.allCases {
            let (engine, log) = try open(server.url + "?from=url") {
                $0.transports = [kind]
                $0.path = "/both"
                $0.extraHeaders = ["X-Both": "1"]
                $0.transportOptions[.websocket] = TransportOptions()
                $0.transportOptions[.websocket]?.path = "/own"
                $0.transportOptions[.websocket]?.query = ["own": "1"]
                $0.transportOptions[.websocket]?.extraHeaders = ["X-Own": "1"]
            }
            _ = try await log.events.next { $0 == "open" }
            let request = try await server.requests.next { $0.query["sid"] == nil }
            let isOwn = kind == .websocket
            #expect(request.path == (isOwn ? "/own/" : "/both/"))
            #expect(request.query["from"] == (isOwn ? nil : "url"))
            #expect(request.query["own"] == (isOwn ? "1" : nil))
            #expect(request[header: "x-own"] == (isOwn ? "1" : nil))
            #expect(request[header: "x-both"] == (isOwn ? nil : "1"))
            engine.close()
        }
    }

    @Test func checksATransportsOwnOptions() {
        var options = EngineOptions()
        options.transportOptions[.polling] = TransportOptions()
        options.transportOptions[.polling]?.requestTimeout = .zero
        #expect(throws: SocketIOError.self) { try Engine("http://localhost", options) }
    }

    // MARK: Which transport

    /// Refuses one of the transports.
    private static func server(refusing kind: TransportKind) throws -> ScriptedServer {
        try ScriptedServer { connection in
            let request = try connection.readHTTPRequest()
            if request.query["transport"] == kind.rawValue { return try connection.respond(403, body: "not here") }
            if request.query["transport"] == "websocket" {
                try connection.upgradeToWebSocket(request)
                try connection.writeText(ScriptedServer.openPacket(upgrades: ["websocket"]))
            } else {
                try connection.respond(body: ScriptedServer.openPacket(upgrades: ["websocket"]))
            }
            try connection.hang()
        }
    }

    @Test(arguments: [TransportKind.polling, .websocket])
    func triesAllTransports(_ refused: TransportKind) async throws {
        let server = try Self.server(refusing: refused)
        let other = refused == .polling ? TransportKind.websocket : .polling
        let (engine, log) = try open(server.url) {
            $0.transports = [refused, other]
            $0.tryAllTransports = true
        }
        #expect(try await log.events.next() == "open")
        #expect(engine.transport == other)
        engine.close()
        _ = try await log.events.next { $0 == "close forced close" }
        #expect(log.errors.all.isEmpty)

        let (_, failing) = try open(server.url) { $0.transports = [refused, other] }
        #expect(try await failing.errors.next().http?.status == 403)
    }

    @Test func namesAllTransportsThatFailed() async throws {
        let server = try ScriptedServer { connection in
            let request = try connection.readHTTPRequest()
            try connection.respond(request.query["transport"] == "polling" ? 401 : 402)
        }
        let (_, log) = try open(server.url) { $0.tryAllTransports = true }
        let error = try await log.errors.next()
        #expect(error.transport == .websocket && error.http?.status == 402)
        #expect(error.message.contains("(before it, polling: xhr poll error: HTTP 401"))
    }
}
