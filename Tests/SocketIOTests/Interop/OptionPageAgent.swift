import EngineIO
import Foundation
import Glibc
import SocketIO
import TestSupport
import Testing

extension OptionPage {
    /// The members of `agent`.
    static let agent = [
        OptionRow("agent.keepAlive", only: .polling, "a WebSocket is one request") { probe in
            let standard = try await probe.client().session { for _ in 0..<3 { try await $0.exchange() } }
            #expect(standard.connections.count < standard.requests.count)
            #expect(standard.header("connection") == [nil])
            let session = try await probe.session({ $0.agent.keepAlive = false }) { socket in
                for _ in 0..<3 { try await socket.exchange() }
            }
            #expect(session.connections.count == session.requests.count)
            #expect(session.header("connection") == ["close"])
        },
        OptionRow("agent.proxy") { probe in
            let proxy = try await proxy.value
            let server = try await plain.value
            // A name, which is left to the proxy: it knows none but the server's address.
            let url = "http://localhost:\(server.port)"
            let session = try await probe.session(url: url) { $0.agent.proxy = proxy.url }
            #expect(session.info?.remoteAddress == "127.0.0.1:\(proxy.port)")
            _ = try await proxy.tunnels.next { $0 == "localhost:\(server.port)" }
            #expect(session.header("host") == ["localhost:\(server.port)"])
            #expect(try await probe.session().info?.remoteAddress == server.authority)
        },
        OptionRow("agent.noProxy") { probe in
            let missing = "http://127.0.0.1:\(try refusingPort())"
            let error = try await probe.failure { $0.agent.proxy = missing }
            #expect(error.phase == .proxy)
            let session = try await probe.session({
                $0.agent.proxy = missing
                $0.agent.noProxy = ["example.com", "127.0.0.0/8"]
            })
            #expect(session.info?.remoteAddress == (try await plain.value.authority))
        },
        // In a program of its own: the environment is that of all tests.
        OptionRow("agent.proxyFromEnvironment") { probe in
            let (proxy, server) = (try await proxy.value, try await plain.value)
            for isAsked in [true, false] {
                let client = try await probe.client { $0.agent.proxyFromEnvironment = isAsked }
                let directory = try TemporaryDirectory()
                let file = try directory.write(try JSONEncoder().encode(client.options), to: "options.json")
                let run = try await ChildProcess.run(
                    Repository.program("sio"), ["emit", "--options", file, server.url, "note"],
                    environment: [
                        "http_proxy": isAsked ? proxy.url : "http://127.0.0.1:\(try refusingPort())", "no_proxy": "",
                        "NO_PROXY": "",
                    ])
                #expect(run.status == 0, "\(run.stderr)")
                _ = try await server.next(.connect) { $0.headers?["x-row"] == client.mark }
                if isAsked { _ = try await proxy.tunnels.next { $0 == server.authority } }
            }
        },
        OptionRow("agent.socketPath") { probe in
            let front = try await front.value
            // The URL is what the server is asked for, and looked up by nobody.
            let session = try await probe.session(at: front, url: "https://localhost:81")
            #expect(session.header("host") == ["localhost:81"])
            #expect(session.info?.remoteAddress == nil)
        },
        // The kernel's own business: no server sees it.
        OptionRow("agent.tcpKeepAlive") { probe in
            let standard = try await socketOption(probe, SOL_SOCKET, SO_KEEPALIVE) { _ in }
            #expect(standard == 0)
            for option in [TCP_KEEPIDLE, TCP_KEEPINTVL] {
                let value = try await socketOption(probe, Int32(IPPROTO_TCP), option) {
                    $0.agent.tcpKeepAlive = .seconds(77)
                }
                #expect(value == 77)
            }
        },
        OptionRow("agent.userTimeout") { probe in
            let standard = try await socketOption(probe, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT) { _ in }
            #expect(standard == 0)
            let value = try await socketOption(probe, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT) {
                $0.agent.userTimeout = .milliseconds(12_345)
            }
            #expect(value == 12_345)
        },
    ]

    /// What an option of the session's own TCP socket is.
    private static func socketOption(
        _ probe: OptionProbe, _ level: Int32, _ name: Int32, _ change: (inout ClientOptions) -> Void
    ) async throws -> Int32? {
        let found = Locked<Int32?>(nil)
        _ = try await probe.session(change) { socket in
            try await socket.exchange()
            let info = try #require(socket.io.connectionInfo)
            // A local port alone may have several connections, to different servers.
            let descriptor = (0..<4096 as Range<Int32>).first {
                address(getsockname, $0) == info.localAddress && address(getpeername, $0) == info.remoteAddress
            }
            found.withLock { $0 = descriptor.flatMap { option($0, level, name) } }
        }
        return found.withLock { $0 }
    }

    /// One end of a connection over IPv4.
    private static func address(
        _ name: (Int32, UnsafeMutablePointer<sockaddr>?, UnsafeMutablePointer<socklen_t>?) -> Int32, _ descriptor: Int32
    ) -> String? {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { name(descriptor, $0, &size) }
        }
        guard status == 0, address.sin_family == sa_family_t(AF_INET) else { return nil }
        return "\(String(cString: inet_ntoa(address.sin_addr))):\(UInt16(bigEndian: address.sin_port))"
    }

    private static func option(_ descriptor: Int32, _ level: Int32, _ name: Int32) -> Int32? {
        var value: Int32 = -1
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, level, name, &value, &size) == 0 ? value : nil
    }
}
