import EngineIO
import Glibc

/// A tinyproxy in a process of its own: an HTTP proxy that makes tunnels.
package final class ProxyServer: Sendable {
    package static let user = "user"
    package static let password = "secret"

    private let reservedPort: ReservedPort
    /// The hosts and ports that a tunnel was asked for, as they were written.
    package let tunnels: Inbox<String>
    private let process: ChildProcess
    private let directory: TemporaryDirectory

    /// Starts a proxy and waits until it listens.
    ///
    /// - Parameters:
    ///   - demandsCredentials: Whether only ``user`` with ``password`` is served; others get a 407.
    ///   - refusesTunnels: Whether every tunnel is answered with a 403.
    package static func start(
        demandsCredentials: Bool = false, refusesTunnels: Bool = false
    ) async throws -> ProxyServer {
        let proxy = try ProxyServer(demandsCredentials, refusesTunnels)
        guard try await proxy.isReady() else {
            throw SupportError("tinyproxy does not start; scripts/setup --test installs it: \(proxy.process.stderr)")
        }
        return proxy
    }

    private init(_ demandsCredentials: Bool, _ refusesTunnels: Bool) throws {
        reservedPort = try ReservedPort()
        let port = reservedPort.number
        directory = try TemporaryDirectory()
        var lines = ["Port \(port)", "Listen 127.0.0.1", "Timeout 600", "LogLevel Connect", "MaxClients 200"]
        if demandsCredentials { lines.append("BasicAuth \(Self.user) \(Self.password)") }
        // A port of which nothing is asked here.
        if refusesTunnels { lines.append("ConnectPort 1") }
        let file = try directory.write(Array(lines.map { $0 + "\n" }.joined().utf8), to: "tinyproxy.conf")
        let tunnels = Inbox<String>()
        self.tunnels = tunnels
        process = try ChildProcess("tinyproxy", ["-d", "-c", file], endsWithInput: false) { line in
            guard let start = line.firstRange(of: ": CONNECT ") else { return }
            tunnels.put(String(line[start.upperBound...].prefix { $0 != " " }))
        }
    }

    private func isReady() async throws -> Bool {
        let end = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < end {
            if try Listener.isListening(port: port) { return process.stderr.isEmpty }
            if (try? await process.waitForExit(within: .milliseconds(20))) != nil { return false }
        }
        return false
    }

    package var port: Int { reservedPort.number }
    package var url: String { "http://127.0.0.1:\(port)" }
    package var urlWithCredentials: String { "http://\(Self.user):\(Self.password)@127.0.0.1:\(port)" }
}
