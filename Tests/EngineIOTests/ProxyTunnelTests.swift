import EngineIO
import Foundation
import SocketIOProtocol
import TestSupport
import Testing

/// The request for a tunnel and its answer, byte by byte.
@Suite(.timeLimit(.minutes(5))) struct ProxyTunnelTests {
    private static let kinds = TransportKind.allCases

    private func probe(
        _ kind: TransportKind, _ url: String = "http://server.test:1234", _ change: (inout EngineOptions) -> Void
    ) throws -> TransportProbe {
        var options = EngineOptions()
        change(&options)
        let configuration = try EngineConfiguration(url: ServerURL(url), options: options).transport
        return try TransportProbe { Transports.make(kind, configuration) }
    }

    /// Answers every request for a tunnel with `parts`, and then is the server behind it.
    private func proxy(_ parts: [String]) throws -> ScriptedServer {
        try ScriptedServer { connection in
            _ = try connection.readHTTPRequest()
            for (index, part) in parts.enumerated() {
                // Each in a segment of its own, since the other side has taken what came before.
                if index > 0 { usleep(50_000) }
                try connection.write(part)
            }
            let request = try connection.readHTTPRequest()
            if request[header: "upgrade"] != nil {
                try connection.upgradeToWebSocket(request)
                try connection.writeText(ScriptedServer.openPacket())
            } else {
                try connection.respond(body: ScriptedServer.openPacket())
            }
            try connection.readToEnd()
        }
    }

    @Test(arguments: kinds)
    func asksForTheServerWithCredentials(_ kind: TransportKind) async throws {
        let proxy = try proxy(["HTTP/1.1 200 Connection established\r\n\r\n"])
        let probe = try probe(kind) { options in
            options.agent.proxy = "http://us%65r:p%40ss%3Aw%2Frd@\(proxy.authority)"
            options.extraHeaders = ["Authorization": "for the server"]
        }
        await probe.open()
        #expect(try await probe.nextPacket().kind == .open)
        let request = try await proxy.requests.next()
        #expect(request.method == "CONNECT")
        #expect(request.target == "server.test:1234")
        #expect(request[header: "host"] == "server.test:1234")
        #expect(request[header: "authorization"] == nil)
        let authorization = try #require(request[header: "proxy-authorization"])
        #expect(authorization.lowercased().hasPrefix("basic "))
        #expect(authorization.dropFirst(6) == Data("user:p@ss:w/rd".utf8).base64EncodedString())
        let inner = try await proxy.requests.next()
        #expect(inner.path == "/socket.io/")
        #expect(inner[header: "host"] == "server.test:1234")
        #expect(inner[header: "authorization"] == "for the server")
        #expect(inner[header: "proxy-authorization"] == nil)
    }

    @Test(arguments: kinds)
    func addressOfIPv6HasItsBrackets(_ kind: TransportKind) async throws {
        let proxy = try proxy(["HTTP/1.0 200 OK\r\n\r\n"])
        let probe = try probe(kind, "http://[2001:db8::7]:80") { $0.agent.proxy = proxy.url }
        await probe.open()
        #expect(try await probe.nextPacket().kind == .open)
        #expect(try await proxy.requests.next().target == "[2001:db8::7]:80")
    }

    @Test(arguments: kinds)
    func answerInPieces(_ kind: TransportKind) async throws {
        let proxy = try proxy(["HT", "TP/1.1 2", "00 OK\r\nVia: 1.1 x\r\n", "X-Long: y\r\n\r", "\n"])
        let probe = try probe(kind) { $0.agent.proxy = proxy.url }
        await probe.open()
        #expect(try await probe.nextPacket().kind == .open)
    }

    @Test(
        arguments: kinds,
        [
            "", "HTTP/1.1 200 OK\r\nVia", "SSH-2.0-OpenSSH\r\n", "HTTP/1.1 502 Bad Gateway\r\n\r\n",
        ])
    func answerThatIsNone(_ kind: TransportKind, _ answer: String) async throws {
        let proxy = try ScriptedServer { connection in
            _ = try connection.readHTTPRequest()
            try connection.write(answer)
        }
        let probe = try probe(kind) { $0.agent.proxy = proxy.url }
        await probe.open()
        let error = try await probe.failure()
        #expect(error.phase == .proxy, "\(error.message)")
        #expect(error.message.contains("proxy \(proxy.authority)"), "\(error.message)")
        #expect(error.http?.status == (answer.contains("502") ? 502 : nil))
    }

    @Test(arguments: kinds, [false, true])
    func silentProxyCanBeEnded(_ kind: TransportKind, isAborted: Bool) async throws {
        let proxy = try ScriptedServer { connection in
            _ = try connection.readHTTPRequest()
            try connection.readToEnd()
        }
        let probe = try probe(kind) { $0.agent.proxy = proxy.url }
        await probe.open()
        _ = try await proxy.requests.next()
        #expect(await probe.run { $0.phase } == .proxy)
        if isAborted {
            await probe.abort()
        } else {
            await probe.close()
            #expect(try await probe.end() == nil)
        }
    }

    @Test func whatLibwebsocketsCannotSend() async throws {
        let proxy = try proxy(["HTTP/1.1 200 OK\r\n\r\n"])
        let port = proxy.port
        func connect(host: Int, credentials: Int) async throws -> TransportProbe {
            let password = String(repeating: "p", count: credentials - 2)
            let host = "http://" + String(repeating: "h.", count: host / 2) + (host % 2 == 1 ? "h" : "")
            let probe = try probe(.websocket, host) { $0.agent.proxy = "http://u:\(password)@127.0.0.1:\(port)" }
            await probe.open()
            return probe
        }
        #expect(try await connect(host: 99, credentials: 93).nextPacket().kind == .open)
        let request = try await proxy.requests.next()
        #expect(request.target == String(repeating: "h.", count: 49) + "h:80")
        #expect(request[header: "user-agent"] != nil)
        #expect(request[header: "proxy-authorization"]?.count == 6 + 124)
        for (host, credentials, what) in [(100, 10, "host behind a proxy"), (10, 94, "proxy's credentials")] {
            let error = try await connect(host: host, credentials: credentials).failure()
            #expect(error.code == .limitExceeded)
            #expect(error.message.contains(what))
            #expect(!error.message.contains("ppp"))
        }
    }

    @Test(arguments: kinds)
    func environmentOnlyWhenAsked(_ kind: TransportKind) async throws {
        let proxy = try proxy(["HTTP/1.1 200 OK\r\n\r\n"])
        let environment = ["http_proxy": proxy.url]
        func route(_ change: (inout Agent) -> Void) throws -> Route {
            var options = EngineOptions()
            change(&options.agent)
            return try Route(options, to: ServerURL("http://server.test:1234"), environment: environment)
        }
        #expect(try route { _ in }.proxy == nil)
        #expect(try route { $0.proxyFromEnvironment = true }.proxy?.port == UInt16(proxy.port))
        #expect(try route { ($0.proxyFromEnvironment, $0.noProxy) = (true, ["test"]) }.proxy == nil)
        #expect(try route { ($0.proxyFromEnvironment, $0.socketPath) = (true, "/x") }.proxy == nil)
        #expect(try route { ($0.proxyFromEnvironment, $0.proxy) = (true, "http://own:1") }.proxy?.host == "own")

        let configuration = TransportConfiguration(
            server: try ServerURL("http://server.test:1234"), path: "/socket.io/",
            route: try route { $0.proxyFromEnvironment = true })
        let probe = try TransportProbe { Transports.make(kind, configuration) }
        await probe.open()
        #expect(try await probe.nextPacket().kind == .open)
    }
}
