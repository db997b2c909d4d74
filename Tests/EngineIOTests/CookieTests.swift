import EngineIO
import SocketIOProtocol
import TestSupport
import Testing

/// The cookie jar, byte by byte.
@Suite(.timeLimit(.minutes(5))) struct CookieTests {
    private static let kinds = TransportKind.allCases

    /// Answers the requests with these `Set-Cookie` headers in turn, each on a connection of its own.
    private func server(_ cookies: [[String]], status: Int = 200) throws -> ScriptedServer {
        try ScriptedServer { connection in
            let request = try connection.readHTTPRequest()
            let index = connection.index
            // One header more, and the others behind it.
            let lines = "1" + (index < cookies.count ? cookies[index] : []).map { "\r\nSet-Cookie: \($0)" }.joined()
            if status != 200 {
                try connection.respond(status, headers: ["X-Cookies": lines])
            } else if request[header: "upgrade"] != nil {
                try connection.upgradeToWebSocket(request, headers: ["X-Cookies": lines])
                try connection.writeText(ScriptedServer.openPacket())
            } else {
                try connection.respond(headers: ["X-Cookies": lines], body: ScriptedServer.openPacket())
            }
            try connection.readToEnd()
        }
    }

    private func configuration(
        _ server: ScriptedServer, _ change: (inout EngineOptions) -> Void = { _ in }
    ) throws -> TransportConfiguration {
        var options = EngineOptions()
        options.withCredentials = true
        change(&options)
        return try EngineConfiguration(url: ServerURL(server.url), options: options).transport
    }

    /// One connection; the `Cookie` headers of its request.
    private func cookies(
        _ kind: TransportKind, _ configuration: TransportConfiguration, _ server: ScriptedServer, fails: Bool = false
    ) async throws -> [String] {
        let probe = try TransportProbe { Transports.make(kind, configuration) }
        await probe.open()
        if fails { _ = try await probe.failure() } else { #expect(try await probe.nextPacket().kind == .open) }
        let request = try await server.requests.next { $0.query["sid"] == nil }
        await probe.abort()
        return request.headers.filter { $0.name.lowercased() == "cookie" }.map(\.value)
    }

    @Test(arguments: kinds, kinds)
    func goFromOneTransportToTheOther(_ first: TransportKind, _ second: TransportKind) async throws {
        let server = try server([
            [
                "a=1; Path=/; HttpOnly", "b=x=y; Path=/socket.io; Expires=Fri, 01 Jan 2100 00:00:00 GMT", "c=3",
                "other=1; Path=/socket", "secure=1; Secure", "old=1; Max-Age=0",
                "older=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
                "foreign=1; Domain=example.com", "__Host-x=1; Path=/; Domain=127.0.0.1",
            ],
            ["a=2; Path=/", "c=; Max-Age=0"],
        ])
        let configuration = try configuration(server)
        #expect(try await cookies(first, configuration, server) == [])
        let sent = try await cookies(second, configuration, server)
        #expect(sent.count == 1)
        #expect(Set(CookiePair.parse(sent.first ?? "").map(\.name)) == ["a", "b", "c"])
        #expect(sent.first?.hasPrefix("b=x=y; ") == true)
        let last = try await cookies(first, configuration, server)
        #expect(last == ["b=x=y; a=2"])
    }

    @Test(arguments: kinds)
    func theUsersComeFirstAndWin(_ kind: TransportKind) async throws {
        let server = try server([["a=jar", "b=jar"]])
        let configuration = try configuration(server) { $0.extraHeaders = ["cookie": "b=user; c=user"] }
        #expect(try await cookies(kind, configuration, server) == ["b=user; c=user"])
        #expect(try await cookies(kind, configuration, server) == ["b=user; c=user; a=jar"])
    }

    @Test(arguments: kinds)
    func aRefusalSetsThemToo(_ kind: TransportKind) async throws {
        let server = try server([["a=1"]], status: 503)
        let configuration = try configuration(server)
        #expect(try await cookies(kind, configuration, server, fails: true) == [])
        #expect(try await cookies(kind, configuration, server, fails: true) == ["a=1"])
    }

    @Test(arguments: kinds)
    func areNotKeptByDefault(_ kind: TransportKind) async throws {
        let server = try server([["a=1"]])
        let configuration = try configuration(server) { $0.withCredentials = false }
        #expect(try await cookies(kind, configuration, server) == [])
        #expect(try await cookies(kind, configuration, server) == [])
    }
}
