import EngineIO
import SocketIO
import TestSupport
import Testing

/// An `auth` that is no object ends the whole connection at Node's server: it never gets there.
@Suite(.timeLimit(.minutes(5))) struct AuthTests {
    private func error(of auth: Auth) throws -> SocketIOError? {
        var options = ClientOptions()
        options.auth = auth
        return #expect(throws: SocketIOError.self) { try Manager("http://127.0.0.1:1", options) }
    }

    @Test func aFixedValueIsCheckedAtCreation() throws {
        for auth in [Auth.value("token"), .value(5), .value(["token"]), .value(true)] {
            let error = try error(of: auth)
            #expect(error?.code == .invalidArgument)
            #expect(error?.message == "the option auth does not encode as a JSON object")
        }
        let error = try error(of: .value(["key": [1, 2] as Binary]))
        #expect(error?.code == .invalidArgument)
        #expect(error?.message == "the option auth cannot hold binary values")
    }

    @Test func aSharedManagerChecksItToo() throws {
        var options = ClientOptions()
        options.autoConnect = false
        let first = try io("http://127.0.0.1:1/one", options)
        options.auth = .value("token")
        let error = #expect(throws: SocketIOError.self) { try io("http://127.0.0.1:1/two", options) }
        #expect(error?.code == .invalidArgument)
        #expect(!first.isActive)
    }

    /// No thread is started for it, but the library's own.
    @Test func aProviderRunsOnTheIOThread() async throws {
        let server = try await Way.websocket.server()
        let places = Inbox<Bool>()
        let provider = Auth.provider { () async throws -> [String: String] in
            places.put(EventLoop.shared.isOnThread)
            await Task.yield()
            places.put(EventLoop.shared.isOnThread)
            return [:]
        }
        try await withClient(.websocket, to: server, { $0.auth = provider }) { socket in
            try await socket.connect().waitUntilConnected()
            #expect(places.all == [true, true])
        }
    }

    /// The other namespaces stay connected.
    @Test(arguments: [Way.polling, .websocket])
    func aProvidersValueIsCheckedWhenItAnswers(_ way: Way) async throws {
        let server = try await way.startServer()
        try await withClient(way, to: server) { socket in
            try await socket.connect().waitUntilConnected()
            let id = socket.id
            let provider = Auth.provider { () async throws -> String in "token" }
            let admin = socket.io.socket("/admin", SocketOptions(auth: provider))
            let error = await #expect(throws: SocketIOError.self) { try await admin.connect().waitUntilConnected() }
            #expect(error?.code == .invalidArgument)
            #expect(error?.message == "the option auth does not encode as a JSON object")
            #expect(!admin.isActive)
            admin.auth = .value(["token": "secret"])
            try await admin.connect().waitUntilConnected()
            #expect(socket.isConnected && socket.id == id)
        }
        try await server.stop()
    }
}
