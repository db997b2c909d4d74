import SocketIO
import TestSupport
import Testing

/// The options of the engine against a real server, which tells what every request of a session was like.
@Suite(.timeLimit(.minutes(5))) struct EngineOptionConnectionTests {
    /// Connects, exchanges text and bytes, and ends. All requests of that.
    private func requests(
        _ way: Way, _ serve: (inout PeerServer.Options) -> Void = { _ in },
        _ configure: @escaping (inout ClientOptions) -> Void
    ) async throws -> [PeerLog] {
        let server = try await way.startServer {
            // aiohttp's peer knows no path without its slash.
            $0.framework = .asgi
            $0.logsRequests = true
            serve(&$0)
        }
        try await withClient(way, to: server, configure) { socket in
            try await socket.waitUntilConnected()
            try await eventually("the transport") { socket.io.transport == way.transport }
            let sum: Int = try await socket.emitWithAck("add", 1, 2)
            #expect(sum == 3)
            let bytes: Binary = try await socket.emitWithAck("echo", [0, 1, 255] as Binary)
            #expect(bytes == [0, 1, 255])
        }
        _ = try await server.next(.disconnect)
        let requests = server.logs.all.filter { $0.kind == .request }
        #expect(!requests.isEmpty)
        return requests
    }

    @Test(arguments: Way.allCases)
    func sendsTimestampsUnderTheirName(_ way: Way) async throws {
        let requests = try await requests(way) {
            $0.timestampRequests = true
            $0.timestampParam = "time"
        }
        #expect(requests.allSatisfy { $0.query?["time"] != nil && $0.query?["t"] == nil }, "\(requests)")
    }

    @Test(arguments: Way.allCases)
    func sendsNoTimestamps(_ way: Way) async throws {
        let requests = try await requests(way) { $0.timestampRequests = false }
        #expect(requests.allSatisfy { $0.query?["t"] == nil }, "\(requests)")
    }

    @Test(arguments: Way.allCases)
    func asksForBase64(_ way: Way) async throws {
        let requests = try await requests(way) { $0.forceBase64 = true }
        for request in requests {
            // As in Node, a poll asks for it as it opens the session only.
            let asks = request.query?["transport"] == "websocket" || request.query?["sid"] == nil
            #expect(request.query?["b64"] == (asks ? "1" : nil))
        }
    }

    @Test(arguments: Way.allCases)
    func givesATransportItsOwnOptions(_ way: Way) async throws {
        let requests = try await requests(way) {
            $0.extraHeaders = ["X-Both": "1"]
            $0.transportOptions[.websocket] = TransportOptions()
            $0.transportOptions[.websocket]?.extraHeaders = ["X-Own": "1"]
        }
        for request in requests {
            let isOwn = request.query?["transport"] == "websocket"
            #expect(request.headers?["x-own"] == (isOwn ? "1" : nil))
            #expect(request.headers?["x-both"] == (isOwn ? nil : "1"))
        }
    }

    @Test(arguments: Way.allCases, [true, false])
    func usesThePath(_ way: Way, addTrailingSlash: Bool) async throws {
        let requests = try await requests(way, { $0.path = "/own" }) {
            $0.path = "/own"
            $0.addTrailingSlash = addTrailingSlash
        }
        #expect(requests.allSatisfy { $0.path == (addTrailingSlash ? "/own/" : "/own") }, "\(requests)")
    }

    @Test(arguments: [Way.upgrade, .upgradeTLS], TransportKind.allCases)
    func triesAllTransports(_ way: Way, _ offered: TransportKind) async throws {
        let server = try await way.startServer { $0.transports = [offered.rawValue] }
        let other: TransportKind = offered == .polling ? .websocket : .polling
        for triesAll in [true, false] {
            var options = try await way.options()
            options.transports = [other, offered]
            options.tryAllTransports = triesAll
            options.reconnection = false
            try await withSocket(server.url, options) { socket in
                if triesAll {
                    try await socket.waitUntilConnected()
                    #expect(socket.io.transport == offered)
                } else {
                    _ = await #expect(throws: SocketIOError.self) { try await socket.waitUntilConnected() }
                }
            }
        }
        try await server.stop()
    }

    /// A poll waits for the server's next packet, which is a ping after 25 seconds.
    @Test(arguments: [Way.polling, .pollingTLS])
    func endsAPollThatTakesTooLong(_ way: Way) async throws {
        let configure = { (options: inout ClientOptions) in
            options.requestTimeout = .seconds(10)
            options.reconnection = false
        }
        try await withClient(way, to: way.server(), configure) { socket in
            let ends = Inbox<Disconnection>()
            socket.on(.disconnect) { ends.put($0) }
            try await socket.waitUntilConnected()
            let end = try await ends.next()
            #expect(end.reason == .transportError)
            #expect(end.error?.code == .timedOut)
        }
    }

    /// Python's servers choose none, Node's the first.
    @Test(arguments: [Way.websocket, .websocketTLS])
    func theServerHasToChooseASubprotocol(_ way: Way) async throws {
        let configure = { (options: inout ClientOptions) in
            options.protocols = ["one", "two"]
            options.reconnection = false
        }
        try await withClient(way, to: way.server(), configure) { socket in
            guard !PeerServer.isNode else { return try await socket.waitUntilConnected() }
            let error = await #expect(throws: SocketIOError.self) { try await socket.waitUntilConnected() }
            #expect(error?.message == "websocket error: the server chose none of the sub-protocols")
        }
    }
}
