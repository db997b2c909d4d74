import EngineIO
import SocketIOProtocol
import TestSupport
import Testing

/// What is sent for the upgrade, and what comes back instead of it.
@Suite(.timeLimit(.minutes(5))) struct WebSocketHandshakeTests {
    @Test func requestAsItIsSent() async throws {
        let server = try ScriptedServer { connection in
            try connection.readHTTPRequest()
            try connection.hang()
        }
        let configuration = try TransportConfiguration(
            webSocket: server.url, headers: [Header("Authorization", "Bearer 1"), Header("X-Ü", "ä")],
            query: [QueryItem("token", "a b&c")])
        let probe = try TransportProbe {
            let transport = WebSocketTransport(configuration)
            transport.sessionID = "engine"
            return transport
        }
        await probe.open()
        let request = try await server.requests.next()
        #expect(request.method == "GET")
        #expect(request.target == "/socket.io/?token=a%20b%26c&EIO=4&transport=websocket&sid=engine")
        #expect(request.headers.filter { $0.name.lowercased() == "host" }.map(\.value) == [server.authority])
        #expect(request[header: "upgrade"] == "websocket")
        #expect(request[header: "sec-websocket-version"] == "13")
        #expect(request[header: "sec-websocket-protocol"] == nil)
        #expect(request[header: "sec-websocket-extensions"] == nil)
        #expect(request[header: "authorization"] == "Bearer 1")
        #expect(request[header: "x-ü"] == "ä")
        #expect(request[header: "user-agent"] == "socketio-linux/\(version)")
    }

    @Test func headersOfTheUserThatHaveADefault() async throws {
        let server = try ScriptedServer { connection in
            try connection.readHTTPRequest()
            try connection.hang()
        }
        let configuration = try TransportConfiguration(
            webSocket: server.url, headers: [Header("host", "example.org"), Header("USER-AGENT", "mine")])
        let probe = try TransportProbe { WebSocketTransport(configuration) }
        await probe.open()
        let request = try await server.requests.next()
        #expect(request.headers.filter { $0.name.lowercased() == "host" }.map(\.value) == ["example.org"])
        #expect(request.headers.filter { $0.name.lowercased() == "user-agent" }.map(\.value) == ["mine"])
    }

    @Test(arguments: [60_000, 1 << 20])
    func longHeaders(count: Int) async throws {
        let server = try ScriptedServer { connection in
            try connection.upgradeToWebSocket(try connection.readHTTPRequest())
            try connection.hang()
        }
        let value = String(repeating: "x", count: count)
        let configuration = try TransportConfiguration(webSocket: server.url, headers: [Header("X-Long", value)])
        let probe = try TransportProbe { WebSocketTransport(configuration) }
        await probe.open()
        if count == 60_000 {
            #expect(try await probe.next() == .opened)
            #expect(try await server.requests.next()[header: "x-long"] == value)
        } else {
            #expect(try await probe.failure().code == .limitExceeded)
            #expect(server.connectionCount == 0)
        }
    }

    @Test(arguments: [1900, 2000])
    func longQuery(count: Int) async throws {
        let server = try ScriptedServer { connection in
            try connection.upgradeToWebSocket(try connection.readHTTPRequest())
            try connection.hang()
        }
        let value = String(repeating: "x", count: count)
        let configuration = try TransportConfiguration(webSocket: server.url, query: [QueryItem("x", value)])
        let probe = try TransportProbe { WebSocketTransport(configuration) }
        await probe.open()
        if count == 1900 {
            #expect(try await probe.next() == .opened)
            #expect(try await server.requests.next().query["x"] == value)
        } else {
            #expect(try await probe.failure().code == .limitExceeded)
            #expect(server.connectionCount == 0)
        }
    }

    @Test func longHeadOfTheAnswer() async throws {
        let server = try ScriptedServer { connection in
            let request = try connection.readHTTPRequest()
            try connection.upgradeToWebSocket(request, headers: ["Set-Cookie": String(repeating: "x", count: 8000)])
            try connection.hang()
        }
        let probe = try TransportProbe(server)
        await probe.open()
        #expect(try await probe.next() == .opened)
    }

    @Test(arguments: [
        (400, #"{"code":1,"message":"Session ID unknown"}"#), (401, ""), (404, "not\nhere"),
        (502, "<html>Bad Gateway</html>"),
    ])
    func refusedUpgrade(status: Int, body: String) async throws {
        let server = try ScriptedServer { connection in
            try connection.readHTTPRequest()
            try connection.respond(status, body: body)
            try connection.readToEnd()
        }
        let probe = try TransportProbe(server)
        await probe.open()
        let error = try await probe.failure()
        #expect(error.code == .connectFailed)
        #expect(error.phase == .websocket)
        #expect(error.transport == .websocket)
        #expect(error.http == .init(status: status, body: body))
        let text = body.split(separator: "\n").joined(separator: " ")
        #expect(error.message == "websocket error: HTTP \(status) Status" + (body.isEmpty ? "" : ": \(text)"))
    }

    @Test func longBodyOfARefusal() async throws {
        let server = try ScriptedServer { connection in
            try connection.readHTTPRequest()
            try connection.respond(503, body: String(repeating: "x", count: 100_000))
        }
        let probe = try TransportProbe(server)
        await probe.open()
        let body = try await probe.failure().http?.body
        #expect(body == String(repeating: "x", count: SocketIOError.HTTPAnswer.bodyLimit))
    }

    @Test func chunkedBodyOfARefusal() async throws {
        let server = try ScriptedServer { connection in
            try connection.readHTTPRequest()
            try connection.write(
                "HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n4\r\n way\r\n0\r\n\r\n")
            try connection.readToEnd()
        }
        let probe = try TransportProbe(server)
        await probe.open()
        let error = try await probe.failure()
        #expect(error.message == "websocket error: HTTP 403 Forbidden: no way")
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func redirectIsNotFollowed(status: Int) async throws {
        let server = try ScriptedServer { connection in
            try connection.readHTTPRequest()
            try connection.respond(status, headers: ["Location": "/elsewhere/"])
            try connection.readToEnd()
        }
        let probe = try TransportProbe(server)
        await probe.open()
        #expect(try await probe.failure().http?.status == status)
        #expect(server.connectionCount == 1)
    }

    @Test(arguments: [
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "\0\u{1}\u{2}\u{3}",
        "",
    ])
    func answerThatIsNone(answer: String) async throws {
        let server = try ScriptedServer { connection in
            try connection.readHTTPRequest()
            try connection.write(answer)
        }
        let probe = try TransportProbe(server)
        await probe.open()
        let error = try await probe.failure()
        #expect(error.code == .connectFailed)
        #expect(error.phase == .websocket)
        #expect(error.http == nil)
    }

    @Test func protocolThatWasNotAskedFor() async throws {
        let server = try ScriptedServer { connection in
            let request = try connection.readHTTPRequest()
            try connection.upgradeToWebSocket(request, headers: ["Sec-WebSocket-Protocol": "other"])
            try connection.readToEnd()
        }
        let probe = try TransportProbe(server)
        await probe.open()
        #expect(try await probe.failure().code == .connectFailed)
    }

    @Test func resetInsteadOfAnAnswer() async throws {
        let server = try ScriptedServer { connection in
            try connection.readHTTPRequest()
            connection.reset()
        }
        let probe = try TransportProbe(server)
        await probe.open()
        let error = try await probe.failure()
        #expect(error.code == .connectFailed)
        #expect(error.phase == .websocket)
    }

    @Test(arguments: [false, true])
    func silenceCanBeEnded(isAborted: Bool) async throws {
        let ended = Inbox<Void>()
        let server = try ScriptedServer { connection in
            try connection.readHTTPRequest()
            defer { ended.put(()) }
            try connection.readToEnd()
        }
        let probe = try TransportProbe(server)
        await probe.open()
        _ = try await server.requests.next()
        #expect(await probe.run { $0.phase } == .websocket)
        if isAborted {
            await probe.abort()
        } else {
            await probe.close()
            #expect(try await probe.end() == nil)
        }
        try await ended.next()
        #expect(probe.events.all.isEmpty)
    }
}
