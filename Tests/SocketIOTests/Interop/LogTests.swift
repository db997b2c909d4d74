import Logging
import SocketIO
import Testing
import TestSupport

/// What is logged, and what never is.
@Suite(.timeLimit(.minutes(5))) struct LogTests {
    @Test(arguments: [Way.upgrade, .upgradeTLS])
    func tellsWhatBecomesOfTheConnection(_ way: Way) async throws {
        let server = try await way.startServer { $0.cookie = "io" }
        let lines = Inbox<String>()
        let secret = "s3cr3t"
        let configure = { (options: inout ClientOptions) in
            options.logger = Logger(label: "test") { _ in LogRecorder(lines: lines) }
            options.query = ["token": secret]
            options.extraHeaders = ["Authorization": secret, "Cookie": "session=\(secret)"]
            options.auth = .value(["token": secret])
        }
        try await withClient(way, to: server, configure) { socket in
            try await socket.waitUntilConnected()
            try await eventually { socket.io.transport == .websocket }
            try socket.emit("echo", secret)
            socket.on("echo") { (_: Int) in }
            let _: String = try await socket.emitWithAck("ack", secret)
            try await server.stop()
            _ = try await lines.next { $0.hasPrefix("debug attempt 1 to reconnect") }
            try await server.restart()
            _ = try await lines.next { $0.hasPrefix("info reconnected") }
        }
        #expect(lines.all.contains("debug open layer=engine.io transport=polling"))
        #expect(lines.all.contains("debug upgraded layer=engine.io transport=websocket"))
        #expect(lines.all.contains { $0.hasPrefix("info closed: transport close") })
        #expect(lines.all.contains { $0.hasPrefix("warning the arguments of \"echo\" cannot be decoded") })
        #expect(!lines.all.contains { $0.contains(secret) })
        try await server.stop()
    }

    /// What the server says is one line, however it says it.
    @Test(arguments: TransportKind.allCases)
    func theServersTextIsOneLine(_ transport: TransportKind) async throws {
        let long = String(repeating: "x", count: 10_000)
        let name = #"red\u001b[31m\nred"# + long
        let server = try FaultyServer(fault: [.text(#"42["\#(name)",1]"#)]).start()
        defer { server.stop() }
        let lines = Inbox<String>()
        var options = quickOptions(transport)
        options.logger = Logger(label: "test") { _ in LogRecorder(lines: lines) }
        try await withSocket(server.url, options) { socket in
            socket.on(Event("red\u{1B}[31m\nred" + long)) { (_: String) in }
            try await socket.waitUntilConnected()
            let line = try await lines.next { $0.hasPrefix("warning") }
            #expect(line.hasPrefix(#"warning the arguments of "red [31m red"#))
            #expect(line.count < 600 && !line.contains { $0.isNewline || $0 == "\u{1B}" })
        }
    }
}
