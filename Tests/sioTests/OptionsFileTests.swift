import Foundation
import TestSupport
import Testing

/// `--options FILE`.
@Suite(.serialized, .timeLimit(.minutes(5))) struct OptionsFileTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func file(_ json: String) throws -> String { try directory.write(Data(json.utf8), to: "options.json") }

    @Test func theFileSaysHowToConnect() async throws {
        let certificates = try await TestCertificates.shared
        let server = try await PeerServer.start {
            $0.tls = .init(certificates.server, clientCA: certificates.ca)
            $0.path = "/io"
        }
        let options = try file(
            """
            {"ca": "\(certificates.ca)", "cert": "\(certificates.client.certificate)", "key": "\(certificates.client.key)",
             "path": "/io", "transports": ["websocket"], "query": {"a": "b"}, "auth": {"token": "secret"}}
            """)
        let run = try await sio("emit", "--options", options, "--ack", server.url + "/admin", "ack", "1")
        #expect(run.status == 0, "\(run.stderr)")
        #expect(run.stdout == "[1]\n")
        let connect = try await server.next(.connect)
        #expect(connect.query?["a"] == "b" && connect.query?["transport"] == "websocket")

        let other = try await sio(
            "emit", "--options", options, "--transports", "polling", "--query", "a=c", server.url + "/admin", "ack", "1"
        )
        #expect(other.status == 0, "\(other.stderr)")
        let second = try await server.next(.connect)
        #expect(second.query?["a"] == "c" && second.query?["transport"] == "polling", "the command line counts more")
        try await server.stop()
    }

    @Test(arguments: [
        (#"{"reconectionDelay": 5}"#, "reconectionDelay: there is no such option; did you mean reconnectionDelay?\n"),
        (#"{"path": 5}"#, "path: Expected String, found a number.\n"),
        ("x", ""),
    ])
    func aWrongFileIsAnError(json: String, message: String) async throws {
        let path = try file(json)
        let run = try await sio("emit", "--options", path, "http://127.0.0.1:1", "x")
        #expect(run.status == 1)
        #expect(run.stderr.hasPrefix("sio: \(path): the options cannot be read: \(message)"), "\(run.stderr)")
    }

    @Test(arguments: ["polling", "websocket"], [false, true])
    func theEnvironmentsProxyIsUsedOnlyWhenAsked(_ transport: String, isAsked: Bool) async throws {
        let server = try await PeerServer.start()
        let proxy = try await ProxyServer.start(demandsCredentials: true)
        let options = try file(
            #"{"transports": ["\#(transport)"], "agent": {"proxyFromEnvironment": \#(isAsked)}}"#)
        let run = try await sio(
            "emit", "--options", options, server.url, "note",
            environment: ["http_proxy": proxy.urlWithCredentials, "no_proxy": "other.example"])
        #expect(run.status == 0, "\(run.stderr)")
        if isAsked {
            #expect(try await proxy.tunnels.next() == server.authority)
        } else {
            #expect(proxy.tunnels.all.isEmpty)
        }
        try await server.stop()
    }

    @Test func aMissingFileIsAnError() async throws {
        let run = try await sio("emit", "--options", "/does/not/exist", "http://127.0.0.1:1", "x")
        #expect(run.status == 1)
        #expect(run.stderr == "sio: /does/not/exist: No such file or directory\n")
    }
}
