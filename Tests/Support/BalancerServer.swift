import EngineIO

/// An HAProxy in a process of its own: a load balancer whose cookie says which server a client has been given.
package final class BalancerServer: Sendable {
    package static let cookie = "SERVERID"

    private let reservedPort: ReservedPort
    private let process: ChildProcess
    private let directory: TemporaryDirectory

    /// Starts a balancer before `servers`, which get new clients in turn, and waits until it listens.
    package static func start(before servers: [PeerServer]) async throws -> BalancerServer {
        let balancer = try BalancerServer(servers)
        guard try await balancer.isReady() else {
            throw SupportError("haproxy does not start; scripts/setup --test installs it: \(balancer.process.stderr)")
        }
        return balancer
    }

    private init(_ servers: [PeerServer]) throws {
        reservedPort = try ReservedPort()
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
              bind 127.0.0.1:\(reservedPort.number)
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
            if try Listener.isListening(port: reservedPort.number) { return true }
            if (try? await process.waitForExit(within: .milliseconds(20))) != nil { return false }
        }
        return false
    }

    package var url: String { "http://127.0.0.1:\(reservedPort.number)" }
}
