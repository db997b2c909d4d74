import Foundation
import TestSupport
import Testing

/// The built `sio listen` against python-socketio.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ListenTests {
    @Test func eventsAreLines() async throws {
        let server = try await PeerServer.start()
        let listener = try startSIO("listen", "--count", "3", server.url)
        _ = try await server.next(.connect)
        try server.emit("news", "hello", ["a": [1, nil]])
        #expect(try await listener.lines.next() == #"{"event":"news","args":["hello",{"a":[1,null]}]}"#)
        try server.emit("bytes", .binary(Data([0, 255])))
        #expect(try await listener.lines.next() == #"{"event":"bytes","args":[{"base64":"AP8="}]}"#)
        try server.emit("nothing")
        #expect(try await listener.lines.next() == #"{"event":"nothing","args":[]}"#)
        #expect(try await listener.waitForExit() == 0)
        #expect(try await server.next(.disconnect).reason == "client disconnect")
        #expect(listener.stderr == "")
        try await server.stop()
    }

    @Test func namesAreAFilter() async throws {
        let server = try await PeerServer.start()
        let listener = try startSIO("listen", "--count", "2", server.url, "a", "b")
        _ = try await server.next(.connect)
        for name in ["x", "b", "y", "a", "b"] { try server.emit(name) }
        #expect(try await listener.waitForExit() == 0)
        #expect(listener.stdout == #"{"event":"b","args":[]}"# + "\n" + #"{"event":"a","args":[]}"# + "\n")
        try await server.stop()
    }

    @Test(arguments: [("42", [42]), (#"[1,"a"]"#, [1, "a"]), ("[]", []), ("[[1]]", [[1]])] as [(String, [PeerValue])])
    func eventsAreAcknowledged(_ json: String, _ answer: [PeerValue]) async throws {
        let server = try await PeerServer.start()
        let listener = try startSIO("listen", "--count", "2", "--ack", json, server.url)
        let sid = try #require(try await server.next(.connect).sid)
        // An event that wants no answer gets none.
        try server.emit("news")
        try server.emit("question", "why", to: sid, ack: true)
        #expect(try await server.next(.answer).args == answer)
        #expect(try await listener.waitForExit() == 0)
        try await server.stop()
    }

    @Test func timeEndsInOrder() async throws {
        let server = try EventServer().start()
        defer { server.stop() }
        // The connection comes first, however busy the machine is.
        #expect(try await sio("listen", "--for", "5", "--transports", "polling", server.url).status == 0)
        _ = try await server.requests.next("the goodbye") { $0.method == "POST" && $0.text.hasPrefix("41") }
    }

    @Test func survivesARestartOfTheServer() async throws {
        let server = try await PeerServer.start()
        let listener = try startSIO("listen", "-v", "--count", "1", server.url)
        _ = try await server.next(.connect)
        try await eventually("the upgrade") { listener.stderr.contains("transport websocket") }
        try await server.restart()
        _ = try await server.next(.connect)
        try server.emit("again")
        #expect(try await listener.waitForExit() == 0)
        #expect(listener.stdout == #"{"event":"again","args":[]}"# + "\n")
        let told = listener.stderr
        #expect(told.contains("disconnected transport close"), "\(told)")
        #expect(told.contains("reconnect attempt 1"), "\(told)")
        #expect(told.split(separator: "\n").filter { $0.hasPrefix("connected ") }.count == 2, "\(told)")
        try await server.stop()
    }

    @Test func keepsTryingAndSaysWhyOnce() async throws {
        let server = try EventServer(refusals: 3, events: [#"["again"]"#]).start()
        defer { server.stop() }
        let listener = try startSIO("listen", "--count", "1", "--transports", "polling", server.url)
        #expect(try await listener.waitForExit() == 0)
        #expect(listener.stdout == #"{"event":"again","args":[]}"# + "\n")
        #expect(listener.stderr == "sio: xhr poll error: HTTP 503 Status; trying again\n")
    }

    /// Of which an options file may tell.
    @Test func theLastAttemptEndsIt() async throws {
        let nobody = try SilentPort()
        let directory = try TemporaryDirectory()
        let json = #"{"reconnectionAttempts": 2, "reconnectionDelay": 10}"#
        let options = try directory.write(Data(json.utf8), to: "options.json")
        let run = try await sio("listen", "--options", options, "http://127.0.0.1:\(nobody.port)")
        #expect(run.status == 1)
        #expect(
            run.stderr == """
                sio: xhr poll error: connection refused (127.0.0.1:\(nobody.port)); trying again
                sio: no further attempt to reconnect

                """)
    }

    /// Where a server stands still before the connection is there.
    enum Silence: CaseIterable {
        case beforeTheHandshake, beforeTheNamespace

        func start() throws -> ScriptedServer {
            switch self {
            case .beforeTheHandshake: try ScriptedServer { try $0.hang() }
            case .beforeTheNamespace: try EventServer(connectAnswer: nil).start()
            }
        }
    }

    @Test(arguments: Silence.allCases, ["polling", "websocket"])
    func timeEndsTheWaitForASilentServer(_ silence: Silence, _ transports: String) async throws {
        let server = try silence.start()
        defer { server.stop() }
        let start = ContinuousClock.now
        let run = try await sio("listen", "--for", "1", "--transports", transports, server.url)
        #expect(ContinuousClock.now - start >= .seconds(1))
        #expect(run.status == 0)
        #expect(run.stdout == "" && run.stderr == "")
    }

    // MARK: Failures

    @Test func withoutReconnectionTheFirstFailureEndsIt() async throws {
        let nobody = try SilentPort()
        let run = try await sio("listen", "--no-reconnect", "http://127.0.0.1:\(nobody.port)")
        #expect(run.status == 1)
        #expect(run.stderr == "sio: xhr poll error: connection refused (127.0.0.1:\(nobody.port))\n")
    }

    @Test func withoutReconnectionALostConnectionEndsIt() async throws {
        let server = try await PeerServer.start()
        let listener = try startSIO("listen", "--no-reconnect", "--transports", "websocket", server.url)
        let sid = try #require(try await server.next(.connect).sid)
        try server.kill(sid)
        #expect(try await listener.waitForExit() == 1)
        #expect(listener.stderr.hasPrefix("sio: "))
        #expect(listener.stderr.split(separator: "\n").count == 1)
        try await server.stop()
    }

    @Test func refusedNamespaceEndsIt() async throws {
        let server = try await PeerServer.start()
        let run = try await sio("listen", server.url + "/admin")
        #expect(run.status == 1)
        #expect(run.stderr == #"sio: not authorized {"code":401}"# + "\n")
        try await server.stop()
    }

    @Test func disconnectionByTheServerEndsIt() async throws {
        let server = try await PeerServer.start()
        let listener = try startSIO("listen", server.url)
        let sid = try #require(try await server.next(.connect).sid)
        try server.disconnect(sid)
        #expect(try await listener.waitForExit() == 1)
        #expect(listener.stderr == "sio: io server disconnect\n")
        try await server.stop()
    }
}
