import EngineIO
import Glibc
import SocketIO
import TestSupport
import Testing

/// How connections are kept, and where they go to.
@Suite(.timeLimit(.minutes(5))) struct AgentTests {
    @Test(arguments: [Way.polling, .pollingTLS, .upgrade], [true, false])
    func keepsConnectionsAlive(_ way: Way, keepAlive: Bool) async throws {
        let server = try await way.startServer { $0.logsRequests = true }
        try await withClient(way, to: server, { $0.agent.keepAlive = keepAlive }) { socket in
            try await socket.connect().waitUntilConnected()
            for number in 0..<3 {
                let sum: Int = try await socket.timeout(standardDeadline).emitWithAck("add", number, 1)
                #expect(sum == number + 1)
            }
        }
        // What came before it has been logged by then.
        _ = try await server.next(.disconnect)
        let polls = server.logs.all.filter { $0.kind == .request && $0.query?["transport"] == "polling" }
        let clients = Set(polls.map { "\($0.client ?? [])" })
        if keepAlive {
            // One for the GETs and one for the POSTs.
            #expect(clients.count <= 2)
            #expect(polls.allSatisfy { $0.headers?["connection"] == nil })
        } else {
            #expect(clients.count == polls.count)
            #expect(polls.allSatisfy { $0.headers?["connection"] == "close" })
        }
    }

    @Test(arguments: [Way.polling, .websocket, .upgrade])
    func connectsToAUnixSocket(_ way: Way) async throws {
        let server = try await way.startServer { $0.logsRequests = true }
        let nginx = try await NginxServer.start(passingTo: server)
        var options = try await way.options()
        options.agent.socketPath = nginx.socketPath
        // The name is not looked up.
        try await withSocket("http://server.invalid:81", options) { socket in
            try await socket.connect().waitUntilConnected()
            try await eventually("the transport") { socket.io.transport == way.transport }
            let sum: Int = try await socket.timeout(standardDeadline).emitWithAck("add", 1, 1)
            #expect(sum == 2)
        }
        // What came before it has been logged by then.
        _ = try await server.next(.disconnect)
        let requests = server.logs.all.filter { $0.kind == .request }
        #expect(!requests.isEmpty)
        #expect(requests.allSatisfy { $0.headers?["host"] == "server.invalid:81" })
    }

    @Test(arguments: [TransportKind.polling, .websocket])
    func unixSocketThatIsNotThere(_ transport: TransportKind) async throws {
        var options = quickOptions(transport, reconnects: false)
        options.agent.socketPath = try TemporaryDirectory().file("missing")
        let error = try await connectError("http://server.invalid", options)
        #expect(error.code == .connectFailed)
        #expect(error.phase == .tcp)
        #expect(error.errno == ENOENT)
        #expect(error.message.hasSuffix(": no such file or directory (\(options.agent.socketPath ?? ""))"))
    }

    @Test(arguments: [Way.polling, .websocket])
    func setsWhatTCPDoes(_ way: Way) async throws {
        let server = try await way.startServer()
        let change: (inout ClientOptions) -> Void = {
            $0.agent.tcpKeepAlive = .seconds(77)
            $0.agent.userTimeout = .milliseconds(12_345)
        }
        try await withClient(way, to: server, change) { socket in
            try await socket.connect().waitUntilConnected()
            let connections = connections(to: server.port)
            #expect(!connections.isEmpty)
            for connection in connections {
                #expect(option(connection, SOL_SOCKET, SO_KEEPALIVE) == 1)
                #expect(option(connection, Int32(IPPROTO_TCP), TCP_KEEPIDLE) == 77)
                #expect(option(connection, Int32(IPPROTO_TCP), TCP_KEEPINTVL) == 77)
                #expect(option(connection, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT) == 12_345)
            }
        }
        try await withClient(way, to: server) { socket in
            try await socket.connect().waitUntilConnected()
            let connections = connections(to: server.port)
            #expect(!connections.isEmpty)
            #expect(connections.allSatisfy { option($0, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT) == 0 })
        }
    }

    @Test func refusesWhatItCannotUse() throws {
        func message(_ change: (inout Agent) -> Void) throws -> String {
            var options = ClientOptions()
            change(&options.engine.agent)
            let error = #expect(throws: SocketIOError.self) { try Manager("http://localhost", options) }
            #expect(error?.code == .invalidArgument)
            #expect(error?.phase == .options)
            return error?.message ?? ""
        }
        #expect(try message { $0.proxy = "h:1" } == "the option agent.proxy must begin with http://")
        #expect(
            try message { $0.proxy = "socks5://u:hidden@h:1" }
                == "the option agent.proxy has the scheme socks5; only http is supported")
        #expect(
            try message { ($0.proxy, $0.socketPath) = ("http://h:1", "/x") }
                == "the option agent.socketPath and agent.proxy exclude each other")
        #expect(
            try message { $0.socketPath = String(repeating: "x", count: 108) }
                == "the option agent.socketPath is no path of 1 to 107 bytes")
        #expect(
            try message { $0.tcpKeepAlive = .milliseconds(500) }
                .hasPrefix("the option agent.tcpKeepAlive is not between 1.0 seconds and "))
        #expect(try message { $0.userTimeout = .zero }.hasPrefix("the option agent.userTimeout is not between"))
    }

    /// The connected TCP sockets of this process whose peer has that port at 127.0.0.1.
    private func connections(to port: Int) -> [Int32] {
        (0..<1024).filter { descriptor in
            var address = sockaddr_in()
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let status = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &size) }
            }
            return status == 0 && address.sin_family == sa_family_t(AF_INET)
                && Int(UInt16(bigEndian: address.sin_port)) == port
        }
    }

    private func option(_ descriptor: Int32, _ level: Int32, _ name: Int32) -> Int32 {
        var value: Int32 = -1
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, level, name, &value, &size)
        return value
    }
}
