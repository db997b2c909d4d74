import Foundation
import SocketIO
import TestSupport
import Testing

/// What the article on mutual TLS shows is run.
@Suite(.timeLimit(.minutes(5))) struct MutualTLSTests {
    private static let path = "\(Repository.root)/Sources/SocketIO/SocketIO.docc/MutualTLS.md"

    private static func blocks(_ language: String) throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8).matches(of: /```(\w+)\n((?s).*?)```/).compactMap {
            $0.1 == language ? String($0.2) : nil
        }
    }

    /// Runs all of the article's commands in a folder.
    private func makeFiles(in directory: TemporaryDirectory) async throws {
        let commands = try Self.blocks("sh")
        #expect(commands.count == 3)
        let script = "set -eu; cd '\(directory.path)'; export KEY_PASS=secret\n" + commands.joined(separator: "\n")
        let run = try await ChildProcess.run("/bin/sh", ["-c", script], within: .seconds(60))
        #expect(run.status == 0, "\(run.stderr)")
    }

    private func options(_ directory: TemporaryDirectory, socketPath: String) throws -> ClientOptions {
        let json = try #require(try Self.blocks("json").first)
        var options = try ClientOptions(json: json.replacingOccurrences(of: "/etc/acme", with: directory.path))
        options.agent.socketPath = socketPath
        options.reconnection = false
        return options
    }

    private func subject(_ options: ClientOptions) async throws -> JSONValue? {
        try await withSocket("https://gateway.example:8443", options) { socket in
            try await socket.waitUntilConnected()
            let request = try await socket.timeout(standardDeadline).emitWithAck("headers", arguments: [])
            return request.first?["headers"]?["x-client"]
        }
    }

    @Test func theCommandsAndTheConfigurationWork() async throws {
        let directory = try TemporaryDirectory()
        try await makeFiles(in: directory)
        let server = try await Way.websocket.startServer()
        let socketPath = directory.file("nginx.socket")
        var configuration = try #require(try Self.blocks("nginx").first)
        for (text, here) in [
            ("/etc/acme", directory.path), ("listen 8443", "listen unix:\(socketPath)"),
            ("127.0.0.1:3000", server.authority),
        ] {
            #expect(configuration.contains(text))
            configuration = configuration.replacingOccurrences(of: text, with: here)
        }
        var nginx = try await NginxServer.start(configuration: configuration, socketPath: socketPath)
        for transports in [[TransportKind.polling], [.websocket], [.polling, .websocket]] {
            var options = try options(directory, socketPath: socketPath)
            options.transports = transports
            #expect(try await subject(options) == "CN=sensor-7")
        }
        // In its other forms.
        var encrypted = try options(directory, socketPath: socketPath)
        encrypted.key = .file(directory.file("client-encrypted.key"), passphrase: "secret")
        #expect(try await subject(encrypted) == "CN=sensor-7")
        encrypted.cert = nil
        encrypted.key = nil
        encrypted.pfx = .file(directory.file("client.p12"), passphrase: "secret")
        #expect(try await subject(encrypted) == "CN=sensor-7")

        // With the list, this one is out.
        try await nginx.stop()
        #expect(configuration.contains("# ssl_crl"))
        let strict = configuration.replacingOccurrences(of: "# ssl_crl", with: "ssl_crl")
        nginx = try await NginxServer.start(configuration: strict, socketPath: socketPath)
        let refused = try options(directory, socketPath: socketPath)
        let error = await #expect(throws: SocketIOError.self) { try await subject(refused) }
        #expect(
            error?.message.contains(
                "the server asked for a client certificate (issuers CN=Acme CA); the one presented was CN=sensor-7")
                == true,
            "\(error as Any)")
        try await nginx.stop()
        try await server.stop()
    }

    @Test func theSwiftIsCompiled() throws {
        let compiled = try String(
            contentsOfFile: "\(Repository.root)/Tests/SocketIOTests/Readme/Snippets.swift", encoding: .utf8)
        let block = try #require(try Self.blocks("swift").first)
        #expect(compiled.contains(block))
    }
}
