import EngineIO

/// An HAProxy in a process of its own: a load balancer whose cookie says which server a client has been given.
package final class BalancerServer: Sendable {
    package static let cookie = "SERVERID"

    package let port: Int
    private let process: ChildProcess
    private let directory: TemporaryDirectory

    /// Starts a balancer before `servers`, which get new clients in turn, and waits until it listens.
    package static func start(before servers: [PeerServer]) async throws -> BalancerServer {
        // It cannot be told to take any free port: another program may be faster.
        for _ in 0..<5 {
            let balancer = try BalancerServer(port: try freePort(), servers)
            if try await balancer.isReady() { return balancer }
        }
        throw SupportError("haproxy does not start: it is installed by scripts/setup --test")
    }

    private init(port: Int, _ servers: [PeerServer]) throws {
        self.port = port
        let directory = try TemporaryDirectory()
        self.directory = directory
        let lines = servers.enumerated().map { index, server in
            "  server s\(index) \(server.authority) cookie s\(index)"
        }
        let configuration = """
            defaults
              mode http
              timeout connect 60s
              timeout client 600s
              timeout server 600s
              timeout tunnel 600s
            listen balancer
              bind 127.0.0.1:\(port)
              balance roundrobin
              cookie \(Self.cookie) insert indirect nocache httponly
            \(lines.joined(separator: "\n"))

            """
        let file = try directory.write(Array(configuration.utf8), to: "haproxy.cfg")
        process = try ChildProcess("/usr/sbin/haproxy", ["-db", "-q", "-f", file], endsWithInput: false)
    }

    private func isReady() async throws -> Bool {
        let end = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < end {
            if try Listener.isListening(port: port) { return true }
            if (try? await process.waitForExit(within: .milliseconds(20))) != nil { return false }
        }
        return false
    }

    package var url: String { "http://127.0.0.1:\(port)" }
}
