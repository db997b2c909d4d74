import SocketIO
import TestSupport
import Testing

/// A load balancer that knows by a cookie which of two servers has a client's session.
@Suite(.timeLimit(.minutes(5))) struct StickyCookieTests {
    private static let ways = [Way.polling, .websocket, .upgrade]

    private func withServers(
        _ way: Way, _ body: ([PeerServer], String) async throws -> Void
    ) async throws {
        let servers = [
            try await way.startServer { $0.logsRequests = true }, try await way.startServer { $0.logsRequests = true },
        ]
        let balancer = try await BalancerServer.start(before: servers)
        try await body(servers, balancer.url)
    }

    @Test(arguments: ways)
    func keepsToOneServer(_ way: Way) async throws {
        try await withServers(way) { servers, url in
            var options = try await way.options()
            options.withCredentials = true
            options.extraHeaders = ["Cookie": "own=1"]
            try await withSocket(url, options) { socket in
                // Each connection but the first would be the other server's turn.
                for round in 0..<3 {
                    try await socket.connect().waitUntilConnected()
                    try await eventually("the transport") { socket.io.transport == way.transport }
                    for number in 0..<4 {
                        let sum: Int = try await socket.timeout(standardDeadline).emitWithAck("add", number, round)
                        #expect(sum == number + round)
                    }
                    socket.disconnect()
                    try await eventually("the end") { socket.io.transport == nil }
                }
            }
            // What came before them has been logged by then.
            try await eventually("the ends") {
                servers.flatMap(\.logs.all).count { $0.kind == .disconnect } == 3
            }
            let used = servers.filter { $0.logs.all.contains { $0.kind == .connect } }
            #expect(used.count == 1)
            #expect(servers.filter { $0.logs.all.contains { $0.kind == .request } }.count == 1)
            let requests = used.flatMap { $0.logs.all.filter { $0.kind == .request } }
            // The balancer's cookie is for itself.
            #expect(requests.allSatisfy { $0.headers?["cookie"]?.hasPrefix("own=1") == true })
        }
    }

    /// It is the cookie that does it.
    @Test func withoutCookiesTheSessionIsLost() async throws {
        try await withServers(.polling) { _, url in
            var options = try await Way.polling.options()
            options.reconnection = false
            try await withSocket(url, options) { socket in
                _ = await #expect(throws: SocketIOError.self) { try await socket.connect().waitUntilConnected() }
            }
        }
    }

    @Test(arguments: ways)
    func isKeptOverReconnections(_ way: Way) async throws {
        try await withServers(way) { servers, url in
            var options = try await way.options()
            options.withCredentials = true
            try await withSocket(url, options) { socket in
                let connections = Inbox<String>()
                socket.on(.connect) { [weak socket] in connections.put(socket?.id ?? "") }
                socket.connect()
                for _ in 0..<3 {
                    let sid = try await connections.next()
                    let home = { servers.first { $0.logs.all.contains { $0.kind == .connect && $0.sid == sid } } }
                    try await eventually("the log of the connection") { home() != nil }
                    try home()?.closeEngine(of: sid)
                }
                _ = try await connections.next()
            }
            #expect(servers.filter { $0.logs.all.contains { $0.kind == .connect } }.count == 1)
        }
    }
}
