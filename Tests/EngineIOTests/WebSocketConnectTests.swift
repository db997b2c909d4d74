import Glibc
import SocketIOProtocol
import TestSupport
import Testing

@testable import EngineIO

/// Names, addresses, and connections that do not come about.
@Suite(.timeLimit(.minutes(5))) struct WebSocketConnectTests {
    @Test func refusedConnection() async throws {
        let closed = try ReservedPort(isListening: false)
        defer { closed.close() }
        let port = closed.port
        let configuration = try TransportConfiguration(webSocket: "ws://127.0.0.1:\(port)")
        let probe = try TransportProbe { WebSocketTransport(configuration) }
        await probe.open()
        let error = try await probe.failure()
        #expect(error.code == .connectFailed)
        #expect(error.phase == .tcp)
        #expect(error.transport == .websocket)
        #expect(error.errno == ECONNREFUSED)
        #expect(error.message == "websocket error: connection refused (127.0.0.1:\(port))")
    }

    @Test(arguments: ["127.0.0.1", "::1"])
    func addressInNumbers(host: String) async throws {
        let server = try ScriptedServer(host: host) { connection in
            try connection.upgradeToWebSocket(try connection.readHTTPRequest())
            try connection.hang()
        }
        let probe = try TransportProbe(server)
        await probe.open()
        #expect(try await probe.next() == .opened)
        #expect(try await server.requests.next()[header: "host"] == server.authority)
    }

    @Test func name() async throws {
        let server = try ScriptedServer.webSocket { connection in try connection.hang() }
        let configuration = try TransportConfiguration(webSocket: "ws://localhost:\(server.port)")
        let probe = try TransportProbe { WebSocketTransport(configuration) }
        await probe.open()
        #expect(try await probe.next() == .opened)
        #expect(try await server.requests.next()[header: "host"] == "localhost:\(server.port)")
    }

    /// 2001:db8:: has no route: libwebsockets must not even try it.
    @Test(arguments: [["::1", "127.0.0.1"], ["2001:db8::1", "127.0.0.1"], ["127.0.0.2", "::1", "127.0.0.1"]])
    func triesEveryAddress(addresses: [String]) async throws {
        let server = try ScriptedServer.webSocket { connection in try connection.hang() }
        let configuration = try TransportConfiguration(webSocket: "ws://example.test:\(server.port)")
        let probe = try TransportProbe {
            WebSocketTransport(configuration) { _, completion in
                completion(.success(addresses.compactMap { SocketAddress($0) }))
                return nil
            }
        }
        await probe.open()
        #expect(try await probe.next() == .opened)
    }

    @Test func reportsTheLastAddress() async throws {
        let closed = try ReservedPort(isListening: false)
        defer { closed.close() }
        let port = closed.port
        let configuration = try TransportConfiguration(webSocket: "ws://example.test:\(port)")
        let probe = try TransportProbe {
            WebSocketTransport(configuration) { _, completion in
                completion(.success(["2001:db8::1", "127.0.0.2", "127.0.0.1"].compactMap { SocketAddress($0) }))
                return nil
            }
        }
        await probe.open()
        #expect(try await probe.failure().message == "websocket error: connection refused (127.0.0.1:\(port))")
    }

    /// Broadcast and multicast: only the first fails as a datagram socket's address, too.
    @Test(arguments: ["255.255.255.255", "224.0.0.1"])
    func addressThatFailsAtOnce(address: String) async throws {
        let configuration = try TransportConfiguration(webSocket: "ws://\(address)")
        let probe = try TransportProbe { WebSocketTransport(configuration) }
        await probe.open()
        let error = try await probe.failure()
        #expect(error.code == .connectFailed)
        #expect(error.phase == .tcp)
        #expect(error.message.hasSuffix("(\(address):80)"))
    }

    @Test func nameThatDoesNotExist() async throws {
        let configuration = try TransportConfiguration(webSocket: "ws://nonexistent.invalid")
        let probe = try TransportProbe { WebSocketTransport(configuration) }
        let phase = await probe.run { transport in
            transport.open()
            return transport.phase
        }
        #expect(phase == .dns)
        let error = try await probe.failure()
        #expect(error.code == .connectFailed)
        #expect(error.phase == .dns)
        #expect(error.transport == .websocket)
        // Without a name server it is "Temporary failure in name resolution".
        #expect(error.message.hasPrefix("could not resolve host \"nonexistent.invalid\": "))
    }

    @Test(arguments: [false, true])
    func lookUpCanBeEnded(isAborted: Bool) async throws {
        let configuration = try TransportConfiguration(webSocket: "ws://nonexistent.invalid")
        let probe = try TransportProbe { WebSocketTransport(configuration) }
        await probe.run { transport in
            transport.open()
            if isAborted { transport.abort() } else { transport.close() }
        }
        if !isAborted { #expect(try await probe.end() == nil) }
        #expect(probe.events.all.isEmpty)
    }

    /// A port that answers no connection: its backlog is full.
    @Test(arguments: [false, true])
    func silentPortCanBeEnded(isAborted: Bool) async throws {
        let silent = try ReservedPort(isListening: true)
        defer { silent.close() }
        let configuration = try TransportConfiguration(webSocket: "ws://127.0.0.1:\(silent.port)")
        let probe = try TransportProbe { WebSocketTransport(configuration) }
        await probe.open()
        #expect(await probe.run { $0.phase } == .tcp)
        if isAborted {
            await probe.abort()
        } else {
            await probe.close()
            #expect(try await probe.end() == nil)
        }
        #expect(probe.events.all.isEmpty)
    }

    @Test func silentAddressIsGivenUp() async throws {
        let (silent, server) = try silentAndAnswering { connection in
            try connection.upgradeToWebSocket(try connection.readHTTPRequest())
            try connection.hang()
        }
        defer { silent.close() }
        let configuration = try TransportConfiguration(webSocket: "ws://example.test:\(server.port)")
        let probe = try TransportProbe {
            WebSocketTransport(configuration) { _, completion in
                completion(.success(["127.0.0.1", "::1"].compactMap { SocketAddress($0) }))
                return nil
            }
        }
        await probe.open()
        #expect(try await probe.next() == .opened)
    }

    @Test func secondConnectionInsideAnEventOfTheFirst() async throws {
        let server = try ScriptedServer.webSocket { connection in
            try connection.writeText("4\(connection.index)")
            try connection.hang()
        }
        let configuration = try TransportConfiguration(webSocket: server.url)
        let second = Inbox<TransportEvent>()
        let probe = try TransportProbe(server) { transport, event in
            guard event == .opened else { return }
            let other = WebSocketTransport(configuration)
            other.onEvent = { event in
                second.put(event)
                if case .packet = event { other.abort() }
            }
            other.open()
        }
        await probe.open()
        #expect(try await probe.nextPacket() == EnginePacket(.message, text: "0"))
        #expect(try await second.next() == .opened)
        #expect(try await second.next() == .packet(EnginePacket(.message, text: "1")))
    }

    /// Each is aborted as its probe goes, when it is open or on its way.
    @Test func connectionsThatAreLetGo() async throws {
        let server = try ScriptedServer.webSocket { connection in
            try connection.writeText("4x")
            try connection.readToEnd()
        }
        for count in 0..<20 {
            let probe = try TransportProbe(server)
            await probe.open()
            if count % 2 == 0 { #expect(try await probe.nextPacket() == EnginePacket(.message, text: "x")) }
        }
    }
}

/// The same port at two addresses: 127.0.0.1 answers no connection, ::1 has a server.
private func silentAndAnswering(
    _ script: @escaping @Sendable (ScriptedConnection) throws -> Void
) throws -> (ReservedPort, ScriptedServer) {
    // A port that is free at one address may be taken at the other.
    for _ in 0..<50 {
        let silent = try ReservedPort(isListening: true)
        if let server = try? ScriptedServer(host: "::1", port: silent.port, script: script) { return (silent, server) }
        silent.close()
    }
    throw SupportError("no port is free at both addresses")
}

/// A TCP port of 127.0.0.1 that nobody else gets: it refuses connections or, if it listens, leaves them without an answer.
private final class ReservedPort {
    let port: Int
    private var descriptors: [Int32] = []

    init(isListening: Bool) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        descriptors = [listener]
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        func asAddress(_ body: (UnsafeMutablePointer<sockaddr>) -> Int32) -> Int32 {
            withUnsafeMutablePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body) }
        }
        guard asAddress({ bind(listener, $0, size) }) == 0, asAddress({ getsockname(listener, $0, &size) }) == 0
        else { throw SupportError("no port") }
        port = Int(UInt16(bigEndian: address.sin_port))
        guard isListening else { return }
        listen(listener, 0)
        // They fill the backlog.
        for _ in 0..<16 {
            let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
            descriptors.append(client)
            _ = asAddress { connect(client, $0, size) }
        }
    }

    func close() { for descriptor in descriptors { Glibc.close(descriptor) } }
}
