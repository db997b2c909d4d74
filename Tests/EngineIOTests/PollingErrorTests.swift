import EngineIO
import Glibc
import SocketIOProtocol
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct PollingErrorTests {
    private func failure(
        _ url: String, limits: Limits = Limits(), tls: TLSContext? = nil
    ) async throws -> SocketIOError {
        let probe = try TransportProbe(polling: url, tls: tls, limits: limits)
        await probe.open()
        let error = try await probe.failure()
        #expect(error.transport == .polling)
        return error
    }

    /// The error after `script` has answered the first GET.
    private func failure(
        limits: Limits = Limits(), _ script: @escaping ScriptedServer.Script
    ) async throws -> SocketIOError {
        let server = try ScriptedServer { connection in
            try connection.readHTTPRequest()
            try script(connection)
        }
        return try await failure(server.url, limits: limits)
    }

    // MARK: HTTP

    @Test(arguments: [400, 401, 404, 413, 502, 301])
    func reportsTheStatusAndTheBody(status: Int) async throws {
        let body = "{\"code\":\(status),\n\"message\":\"\u{1B}[31mno\"}"
        let error = try await failure {
            try $0.respond(status, headers: ["Location": "http://127.0.0.1:1/"], body: body)
        }
        #expect(error.code == .connectFailed)
        #expect(error.phase == .http)
        #expect(error.http == SocketIOError.HTTPAnswer(status: status, body: body))
        #expect(
            error.message
                == "xhr poll error: HTTP \(status) Status: {\"code\":\(status), \"message\":\" [31mno\"}")
    }

    @Test func keepsTheStartOfALongBody() async throws {
        let error = try await failure { try $0.respond(502, body: String(repeating: "x", count: 100_000)) }
        #expect(error.http?.body == String(repeating: "x", count: SocketIOError.HTTPAnswer.bodyLimit))
    }

    /// With 200, and the connection's end announced, libcurl takes it for a success.
    @Test func anAnswerBeforeTheWholeRequestIsAnError() async throws {
        let server = try ScriptedServer { connection in
            while true {
                let head = String(decoding: try connection.read(until: "\r\n\r\n"), as: UTF8.self)
                if head.hasPrefix("POST") { break }
                if head.contains("&sid=") { try connection.hang() }
                try connection.respond(body: ScriptedServer.openPacket())
            }
            try connection.respond(headers: ["Connection": "close"], body: "ok")
            try connection.hang()
        }
        let probe = try TransportProbe(polling: server.url)
        try await probe.handshake()
        await probe.send(.message(.binary(Binary([UInt8](repeating: 1, count: 32 << 20)))))
        let error = try await probe.failure()
        #expect(error.code == .disconnected && error.phase == .http, "\(error)")
        #expect(await probe.run { $0.unsent.messages } == 1, "it is lost")
    }

    @Test func namesAHeaderThatIsTooLong() async throws {
        let error = try await failure {
            try $0.respond(headers: ["X-Long": String(repeating: "x", count: 200_000)], body: "")
        }
        #expect(error.code == .limitExceeded)
        #expect(error.message == "xhr poll error: the server sent a header that is too long")
    }

    @Test func reportsTheStatusOfAPOST() async throws {
        let server = try PollingServer { try $0.respond(413) }
        let probe = try TransportProbe(polling: server.url)
        try await probe.handshake()
        await probe.send(EnginePacket(.message))
        let error = try await probe.failure()
        #expect(error.code == .disconnected)
        #expect(error.message == "xhr post error: HTTP 413 Status")
        #expect(error.http?.status == 413)
    }

    @Test(arguments: [
        ("<!DOCTYPE html>\n<p>hello</p>", "server error: unknown packet type: <!DOCTYPE html> <p>hello</p>"),
        ("junk", "server error: unknown packet type: junk"), ("", "server error: empty packet"),
        ("b????", "server error: invalid Base64: b????"),
    ])
    func refusesWhatIsNoPayload(body: String, message: String) async throws {
        let error = try await failure { try $0.respond(body: body) }
        #expect(error.code == .protocolViolation)
        #expect(error.phase == .engine)
        #expect(error.message == message)
        #expect(error.http == SocketIOError.HTTPAnswer(status: 200, body: body))
    }

    @Test(arguments: ["garbage\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "\0\u{1}\u{2}\n\n"])
    func refusesWhatIsNotHTTP(answer: String) async throws {
        let error = try await failure { try $0.write(answer) }
        #expect(error.code == .protocolViolation)
        #expect(error.phase == .http)
        #expect(error.message == "xhr poll error: the server's answer is not HTTP")
    }

    @Test func aBodyThatIsCutOff() async throws {
        let error = try await failure { try $0.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n4hello") }
        #expect(error.code == .connectFailed)
        #expect(error.phase == .http)
        #expect(error.message == "xhr poll error: the server closed the connection in the middle of its answer")
    }

    @Test func aConnectionThatEndsWithoutAnAnswer() async throws {
        let error = try await failure { $0.close() }
        #expect(error.phase == .http)
        #expect(error.message == "xhr poll error: the server closed the connection without an answer")
        let reset = try await failure { $0.reset() }
        #expect(reset.message == "xhr poll error: connection reset by peer")
        #expect(reset.errno == ECONNRESET)
    }

    /// The server may have taken it, and its answer is lost: that must not go unnoticed.
    @Test func aPollWithoutAnAnswerIsNotRepeated() async throws {
        let server = try ScriptedServer { connection in
            while true {
                guard try connection.readHTTPRequest().query["sid"] == nil else { return connection.close() }
                try connection.respond(body: ScriptedServer.openPacket())
            }
        }
        let probe = try TransportProbe(polling: server.url)
        try await probe.handshake()
        let error = try await probe.failure()
        #expect(error.code == .disconnected)
        #expect(error.message == "xhr poll error: the server closed the connection without an answer")
        #expect(server.requests.all.filter { $0.query["sid"] != nil }.count == 1)
    }

    /// As servers do that keep a connection for a short time only.
    @Test func aConnectionThatWasClosedWhileIdleIsReplaced() async throws {
        let posts = Inbox<String>()
        let server = try ScriptedServer { connection in
            while true {
                let request = try connection.readHTTPRequest()
                if request.query["sid"] == nil {
                    try connection.respond(body: ScriptedServer.openPacket())
                } else if request.method == "POST" {
                    // The second one on a connection comes too late.
                    if posts.all.count == 1, request.connection < 2 { return connection.close() }
                    posts.put(request.text)
                    try connection.respond(body: "ok")
                } else {
                    try connection.hang()
                }
            }
        }
        let probe = try TransportProbe(polling: server.url)
        try await probe.handshake()
        for text in ["first", "second"] {
            await probe.send(EnginePacket(.message, text: text))
            _ = try await probe.events.next { $0 == .drained }
            try await Task.sleep(for: .milliseconds(1100))
        }
        #expect(posts.all == ["4first", "4second"])
        await probe.abort()
    }

    @Test func aSessionThatIsCutOff() async throws {
        let server = try ScriptedServer { connection in
            try connection.readHTTPRequest()
            try connection.respond(body: ScriptedServer.openPacket())
            try connection.readHTTPRequest()
            connection.reset()
        }
        let error = try await failure(server.url)
        #expect(error.code == .disconnected)
        #expect(error.phase == .http)
        #expect(error.message == "xhr poll error: the server closed the connection without an answer")
    }

    @Test(arguments: [true, false])
    func aBodyOverTheLimit(isAnnounced: Bool) async throws {
        var limits = Limits()
        limits.messageBytes = 100_000
        let body = "4" + String(repeating: "x", count: 100_000)
        let error = try await failure(limits: limits) { connection in
            let length = isAnnounced ? "Content-Length: \(body.utf8.count)\r\n" : "Connection: close\r\n"
            try connection.write("HTTP/1.1 200 OK\r\n\(length)\r\n\(body)")
        }
        #expect(error.code == .limitExceeded)
        #expect(error.message == "xhr poll error: the server sent a body longer than 100000 bytes")
        limits.messageBytes += 1
        let server = try ScriptedServer { connection in
            try connection.readHTTPRequest()
            try connection.respond(body: body)
            try connection.hang()
        }
        let probe = try TransportProbe(polling: server.url, limits: limits)
        await probe.open()
        #expect(try await probe.nextPacket().data.bytes.count == 100_000)
    }

    // MARK: The way there

    @Test func aNameThatDoesNotResolve() async throws {
        let error = try await failure("http://nonexistent.invalid")
        #expect(error.code == .connectFailed)
        #expect(error.phase == .dns)
        #expect(error.message == "xhr poll error: could not resolve host \"nonexistent.invalid\"")
    }

    @Test(arguments: ["127.0.0.1", "[::1]", "localhost"])
    func aPortThatIsRefused(host: String) async throws {
        let port = try refusingPort()
        let error = try await failure("http://\(host):\(port)")
        #expect(error.code == .connectFailed)
        #expect(error.phase == .tcp)
        #expect(error.errno == ECONNREFUSED)
        #expect(error.message == "xhr poll error: connection refused (\(host):\(port))")
    }

    @Test func theEnvironmentsProxyIsNotUsed() async throws {
        setenv("http_proxy", "http://127.0.0.1:1", 1)
        defer { unsetenv("http_proxy") }
        let error = try await failure { try $0.respond(404) }
        #expect(error.http?.status == 404)
    }

    @Test func tellsWhatItWaitsFor() async throws {
        let isAsked = Inbox<Void>()
        let server = try ScriptedServer { connection in
            _ = try connection.read(1)
            isAsked.put(())
            try connection.hang()
        }
        let plain = try TransportProbe(polling: server.url)
        #expect(await plain.run { $0.phase } == .dns)
        await plain.open()
        try await isAsked.next()
        #expect(await plain.run { $0.phase } == .http)

        let tls = try TLSContext(TLSOptions(), host: "127.0.0.1")
        let secure = try TransportProbe(polling: "https://127.0.0.1:\(server.port)", tls: tls)
        await secure.open()
        try await isAsked.next()
        #expect(await secure.run { $0.phase } == .tls)
        await secure.abort()
        #expect(secure.events.all == [.opened])
    }
}
