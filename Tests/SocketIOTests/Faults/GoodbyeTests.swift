import SocketIO
import TestSupport
import Testing

/// The two deadlines of the end, as options.
@Suite(.timeLimit(.minutes(5))) struct GoodbyeTests {
    /// The server takes no POST with an event.
    @Test func closeTimeoutIsForWhatWasEmitted() async throws {
        let server = try FaultyServer(eventAnswer: { try $0.hang() }).start()
        defer { server.stop() }
        var options = quickOptions(.polling, reconnects: false)
        options.closeTimeout = .milliseconds(300)
        options.goodbyeTimeout = .milliseconds(100)
        let socket = try Manager(server.url, options).socket()
        try await socket.waitUntilConnected()
        try socket.emit("note", 1)
        let start = ContinuousClock.now
        let unsent = await socket.io.shutdown()
        #expect(ContinuousClock.now - start >= .milliseconds(390))
        #expect(unsent.messages == 1)
        #expect(unsent.error?.code == .timedOut)
    }

    @Test func theyHaveToBePositive() throws {
        for option in [\ClientOptions.engine.closeTimeout, \.engine.goodbyeTimeout] {
            var options = ClientOptions()
            options[keyPath: option] = .zero
            let error = #expect(throws: SocketIOError.self) { try Manager("http://127.0.0.1:1", options) }
            #expect(error?.code == .invalidArgument)
            #expect(error?.message.hasSuffix("Timeout is not positive") == true)
        }
    }
}
