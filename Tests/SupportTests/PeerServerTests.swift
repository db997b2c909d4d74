import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct PeerServerTests {
    /// Runs python-socketio's own client and returns what it printed.
    private func client(_ server: PeerServer, _ options: [String] = [], calls: PeerValue = []) async throws -> Output {
        let calls = String(decoding: try JSONEncoder().encode(calls), as: UTF8.self)
        let run = try await ChildProcess.run(
            try Repository.python, [Repository.peer("client.py")] + options + [server.url, calls])
        let lines = run.stdout.split(separator: "\n")
        let values = try lines.map { try JSONDecoder().decode(PeerValue.self, from: Data($0.utf8)) }
        return Output(status: run.status, values: values, stderr: run.stderr)
    }

    private struct Output {
        let status: Int32
        let values: [PeerValue]
        let stderr: String
    }

    @Test(arguments: PeerServer.Options.Framework.allCases, ["polling", "websocket", "polling,websocket"])
    func callsAreAnswered(_ framework: PeerServer.Options.Framework, _ transports: String) async throws {
        let server = try await PeerServer.start { $0.framework = framework }
        let bytes = PeerValue.binary(Data([0, 1, 255]))
        let calls: PeerValue = [["ask", "why"], ["add", 1, 2], ["echo", ["a": [bytes]]]]
        let output = try await client(server, ["--transports", transports], calls: calls)
        #expect(output.values == [nil, 3, ["a": [bytes]]], "\(output.stderr)")
        #expect(try await server.next(.answer).args == ["why!"])
        try await server.stop()
    }

    @Test func messagePack() async throws {
        let server = try await PeerServer.start { $0.parser = "msgpack" }
        let output = try await client(server, ["--parser", "msgpack"], calls: [["add", 1, 2]])
        #expect(output.values == [3], "\(output.stderr)")
        try await server.stop()
    }

    @Test(arguments: PeerServer.Options.Framework.allCases)
    func clientCertificateIsSeen(_ framework: PeerServer.Options.Framework) async throws {
        let certificates = try await TestCertificates.shared
        let server = try await PeerServer.start {
            $0.framework = framework
            $0.tls = .init(certificates.server, clientCA: certificates.ca)
            $0.logsRequests = true
        }
        let options = ["--ca", certificates.ca]
        let own = ["--cert", certificates.client.certificate, "--key", certificates.client.key]
        let output = try await client(server, options + own, calls: [["headers"]])
        #expect(output.values.first?["subject"] == "client", "\(output.stderr)")
        #expect(try await server.next(.request).subject == "client")

        let other = certificates.clientOtherCA
        for identity in [[], ["--cert", other.certificate, "--key", other.key]] {
            #expect(try await client(server, options + identity).status != 0)
        }
        try await server.stop()
    }

    @Test func wrongAuthIsRefused() async throws {
        let server = try await PeerServer.start()
        let refused = try await client(server, ["--namespace", "/admin", "--auth", "{}"])
        #expect(refused.values == [["message": "not authorized", "data": ["code": 401]]])
        let admitted = try await client(
            server, ["--namespace", "/admin", "--auth", #"{"token":"secret"}"#], calls: [["ack", "yes"]])
        #expect(admitted.values == ["yes"], "\(admitted.stderr)")
        try await server.stop()
    }

    @Test(arguments: PeerServer.Options.Framework.allCases)
    func killCutsTheConnection(_ framework: PeerServer.Options.Framework) async throws {
        let server = try await PeerServer.start { $0.framework = framework }
        async let output = client(server, ["--transports", "websocket"], calls: [["silent"]])
        let sid = try #require(try await server.next(.event).sid)
        try server.kill(sid)
        #expect(try await server.next(.disconnect).reason == "transport close")
        #expect(try await output.status != 0)
        try await server.stop()
    }

    @Test func restartKeepsThePort() async throws {
        let server = try await PeerServer.start()
        try await server.stop()
        #expect(SilentPort(host: "127.0.0.1", port: server.port) == nil, "another server could have it")
        try await server.restart()
        #expect(try await client(server, calls: [["add", 1, 2]]).values == [3])
        try await server.stop()
    }

    @Test func aFailedCommandIsLogged() async throws {
        let server = try await PeerServer.start()
        try server.kill("nobody")
        #expect(try await server.next(.error).message != nil)
        try await server.stop()
    }
}
