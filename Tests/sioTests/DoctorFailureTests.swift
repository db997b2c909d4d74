import Foundation
import SocketIO
import TestSupport
import Testing

/// The built `sio doctor` against servers of which something is wrong besides TLS.
@Suite(.serialized, .timeLimit(.minutes(5))) struct DoctorFailureTests {
    private static let untried = ["polling skipped", "websocket skipped", "upgrade skipped", "namespace skipped"]

    // MARK: The way to the server

    @Test func nameThatDoesNotResolve() async throws {
        let examination = try await Examination.run("http://no-such-host.invalid")
        #expect(examination.status == 10)
        #expect(examination.course == ["dns failed", "tcp skipped"] + Self.untried)
        #expect(examination.json["firstFailure"] == "dns")
        #expect(examination.cause(of: "dns").hasPrefix("could not resolve host \"no-such-host.invalid\""))
        #expect(examination.advice(of: "dns").hasPrefix("Check the name in the URL"))
    }

    @Test(arguments: ["polling", "websocket"])
    func nothingListens(_ transport: String) async throws {
        let nobody = try SilentPort()
        let run = try await sio("doctor", "--transports", transport, "https://127.0.0.1:\(nobody.port)")
        #expect(run.status == 11)
        #expect(run.stdout.contains("✗ tcp "))
        #expect(run.stdout.contains("      cause:   connection refused (127.0.0.1:\(nobody.port))\n"), "\(run.stdout)")
        #expect(
            run.stdout.contains("      advice:  Nothing listens there: start the server, or correct the port.\n"))
        #expect(run.stdout.contains("– tls       "))
        #expect(run.stdout.contains("not tried: tcp failed\n"))
        #expect(run.stdout.hasSuffix("\nThe first failing step is tcp: status 11.\n"))
    }

    // MARK: Deadlines

    @Test(arguments: [("https", 12, "tls"), ("http", 13, "polling")])
    func silentServer(_ scheme: String, _ status: Int32, _ step: String) async throws {
        let server = try ScriptedServer { try $0.hang() }
        let examination = try await Examination.run(
            "--transports", "polling", "--timeout", "3", "\(scheme)://\(server.authority)")
        #expect(examination.status == status)
        let waiting = step == "tls" ? "in the TLS handshake" : "while waiting for the HTTP answer"
        #expect(examination.cause(of: step) == "timeout after 3 s \(waiting)")
        #expect(examination.status(of: "tcp") == "ok")
        #expect(examination[step]?["milliseconds"]?.doubleValue ?? 0 >= 2000)
        server.stop()
    }

    // MARK: HTTP

    @Test func pathThatIsNotThere() async throws {
        let server = try await PeerServer.start()
        let examination = try await Examination.run("--path", "/nothing", server.url)
        #expect(examination.status == 13)
        #expect(
            examination.course == [
                "dns ok", "tcp ok", "polling failed", "websocket failed", "upgrade skipped", "namespace skipped",
            ])
        #expect(examination.cause(of: "polling").hasPrefix("HTTP 404"))
        #expect(examination.details(of: "polling")["httpStatus"] == 404)
        #expect(examination.advice(of: "polling").hasPrefix("The server does not listen at /nothing: "))
        #expect(examination["namespace"]?["summary"] == "not tried: polling and websocket failed")
        try await server.stop()
    }

    @Test func noSocketIOServer() async throws {
        let server = try ScriptedServer { connection in
            while true {
                try connection.readHTTPRequest()
                try connection.respond(body: "<html>Welcome</html>")
            }
        }
        let examination = try await Examination.run(server.url)
        #expect(examination.status == 13)
        #expect(examination.cause(of: "polling").contains("<html>Welcome</html>"))
        #expect(examination.advice(of: "polling").hasPrefix("What answers there is no Socket.IO server "))
        server.stop()
    }

    @Test func noPolling() async throws {
        let server = try await PeerServer.start { $0.transports = ["websocket"] }
        let examination = try await Examination.run(server.url)
        #expect(examination.status == 13)
        #expect(
            Array(examination.course.dropFirst(2)) == [
                "polling failed", "websocket ok", "upgrade skipped", "namespace ok",
            ], "\(examination.output)")
        #expect(examination.advice(of: "polling").hasSuffix("give --transports websocket."), "\(examination.output)")
        #expect(examination.details(of: "namespace")["transport"] == "websocket")
        try await server.stop()
    }

    // MARK: WebSocket

    @Test func noWebSocket() async throws {
        let server = try await PeerServer.start { $0.transports = ["polling"] }
        let examination = try await Examination.run(server.url + "/chat")
        #expect(examination.status == 14)
        #expect(
            Array(examination.course.dropFirst(2)) == [
                "polling ok", "websocket failed", "upgrade skipped", "namespace ok",
            ])
        #expect(
            examination.advice(of: "websocket")
                == "The server offers no WebSocket: enable it there, or give --transports polling.")
        #expect(examination.details(of: "namespace")["transport"] == "polling")
        _ = try await server.next(.connect, "/chat")
        try await server.stop()
    }

    @Test func proxyThatDoesNotPassOnTheUpgrade() async throws {
        let server = try await PeerServer.start()
        let nginx = try await NginxServer.start(passingTo: server, passesOnUpgrade: false)
        let directory = try TemporaryDirectory()
        let run = try await sio("doctor", "--options", try nginx.options(in: directory), "http://localhost")
        #expect(run.status == 14, "\(run.stdout)")
        #expect(run.stdout.contains("✓ polling "))
        #expect(run.stdout.contains("✗ websocket "))
        #expect(run.stdout.contains("does not pass on the Upgrade; let it (with nginx: proxy_http_version 1.1, "))
        #expect(run.stdout.contains("✓ namespace "))
        #expect(run.stdout.hasSuffix("\nThe first failing step is websocket: status 14.\n"))
        try await server.stop()
    }

    // MARK: The upgrade

    @Test func balancerThatIsNotSticky() async throws {
        let server = try ScriptedServer { connection in
            while true {
                let request = try connection.readHTTPRequest()
                if request.query["transport"] == "websocket" {
                    guard request.query["sid"] == nil else {
                        try connection.respond(400, body: #"{"code":1,"message":"Session ID unknown"}"#)
                        continue
                    }
                    try connection.upgradeToWebSocket(request)
                    try connection.writeText(ScriptedServer.openPacket())
                    while true { _ = try connection.readFrame() }
                } else if request.method == "POST" {
                    try connection.respond(body: "ok")
                } else if request.query["sid"] == nil {
                    try connection.respond(body: ScriptedServer.openPacket(upgrades: ["websocket"]))
                } else {
                    usleep(50_000)
                    try connection.respond(body: #"40{"sid":"socket"}"#)
                }
            }
        }
        let examination = try await Examination.run(server.url)
        #expect(examination.status == 15, "\(examination.output)")
        #expect(
            Array(examination.course.dropFirst(2)) == [
                "polling ok", "websocket ok", "upgrade failed", "namespace ok",
            ])
        #expect(examination.cause(of: "upgrade").contains("Session ID unknown"))
        #expect(examination.advice(of: "upgrade").contains("make the balancer sticky"))
        server.stop()
    }

    // MARK: The namespace

    @Test func refusedNamespace() async throws {
        let server = try await PeerServer.start()
        let run = try await sio("doctor", server.url + "/admin")
        #expect(run.status == 16)
        #expect(run.stdout.contains("✓ upgrade "))
        #expect(run.stdout.contains("✗ namespace "))
        #expect(run.stdout.contains("      cause:   not authorized {\"code\":401}\n"))
        #expect(run.stdout.contains("give what it expects with --auth.\n"))
        let examination = try await Examination.run(
            "--auth", #"{"token":"secret"}"#, server.url + "/admin")
        #expect(examination.status == 0, "\(examination.output)")
        try await server.stop()
    }

    @Test func unknownNamespace() async throws {
        let server = try await PeerServer.start()
        let examination = try await Examination.run(server.url + "/nothing")
        #expect(examination.status == 16)
        #expect(examination.json["firstFailure"] == "namespace")
        #expect(examination.advice(of: "namespace").hasPrefix("The server has no namespace /nothing: "))
        try await server.stop()
    }

    @Test func namespaceThatIsNotAnswered() async throws {
        let server = try await PeerServer.start()
        let examination = try await Examination.run(
            "--timeout", "3", "--auth", #"{"delay":30}"#, server.url + "/slow-connect")
        #expect(examination.status == 16)
        #expect(examination.cause(of: "namespace") == "timeout: the server did not answer")
        #expect(examination.advice(of: "namespace").hasPrefix("The server does not answer for the namespace: "))
        try await server.stop()
    }
}
