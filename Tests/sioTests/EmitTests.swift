import Foundation
import SocketIO
import TestSupport
import Testing

/// The built `sio emit` against python-socketio.
@Suite(.serialized, .timeLimit(.minutes(5))) struct EmitTests {
    @Test(arguments: ["polling", "websocket", "polling,websocket", "websocket,polling"])
    func eventArrives(_ transports: String) async throws {
        let server = try await PeerServer.start()
        let run = try await sio("emit", "--transports", transports, server.url, "news", "hello", "42", #"{"a":[true]}"#)
        #expect(run.status == 0)
        #expect(run.stdout == "")
        #expect(run.stderr == "")
        let log = try await server.next(.event)
        #expect(log.event == "news")
        #expect(log.args == ["hello", 42, ["a": [true]]])
        #expect(try await server.next(.disconnect).reason == "client disconnect")
        try await server.stop()
    }

    @Test(arguments: ["polling", "websocket"])
    func largeEventArrivesWhole(_ transports: String) async throws {
        let server = try await PeerServer.start {
            // On aiohttp the peer takes the first 64 KiB of a body for the whole.
            $0.framework = .asgi
            $0.maxPayload = 100_000_000
        }
        let directory = try TemporaryDirectory()
        let bytes = Data(repeating: 0xA5, count: 8_000_000) + Data("end".utf8)
        let path = try directory.write(bytes, to: "large")
        #expect(try await sio("emit", "--transports", transports, server.url, "file", "@" + path).status == 0)
        let arguments = try await server.next(.event).args
        #expect(arguments?.count == 1)
        // The bytes themselves would make a long text of a failure.
        #expect((arguments?.first == .binary(bytes)) == true)
        try await server.stop()
    }

    @Test func acknowledgementIsPrinted() async throws {
        let server = try await PeerServer.start()
        let directory = try TemporaryDirectory()
        let path = try directory.write([0, 1, 255] as [UInt8], to: "x.bin")
        let run = try await sio("emit", "--ack", server.url, "echo", "a", "@" + path, "--", "-5")
        #expect(run.status == 0, "\(run.stderr)")
        #expect(run.stdout == #"["a",{"base64":"AAH/"},-5]"# + "\n")
        try await server.stop()
    }

    @Test func standardInputIsAFile() async throws {
        let server = try await PeerServer.start()
        let run = try await ChildProcess.run(
            try Repository.program("sio"), ["emit", "--ack", server.url, "ack", "@-"], input: "hello")
        #expect(run.stdout == #"[{"base64":"aGVsbG8="}]"# + "\n")
        try await server.stop()
    }

    @Test func missingAcknowledgementEndsTheWait() async throws {
        let server = try await PeerServer.start()
        let directory = try TemporaryDirectory()
        // The wait for the connection is none of it.
        let options = try directory.write(Data(#"{"ackTimeout": 300}"#.utf8), to: "options.json")
        let run = try await sio("emit", "--ack", "--options", options, server.url, "silent")
        #expect(run.status == 1)
        #expect(run.stdout == "")
        #expect(run.stderr == "sio: timeout: waited 0.3 s for the acknowledgement\n")
        try await server.stop()
    }

    /// The event may come too late for the namespace, and nothing connects it again.
    @Test(arguments: ["41", "1"]) func theEndRightAfterTheConnection(_ packet: String) async throws {
        let server = try ScriptedServer { connection in
            try connection.upgradeToWebSocket(try connection.readHTTPRequest())
            try connection.writeText(ScriptedServer.openPacket())
            _ = try connection.readFrame()
            try connection.writeText(#"40{"sid":"socket"}"#)
            try connection.writeText(packet)
            while try connection.readFrame().opcode != .close {}
        }
        defer { server.stop() }
        let run = try await sio("emit", "--ack", "--timeout", "120", "--transports", "websocket", server.url, "x")
        #expect(run.status == 1)
        #expect(run.stderr.contains("disconnect") || run.stderr.contains("closed"), "\(run.stderr)")
        #expect(!run.stderr.contains("timeout"))
    }

    /// The packet that cannot be read is the cause, not what has become of the connection.
    @Test(arguments: [[], ["--ack"]]) func aPacketThatCannotBeRead(_ flags: [String]) async throws {
        let server = try ScriptedServer { connection in
            try connection.upgradeToWebSocket(try connection.readHTTPRequest())
            try connection.writeText(ScriptedServer.openPacket())
            _ = try connection.readFrame()
            try connection.writeText(#"40{"sid":"socket"}"#)
            _ = try connection.readFrame()
            try connection.writeText("430{}")
            while try connection.readFrame().opcode != .close {}
        }
        defer { server.stop() }
        let arguments = ["emit"] + flags + ["--timeout", "120", "--transports", "websocket", server.url, "x"]
        let run = try await ChildProcess.run(try Repository.program("sio"), arguments, within: standardDeadline)
        #expect(run.status == 1)
        #expect(run.stderr.contains("an acknowledgement is not an array"), "\(run.stderr)")
    }

    @Test func connectionLostBeforeTheAcknowledgement() async throws {
        let server = try await PeerServer.start()
        let run = try await sio("emit", "--ack", "--transports", "websocket", server.url, "kill")
        #expect(run.status == 1)
        #expect(run.stderr == "sio: websocket connection closed (code 1006)\n")
        try await server.stop()
    }

    @Test func pathOfTheURLIsTheNamespace() async throws {
        let server = try await PeerServer.start()
        #expect(try await sio("emit", server.url + "/chat", "news").status == 0)
        #expect(try await server.next(.event).namespace == "/chat")
        try await server.stop()
    }

    @Test func queryAndHeadersArrive() async throws {
        let server = try await PeerServer.start { $0.path = "/other" }
        let run = try await sio(
            "emit", "--path", "/other", "--query", "a=b c", "--query", "d=é", "--header", "X-One: 1 2", "--header",
            "X-Two: 2", server.url, "x")
        #expect(run.status == 0, "\(run.stderr)")
        let log = try await server.next(.connect)
        #expect(log.query?["a"] == "b c")
        #expect(log.query?["d"] == "é")
        #expect(log.headers?["x-one"] == "1 2")
        #expect(log.headers?["x-two"] == "2")
        try await server.stop()
    }

    @Test func authOpensTheNamespace() async throws {
        let server = try await PeerServer.start()
        let run = try await sio("emit", "--auth", #"{"token":"secret"}"#, server.url + "/admin", "x")
        #expect(run.status == 0, "\(run.stderr)")
        #expect(try await server.next(.connect).auth == ["token": "secret"])
        try await server.stop()
    }

    @Test func refusalHasTheServersMessageAndData() async throws {
        let server = try await PeerServer.start()
        let run = try await sio("emit", server.url + "/admin", "x")
        #expect(run.status == 1)
        #expect(run.stderr == #"sio: not authorized {"code":401}"# + "\n")
        try await server.stop()
    }

    @Test func verboseTellsEachState() async throws {
        let server = try await PeerServer.start()
        let run = try await sio("emit", "-v", "--transports", "polling", server.url, "x")
        let id = try #require(try await server.next(.connect).sid)
        #expect(
            run.stderr == """
                connecting to \(server.authority)
                transport polling
                connected \(id)
                disconnected io client disconnect

                """)
        try await server.stop()
    }

    // MARK: Failures

    @Test func serverThatIsNotThere() async throws {
        let nobody = try SilentPort()
        let run = try await sio("emit", "http://127.0.0.1:\(nobody.port)", "x")
        #expect(run.status == 1)
        #expect(run.stderr == "sio: xhr poll error: connection refused (127.0.0.1:\(nobody.port))\n")
    }

    @Test(arguments: ["polling", "websocket"])
    func unknownHost(_ transports: String) async throws {
        let run = try await sio("emit", "--transports", transports, "http://no-such-host.invalid", "x")
        #expect(run.status == 1)
        #expect(run.stderr.hasPrefix("sio: "))
        #expect(run.stderr.contains("no-such-host.invalid"))
    }

    @Test(arguments: ["polling", "websocket"])
    func statusOfHTTP(_ transports: String) async throws {
        let server = try await PeerServer.start()
        let run = try await sio("emit", "--path", "/nothing", "--transports", transports, server.url, "x")
        #expect(run.status == 1)
        #expect(run.stderr.hasPrefix("sio: "))
        // Node's server ends a connection that would be a WebSocket there without an answer.
        let hangsUp = PeerServer.isNode && transports == "websocket"
        #expect(run.stderr.contains(hangsUp ? "closed the connection without an HTTP answer" : "404"), "\(run.stderr)")
        try await server.stop()
    }

    @Test func URLWithoutScheme() async throws {
        let run = try await sio("emit", "localhost:3000", "x")
        #expect(run.status == 1)
        #expect(run.stderr == "sio: invalid URL: it must begin with http://, https://, ws:// or wss://\n")
    }

    @Test func serverThatIsSilent() async throws {
        let server = try EventServer(connectAnswer: nil).start()
        defer { server.stop() }
        let run = try await sio("emit", "--timeout", "3", server.url, "x")
        #expect(run.status == 1)
        #expect(run.stderr == "sio: timeout: the server did not answer\n")
    }

    @Test func reservedName() async throws {
        let server = try await PeerServer.start()
        let run = try await sio("emit", server.url, "connect")
        #expect(run.status == 1)
        #expect(run.stderr == "sio: \"connect\" is a reserved event name\n")
        try await server.stop()
    }
}
