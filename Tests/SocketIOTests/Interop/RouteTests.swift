import EngineIO
import SocketIO
import TestSupport
import Testing

/// The addresses a connection is made from and to.
@Suite(.timeLimit(.minutes(5))) struct RouteTests {
    @Test(arguments: Way.allCases, ["127.0.0.2", "::1"])
    func connectsFromTheLocalAddress(_ way: Way, _ address: String) async throws {
        let server = try await way.startServer {
            $0.logsRequests = true
            $0.host = address == "::1" ? "::1" : "127.0.0.1"
        }
        try await withClient(way, to: server, { $0.localAddress = address }) { socket in
            try await socket.connect().waitUntilConnected()
            try await eventually("the transport") { socket.io.transport == way.transport }
        }
        // What came before it has been logged by then.
        _ = try await server.next(.disconnect)
        let requests = server.logs.all.filter { $0.kind == .request }
        #expect(!requests.isEmpty)
        #expect(requests.allSatisfy { $0.client?.first == .string(address) }, "\(requests)")
    }

    /// `localhost` is both 127.0.0.1 and ::1; only one of them is listened at.
    @Test(arguments: Way.allCases, [AddressFamily.ipv4, .ipv6])
    func usesTheFamily(_ way: Way, _ family: AddressFamily) async throws {
        let (host, other) = family == .ipv4 ? ("127.0.0.1", "::1") : ("::1", "127.0.0.1")
        var server = try await way.startServer { $0.host = host }
        var silence = SilentPort(host: other, port: server.port)
        // Some other server of the tests may have the same port there.
        while silence == nil {
            server = try await way.startServer { $0.host = host }
            silence = SilentPort(host: other, port: server.port)
        }
        var options = try await way.options()
        options.family = family
        let url = "\(way.isSecure ? "https" : "http")://localhost:\(server.port)"
        try await withSocket(url, options) { socket in try await socket.connect().waitUntilConnected() }
        options.family = family == .ipv4 ? .ipv6 : .ipv4
        options.reconnection = false
        // Its other address has no listener, or the name has no such address.
        try await withSocket(url, options) { socket in
            _ = await #expect(throws: SocketIOError.self) { try await socket.connect().waitUntilConnected() }
        }
        withExtendedLifetime(silence) {}
    }

    @Test(arguments: [Way.polling, .websocket])
    func namesTheLocalAddressThatIsNotOurs(_ way: Way) async throws {
        let server = try await way.server()
        let change: (inout ClientOptions) -> Void = {
            $0.localAddress = "192.0.2.1"
            $0.reconnection = false
        }
        try await withClient(way, to: server, change) { socket in
            let error = await #expect(throws: SocketIOError.self) { try await socket.connect().waitUntilConnected() }
            #expect(error?.code == .connectFailed)
            #expect(error?.phase == .tcp)
            #expect(error?.message.contains("from 192.0.2.1") == true, "\(error?.message ?? "")")
            #expect(error?.message.contains("cannot assign requested address") == true, "\(error?.message ?? "")")
        }
    }

    struct Contradiction: Sendable {
        var url: String
        var local: String?
        var family: AddressFamily?
        var message: String
    }

    @Test(arguments: [
        Contradiction(
            url: "http://127.0.0.1", family: .ipv6,
            message: "the option family is IPv6, but the server's address is 127.0.0.1"),
        Contradiction(
            url: "wss://[::1]", family: .ipv4, message: "the option family is IPv4, but the server's address is ::1"),
        Contradiction(
            url: "http://[::1]", local: "127.0.0.1",
            message: "the option localAddress is IPv4, but the server's address is ::1"),
        Contradiction(
            url: "http://example.com", local: "::1", family: .ipv4,
            message: "the option localAddress is not of the family IPv4: ::1"),
        Contradiction(
            url: "http://example.com", local: "eth0", message: "the option localAddress is no IP address: \"eth0\""),
    ])
    func refusesContradictions(_ example: Contradiction) throws {
        var options = ClientOptions()
        options.localAddress = example.local
        options.family = example.family
        let error = #expect(throws: SocketIOError.self) { try Manager(example.url, options) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.phase == .options)
        #expect(error?.message == example.message)
    }
}
