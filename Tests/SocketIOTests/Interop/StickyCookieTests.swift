import SocketIO
import TestSupport
import Testing

/// A load balancer that knows by a cookie which of two servers has a client's session.
@Suite(.timeLimit(.minutes(5))) struct StickyCookieTests {
    enum Balancer: CaseIterable { case haproxy, nginx }

    private static let ways = [Way.polling, .websocket, .upgrade]

    /// - Parameter body: Gets the servers, the URL of what is in front of them, and the options that lead there.
    private func withServers(
        _ way: Way, _ balancer: Balancer, _ body: ([PeerServer], String, ClientOptions) async throws -> Void
    ) async throws {
        let servers = [
            try await way.startServer { $0.logsRequests = true }, try await way.startServer { $0.logsRequests = true },
        ]
        var options = try await way.options()
        switch balancer {
        case .haproxy:
            let haproxy = try await BalancerServer.start(before: servers)
            try await body(servers, haproxy.url, options)
        case .nginx:
            let directory = try TemporaryDirectory()
            let path = directory.file("nginx.socket")
            options.agent.socketPath = path
            let nginx = try await NginxServer.start(
                configuration: Self.nginx(servers, at: path), socketPath: path)
            try await body(servers, "http://localhost", options)
            try await nginx.stop()
        }
    }

    /// Its own directive for that is not in the free edition: a map from the cookie to the server does it.
    private static func nginx(_ servers: [PeerServer], at path: String) -> String {
        let (first, second) = (servers[0].authority, servers[1].authority)
        return """
            upstream any { server \(first); server \(second); }
            map $cookie_home $home { default any; first "\(first)"; second "\(second)"; }
            map $upstream_addr $name { "\(first)" first; "\(second)" second; }
            server {
                listen unix:\(path);
                location / {
                    proxy_pass http://$home;
                    proxy_http_version 1.1; proxy_buffering off; proxy_read_timeout 600;
                    proxy_set_header Host $http_host;
                    proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $http_connection;
                    add_header Set-Cookie "home=$name; Path=/; HttpOnly" always;
                }
            }
            """
    }

    @Test(arguments: ways, Balancer.allCases)
    func keepsToOneServer(_ way: Way, _ balancer: Balancer) async throws {
        try await withServers(way, balancer) { servers, url, options in
            var options = options
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
    @Test(arguments: Balancer.allCases)
    func withoutCookiesTheSessionIsLost(_ balancer: Balancer) async throws {
        try await withServers(.polling, balancer) { _, url, options in
            var options = options
            options.reconnection = false
            try await withSocket(url, options) { socket in
                _ = await #expect(throws: SocketIOError.self) { try await socket.connect().waitUntilConnected() }
            }
        }
    }

    @Test(arguments: ways, Balancer.allCases)
    func isKeptOverReconnections(_ way: Way, _ balancer: Balancer) async throws {
        try await withServers(way, balancer) { servers, url, options in
            var options = options
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
