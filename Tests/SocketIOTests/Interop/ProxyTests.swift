import EngineIO
import SocketIO
import TestSupport
import Testing

/// Connections through an HTTP proxy, real and scripted.
@Suite(.timeLimit(.minutes(5))) struct ProxyTests {
    @Test(arguments: Way.allCases, [false, true])
    func tunnels(_ way: Way, withCredentials: Bool) async throws {
        let server = try await way.server()
        let proxy = try await ProxyServer.start(demandsCredentials: withCredentials)
        // A name, which is left to the proxy.
        let authority = "localhost:\(server.port)"
        var options = try await way.options()
        options.agent.proxy = withCredentials ? proxy.urlWithCredentials : proxy.url
        let schemes = way.isSecure ? ["https", "wss"] : ["http", "ws"]
        for scheme in schemes {
            try await withSocket("\(scheme)://\(authority)", options) { socket in
                try await socket.connect().waitUntilConnected()
                try await eventually("the transport") { socket.io.transport == way.transport }
                let sum: Int = try await socket.timeout(standardDeadline).emitWithAck("add", 1, 1)
                #expect(sum == 2)
            }
            #expect(try await proxy.tunnels.next() == authority)
            // The upgrade's probe has a connection of its own.
            if way == .upgrade || way == .upgradeTLS { #expect(try await proxy.tunnels.next() == authority) }
        }
    }

    @Test(arguments: [Way.polling, .websocket, .websocketTLS], ["127.0.0.1", "*", "127.0.0.0/8"])
    func leavesTheProxyOut(_ way: Way, _ entry: String) async throws {
        let server = try await way.server()
        var options = try await way.options()
        options.agent.proxy = "http://127.0.0.1:\(try refusingPort())"
        options.agent.noProxy = ["example.com", entry]
        try await withSocket(server.url, options) { socket in try await socket.connect().waitUntilConnected() }
    }

    @Test(arguments: [Way.polling, .websocket, .pollingTLS, .websocketTLS])
    func proxyThatIsNotThere(_ way: Way) async throws {
        let port = try refusingPort()
        let error = try await failure(way, "http://user:hidden@127.0.0.1:\(port)")
        #expect(error.code == .connectFailed)
        #expect(error.errno == 111)
        #expect(error.message == "\(prefix(way)): connection refused (proxy 127.0.0.1:\(port))")
    }

    @Test(arguments: [Way.polling, .websocket])
    func proxyWithoutAnAddress(_ way: Way) async throws {
        let error = try await failure(way, "http://user:hidden@nonexistent.invalid:3128")
        #expect(error.message.contains("could not resolve host \"nonexistent.invalid\""))
        #expect(error.message.hasSuffix("(proxy nonexistent.invalid:3128)"))
    }

    @Test(arguments: [Way.polling, .websocket, .pollingTLS, .websocketTLS])
    func proxyThatRefuses(_ way: Way) async throws {
        let proxy = try await ProxyServer.start(refusesTunnels: true)
        let error = try await failure(way, proxy.url)
        #expect(error.http?.status == 403)
        #expect(error.message == "\(prefix(way)): the proxy 127.0.0.1:\(proxy.port) refused the tunnel: HTTP 403")
    }

    @Test(arguments: [Way.polling, .websocket, .pollingTLS, .websocketTLS], [false, true])
    func proxyThatWantsOtherCredentials(_ way: Way, hasCredentials: Bool) async throws {
        let proxy = try await ProxyServer.start(demandsCredentials: true)
        let url = hasCredentials ? "http://user:hidden@127.0.0.1:\(proxy.port)" : proxy.url
        let error = try await failure(way, url)
        // tinyproxy's own idea of wrong ones.
        let status = hasCredentials ? 401 : 407
        #expect(error.http?.status == status)
        let hint =
            hasCredentials
            ? "it does not accept the user and the password of agent.proxy"
            : "it asks for a user and a password: agent.proxy has none"
        #expect(
            error.message
                == "\(prefix(way)): the proxy 127.0.0.1:\(proxy.port) refused the tunnel: HTTP \(status) (\(hint))")
    }

    @Test(arguments: [Way.polling, .websocket, .pollingTLS, .websocketTLS])
    func proxyThatDoesNotAnswer(_ way: Way) async throws {
        let proxy = try ScriptedServer { connection in
            _ = try connection.readHTTPRequest()
            try connection.hang()
        }
        var options = try await way.options()
        options.reconnection = false
        options.timeout = .seconds(3)
        options.agent.proxy = proxy.url
        let error = try await connectError("\(way.isSecure ? "https" : "http")://localhost:9", options)
        #expect(error.code == .timedOut)
        #expect(error.phase == .proxy)
    }

    private func prefix(_ way: Way) -> String { way.transport == .polling ? "xhr poll error" : "websocket error" }

    private func failure(_ way: Way, _ proxy: String) async throws -> SocketIOError {
        var options = try await way.options()
        options.reconnection = false
        options.agent.proxy = proxy
        let error = try await connectError("\(way.isSecure ? "https" : "http")://localhost:9", options)
        #expect(error.phase == .proxy)
        #expect(error.transport == way.transport)
        #expect(!"\(error)".contains("hidden") && !"\(options)".contains("hidden"))
        return error
    }
}
