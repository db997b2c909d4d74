import SocketIO
import Testing
import TestSupport

/// Servers that cannot be reached, are no Socket.IO servers, or refuse. Each is a clear `connect_error`.
@Suite(.timeLimit(.minutes(5))) struct UnreachableServerTests {
    @Test(arguments: TransportKind.allCases)
    func refusedConnection(_ transport: TransportKind) async throws {
        let error = try await connectError(
            "http://127.0.0.1:\(refusingPort())", quickOptions(transport, reconnects: false))
        #expect(error.code == .connectFailed)
        #expect(error.phase == .tcp)
        #expect(error.transport == transport)
        #expect(error.errno == 111)
        #expect(error.message.contains("refused"))
    }

    @Test(arguments: TransportKind.allCases)
    func unknownHost(_ transport: TransportKind) async throws {
        let error = try await connectError("http://nonexistent.invalid", quickOptions(transport, reconnects: false))
        #expect(error.code == .connectFailed)
        #expect(error.phase == .dns)
        #expect(error.message.contains(#"could not resolve host "nonexistent.invalid""#))
    }

    @Test(arguments: TransportKind.allCases)
    func aServerOfAnotherProtocol(_ transport: TransportKind) async throws {
        let server = try ScriptedServer { connection in
            try connection.write("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")
            _ = try connection.read(until: "\r\n\r\n")
        }
        defer { server.stop() }
        let error = try await connectError(server.url, quickOptions(transport, reconnects: false))
        #expect(error.code == .connectFailed || error.code == .protocolViolation)
        #expect(error.phase == (transport == .polling ? .http : .websocket))
    }

    @Test(arguments: TransportKind.allCases, [400, 401, 404, 413, 502])
    func refusalByHTTP(_ transport: TransportKind, _ status: Int) async throws {
        let server = try ScriptedServer { connection in
            while true {
                try connection.readHTTPRequest()
                try connection.respond(status, body: #"{"code":3,"message":"Bad request"}"#)
            }
        }
        defer { server.stop() }
        let error = try await connectError(server.url, quickOptions(transport, reconnects: false))
        #expect(error.code == .connectFailed)
        #expect(error.http == .init(status: status, body: #"{"code":3,"message":"Bad request"}"#))
        #expect(error.message.contains("HTTP \(status)"))
        #expect(error.message.contains("Bad request"))
        #expect(error.message.hasPrefix(transport == .polling ? "xhr poll error" : "websocket error"))
    }

    @Test(arguments: [
        "<!DOCTYPE html><html><body>It works!</body></html>", "", "\u{1E}", "0", "0{", "0[]", "0null", "0{}",
        #"0{"sid":"x"}"#, #"0{"sid":"x","pingInterval":25000}"#,
        #"0{"sid":7,"upgrades":[],"pingInterval":1,"pingTimeout":1}"#,
        #"0{"sid":"x","upgrades":[],"pingInterval":"soon","pingTimeout":1}"#,
        #"0{"sid":"x","upgrades":[],"pingInterval":-1,"pingTimeout":1}"#,
        #"0{"sid":"x","upgrades":[],"pingInterval":1e300,"pingTimeout":1}"#, #"40{"sid":"early"}"#, "9",
    ])
    func somethingElseThanAHandshake(_ body: String) async throws {
        let polling = try ScriptedServer { connection in
            while true {
                try connection.readHTTPRequest()
                try connection.respond(body: body)
            }
        }
        defer { polling.stop() }
        let error = try await connectError(polling.url, quickOptions(.polling, reconnects: false))
        #expect(error.code == .protocolViolation, "\(error)")
        #expect(error.message.contains("server error"), "\(error)")

        let websocket = try ScriptedServer { connection in
            try connection.upgradeToWebSocket(try connection.readHTTPRequest())
            try connection.writeText(body)
            try connection.hang()
        }
        defer { websocket.stop() }
        let other = try await connectError(websocket.url, quickOptions(.websocket, reconnects: false))
        #expect(other.code == .protocolViolation, "\(other)")
    }

    @Test(arguments: TransportKind.allCases)
    func aServerThatCutsTheConnection(_ transport: TransportKind) async throws {
        let server = try ScriptedServer { connection in
            try connection.readHTTPRequest()
            connection.reset()
        }
        defer { server.stop() }
        let error = try await connectError(server.url, quickOptions(transport, reconnects: false))
        #expect(error.code == .connectFailed)
    }

    @Test func aPayloadThatIsCutOff() async throws {
        let server = try ScriptedServer { connection in
            try connection.readHTTPRequest()
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0{\"sid\":\"x\",\"upg")
            connection.close()
        }
        defer { server.stop() }
        let error = try await connectError(server.url, quickOptions(.polling, reconnects: false))
        #expect(error.code == .connectFailed)
        #expect(error.phase == .http)
        #expect(error.message.hasPrefix("xhr poll error"))
    }

    @Test(arguments: [
        "example.com:3000", "example.com", "//example.com", "ftp://example.com", "http://", "http://:80",
        "http://a:70000", "http://[::1", "http://a b", "",
    ])
    func aURLThatCannotBeUsed(_ url: String) {
        let error = #expect(throws: SocketIOError.self) { try io(url) }
        #expect(error?.code == .invalidURL)
        #expect(error?.message.hasPrefix("invalid URL: ") == true)
    }

    @Test func triesAsOftenAsConfigured() async throws {
        var options = quickOptions(.websocket)
        options.reconnectionAttempts = 3
        let log = Inbox<String>()
        try await withSocket("http://127.0.0.1:\(refusingPort())", options) { socket in
            socket.on(.connectError) { _ in log.put("connect_error") }
            socket.io.on(.error) { _ in log.put("error") }
            socket.io.on(.reconnectAttempt) { log.put("attempt \($0)") }
            socket.io.on(.reconnectError) { _ in log.put("reconnect_error") }
            socket.io.on(.reconnectFailed) { log.put("reconnect_failed") }
            socket.connect()
            try await eventually("the end") {
                log.all.contains("reconnect_failed") && log.all.last == "reconnect_error"
            }
            #expect(
                log.all == [
                    "connect_error", "error", "attempt 1",
                    "connect_error", "error", "reconnect_error", "attempt 2",
                    "connect_error", "error", "reconnect_error", "attempt 3",
                    "connect_error", "error", "reconnect_failed", "reconnect_error",
                ])
        }
    }
}
