import SocketIO
import Testing
import TestSupport

/// When `io()` shares a connection, and when it does not.
@Suite(.timeLimit(.minutes(5))) struct SharedConnectionTests {
    private func options() -> ClientOptions {
        var options = ClientOptions()
        options.autoConnect = false
        options.transports = [.websocket]
        return options
    }

    @Test func namespacesShareOneConnection() async throws {
        let server = try await Way.websocket.startServer { $0.logsRequests = true }
        let sockets = try ["/", "/chat", "/admin"].map { try io(server.url + $0, options()) }
        sockets[2].auth = .value(["token": "secret"])
        for socket in sockets { try await socket.waitUntilConnected() }
        #expect(sockets[0].io === sockets[1].io && sockets[1].io === sockets[2].io)
        await sockets[0].io.shutdown()
        for _ in sockets { _ = try await server.next(.disconnect) }
        #expect(server.logs.all.filter { $0.kind == .request }.count == 1)
        try await server.stop()
    }

    @Test func aNamespaceAskedForTwiceGetsAConnectionOfItsOwn() async throws {
        let server = try await Way.websocket.startServer { $0.logsRequests = true }
        let (first, second) = (try io(server.url + "/chat", options()), try io(server.url + "/chat", options()))
        #expect(first.io !== second.io)
        let other = try io(server.url + "/", options())
        #expect(other.io === first.io, "the first one stays the shared one")
        for socket in [first, second] { try await socket.waitUntilConnected() }
        for socket in [first, second] { await socket.io.shutdown() }
        // What came before it has been logged by then.
        for _ in [first, second] { _ = try await server.next(.disconnect) }
        #expect(server.logs.all.filter { $0.kind == .request }.count == 2)
        try await server.stop()
    }

    static let differences: [(String, @Sendable (inout ClientOptions) -> Void)] = [
        ("forceNew", { $0.forceNew = true }),
        ("multiplex", { $0.multiplex = false }),
        ("ca", { $0.ca = [.pem("not read for http")] }),
        ("query", { $0.query = ["a": "b"] }),
        ("extraHeaders", { $0.extraHeaders = ["a": "b"] }),
        ("reconnectionDelay", { $0.reconnectionDelay = .seconds(9) }),
        ("autoUnref", { $0.autoUnref = true }),
    ]

    @Test(arguments: differences.indices)
    func otherOptionsAreAnotherConnection(_ index: Int) throws {
        let url = "http://127.0.0.1:\(20_000 + index)"
        let first = try io(url + "/a", options())
        var other = options()
        Self.differences[index].1(&other)
        let second = try io(url + "/b", other)
        #expect(first.io !== second.io, "\(Self.differences[index].0)")
    }

    @Test func equalOptionsAreTheSameConnection() throws {
        var options = options()
        options.query = ["a": "b"]
        options.auth = .value(["one": 1])
        let first = try io("http://127.0.0.1:20900/a", options)
        options.auth = .value(["two": 2])
        #expect(try io("http://127.0.0.1:20900/b", options).io === first.io)
        #expect(try io("http://127.0.0.1:20901/b", options).io !== first.io)
        #expect(try io("ws://127.0.0.1:20900/c?x=y", options).io !== first.io)
        #expect(try io("ws://127.0.0.1:20900/c", options).io === first.io, "the scheme makes no difference")
    }

    /// Another certificate is another connection, to the same server.
    @Test func anotherCertificateIsAnotherConnection() async throws {
        let certificates = try await TestCertificates.shared
        let server = try await Way.websocketTLS.startServer { $0.logsRequests = true }
        var options = try await Way.websocketTLS.options()
        let first = try io(server.url + "/", options)
        options.cert = .file(certificates.clientRSA.certificate)
        options.key = .file(certificates.clientRSA.key)
        let second = try io(server.url + "/chat", options)
        #expect(first.io !== second.io)
        for socket in [first, second] { try await socket.waitUntilConnected() }
        #expect(try await server.next(.request).subject != (try await server.next(.request).subject))
        for socket in [first, second] { await socket.io.shutdown() }
        try await server.stop()
    }

    @Test func theCacheKeepsNothingAlive() throws {
        weak var manager: Manager?
        do {
            let socket = try io("http://127.0.0.1:20902/a", options())
            manager = socket.io
            #expect(manager != nil)
        }
        #expect(manager == nil)
    }
}
