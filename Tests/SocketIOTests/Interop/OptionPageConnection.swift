import SocketIO
import TestSupport
import Testing

extension OptionPage {
    // MARK: Sharing connections

    static let sharing = [
        OptionRow("forceNew") { try await checkSharing($0) { $0.forceNew = true } },
        OptionRow("multiplex") { try await checkSharing($0) { $0.multiplex = false } },
    ]

    private static func checkSharing(_ probe: OptionProbe, _ change: (inout ClientOptions) -> Void) async throws {
        #expect(try await handshakes(probe) { _ in } == 1)
        #expect(try await handshakes(probe, change) == 2)
    }

    /// How many sessions two namespaces of one server open.
    private static func handshakes(_ probe: OptionProbe, _ change: (inout ClientOptions) -> Void) async throws -> Int {
        let client = try await probe.client(change)
        let sockets = try ["/", "/chat"].map { try io(client.server.url + $0, client.options) }
        for socket in sockets { try await socket.exchange() }
        let ids = sockets.map(\.id)
        for socket in sockets { await socket.io.shutdown() }
        for id in ids { _ = try await client.server.next(.disconnect) { $0.sid == id } }
        return client.requests.filter { $0.query?["sid"] == nil }.count
    }

    // MARK: Transports

    private static func bothTransports(_ options: inout ClientOptions) {
        options.transports = ClientOptions().transports
    }

    static let transports = [
        OptionRow("transports") { probe in
            let standard = try await probe.session(bothTransports) { try await $0.upgrade() }
            #expect(standard.transports == ["polling", "websocket"])
            #expect(standard.firstTransports == ["polling"])
            let one = try await probe.session { $0.transports = [probe.transport] }
            #expect(one.transports == [probe.transport.rawValue])
        },
        OptionRow("upgrade", only: .polling, "nothing is upgraded to polling") { probe in
            let standard = try await probe.session(bothTransports) { try await $0.upgrade() }
            #expect(standard.transports == ["polling", "websocket"])
            let session = try await probe.session({
                bothTransports(&$0)
                $0.upgrade = false
            }) { socket in
                for _ in 0..<3 { try await socket.exchange() }
                #expect(socket.io.transport == .polling)
            }
            #expect(session.transports == ["polling"])
        },
        OptionRow("tryAllTransports") { probe in
            // The server refuses the first of them.
            func change(_ options: inout ClientOptions) {
                options.transports = [probe.transport, probe.other]
                options.upgrade = false
                options.transportOptions[probe.transport] = TransportOptions()
                options.transportOptions[probe.transport]?.path = "/nowhere"
            }
            let standard = try await probe.client(change)
            let error = try await standard.failure()
            #expect(error.transport == probe.transport && error.code == .connectFailed, "\(error)")
            let session = try await probe.session({
                change(&$0)
                $0.tryAllTransports = true
            })
            #expect(session.info?.transport == probe.other)
            let kinds = [probe.transport.rawValue, probe.other.rawValue]
            #expect(session.firstTransports == kinds)
            #expect(session.handshakes.map(\.path) == ["/nowhere/", "/socket.io/"])
            #expect(standard.requests.map(\.path) == ["/nowhere/"])
        },
        OptionRow("rememberUpgrade", only: .polling, "it is about sessions that begin with polling") { probe in
            for remembers in [false, true] {
                let session = try await probe.session({
                    bothTransports(&$0)
                    $0.rememberUpgrade = remembers
                }) { socket in
                    try await socket.upgrade()
                    socket.disconnect()
                    try await eventually("the end") { socket.io.transport == nil }
                    try await socket.upgrade()
                }
                let second = remembers ? "websocket" : "polling"
                #expect(session.firstTransports == ["polling", second])
            }
        },
        OptionRow("transportOptions") { probe in
            let session = try await probe.session({
                bothTransports(&$0)
                var own = TransportOptions()
                own.path = "/socket.io/own"
                own.query = ["own": "1"]
                own.extraHeaders = $0.extraHeaders.merging(["X-Own": "1"]) { $1 }
                own.timestampRequests = true
                own.timestampParam = "time"
                $0.transportOptions[probe.transport] = own
            }) { try await $0.upgrade() }
            for request in session.requests {
                let isOwn = request.query?["transport"] == probe.transport.rawValue
                #expect(request.path == (isOwn ? "/socket.io/own/" : "/socket.io/"))
                #expect(request.query?["own"] == (isOwn ? "1" : nil))
                #expect(request.headers?["x-own"] == (isOwn ? "1" : nil))
                #expect((request.query?["time"] != nil) == isOwn)
            }
            #expect(session.transports.count == 2)
        },
    ]

    // MARK: Requests

    static let requests = [
        OptionRow("path") { probe in
            let standard = try await probe.session()
            #expect(standard.values(\.path) == ["/socket.io/"])
            let session = try await probe.session { $0.path = "/socket.io/own" }
            #expect(session.values(\.path) == ["/socket.io/own/"])
        },
        OptionRow("addTrailingSlash") { probe in
            let session = try await probe.session({
                $0.path = "/socket.io/own"
                $0.addTrailingSlash = false
            })
            #expect(session.values(\.path) == ["/socket.io/own"])
        },
        OptionRow("query") { probe in
            #expect(try await probe.session().query("token") == [nil])
            let change = { (options: inout ClientOptions) in options.query = ["token": "a b&c=ü"] }
            let session = try await probe.session(change)
            #expect(session.query("token") == ["a b&c=ü"])
            #expect(session.connect?.query?["token"] == "a b&c=ü")
            // That of the URL replaces it.
            let other = try await probe.session(url: plain.value.url + "/?from=url", change)
            #expect(other.query("token") == [nil] && other.query("from") == ["url"])
        },
        OptionRow("extraHeaders") { probe in
            #expect(try await probe.session().header("x-own") == [nil])
            let session = try await probe.session { $0.extraHeaders["X-Own"] = "one, two" }
            #expect(session.header("x-own") == ["one, two"])
            #expect(session.connect?.headers?["x-own"] == "one, two")
        },
        // The server sets its cookie over polling alone.
        OptionRow("withCredentials") { probe in
            for keeps in [false, true] {
                let session = try await probe.session({
                    bothTransports(&$0)
                    $0.withCredentials = keeps
                }) { try await $0.upgrade() }
                let later = session.requests.filter {
                    $0.query?["sid"] != nil && $0.query?["transport"] == probe.transport.rawValue
                }
                let haveIt = Set(later.map { $0.headers?["cookie"]?.hasPrefix("io=") ?? false })
                #expect(haveIt == [keeps])
            }
        },
        OptionRow("forceBase64") { probe in
            for isForced in [false, true] {
                let session = try await probe.session({ $0.forceBase64 = isForced }) { socket in
                    try await socket.exchange()
                    let bytes: Binary = try await socket.emitWithAck("echo", [0, 1, 255] as Binary)
                    #expect(bytes == [0, 1, 255])
                }
                let asks = session.handshakes.map { $0.query?["b64"] }
                #expect(asks == [isForced ? "1" : nil])
            }
        },
        OptionRow("timestampRequests") { probe in
            for (isAsked, expected) in [(nil, probe.transport == .polling), (true, true), (false, false)] {
                let session = try await probe.session { $0.timestampRequests = isAsked }
                let haveIt = session.values { $0.query?["t"] != nil }
                #expect(haveIt == [expected])
            }
        },
        OptionRow("timestampParam") { probe in
            let session = try await probe.session({
                $0.timestampRequests = true
                $0.timestampParam = "time"
            })
            #expect(session.query("t") == [nil])
            #expect(!session.query("time").contains(nil))
        },
        OptionRow("protocols", only: .websocket, "HTTP has none") { probe in
            let standard = try await probe.session()
            #expect(standard.header("sec-websocket-protocol") == [nil] && standard.values(\.subprotocol) == [nil])
            let session = try await probe.session { $0.protocols = ["one", "two"] }
            #expect(session.header("sec-websocket-protocol") == ["one, two"])
            #expect(session.values(\.subprotocol) == ["one"])
        },
        // Which messages are compressed is in `CompressionTests`.
        OptionRow("perMessageDeflate", only: .websocket, "polling has HTTP's compression") { probe in
            for deflate in [PerMessageDeflate(threshold: 1), nil] {
                let session = try await probe.session({ $0.perMessageDeflate = deflate }) { socket in
                    try await socket.exchange()
                    let text: String = try await socket.emitWithAck("echo", String(repeating: "x", count: 10_000))
                    #expect(text.utf8.count == 10_000)
                }
                let offers = session.values { $0.headers?["sec-websocket-extensions"]?.hasPrefix("permessage-deflate") }
                #expect(offers == [deflate == nil ? nil : true])
            }
        },
        OptionRow("parser") { probe in
            let server = try await messagePack.value
            let client = OptionClient(server: server, options: try await probe.client().options) {
                $0.parser = MessagePackParser()
            }
            let session = try await client.session { socket in
                try await socket.exchange()
                let bytes: Binary = try await socket.emitWithAck("echo", [0, 1, 255] as Binary)
                #expect(bytes == [0, 1, 255])
            }
            #expect(session.arguments(of: "echo").count == 1)
            // The server takes nothing else for an event, or for the connection of a namespace.
            let other = OptionClient(server: server, options: try await probe.client().options) {
                $0.timeout = .seconds(3)
            }
            _ = try await other.failure()
            _ = try await client.session()
            let isConnected = server.logs.all.contains { $0.kind == .connect && $0.headers?["x-row"] == other.mark }
            #expect(!isConnected)
        },
    ]

    private static let messagePack = Task {
        try await Way.websocket.startServer {
            $0.framework = .asgi
            $0.logsRequests = true
            $0.parser = "msgpack"
        }
    }

    // MARK: The way to the server

    static let route = [
        OptionRow("localAddress") { probe in
            for address in ["127.0.0.1", "127.0.0.2"] {
                // The first one is the system's choice.
                let session = try await probe.session { if address != "127.0.0.1" { $0.localAddress = address } }
                #expect(session.values(\.client?.first?.string) == [address])
            }
        },
        OptionRow("family") { probe in
            // `localhost` has both, and the server listens at 127.0.0.1.
            let url = "http://localhost:\(try await plain.value.port)"
            let other = try await probe.client { $0.family = .ipv6 }
            // Any other server may be there.
            _ = try? await other.failure(url: url)
            let session = try await probe.session(url: url) { $0.family = .ipv4 }
            #expect(session.info?.remoteAddress?.hasPrefix("127.0.0.1:") == true)
            #expect(other.requests.isEmpty)
        },
    ]
}
