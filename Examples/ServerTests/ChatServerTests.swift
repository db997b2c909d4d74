import Foundation
import SocketIO
import Testing

/// How a server of one's own is tested: it is started, and spoken to as its clients do.
@Suite(.timeLimit(.minutes(5))) struct ChatServerTests {
    @Test(arguments: TransportKind.allCases)
    func whatOneSaysTheOthersHear(_ transport: TransportKind) async throws {
        let server = try ChatServer()
        defer { server.stop() }
        try await withSocket(server.url, options("Ada", transport)) { ada in
            // They listen from here on.
            let joined = ada.events("joined") as EventSequence<String>
            let said = ada.events("said") as EventSequence<(String, String)>
            try await ada.waitUntilConnected()
            try await withSocket(server.url, options("Bob", transport)) { bob in
                try await bob.waitUntilConnected()
                #expect(await joined.first { _ in true } == "Bob")
                let length: Int = try await bob.timeout(.seconds(60)).emitWithAck("say", "hello")
                #expect(length == 5)
                let heard = await said.first { _ in true }
                #expect(heard?.0 == "Bob" && heard?.1 == "hello")
            }
        }
    }

    @Test(arguments: TransportKind.allCases)
    func whoHasNoNameIsRefused(_ transport: TransportKind) async throws {
        let server = try ChatServer()
        defer { server.stop() }
        try await withSocket(server.url, options(nil, transport)) { socket in
            let error = await #expect(throws: SocketIOError.self) { try await socket.waitUntilConnected() }
            #expect(error?.code == .connectRejected)
            #expect(error?.message == "a name is wanted")
            #expect(error?.data == ["field": "name"])
        }
    }

    private func options(_ name: String?, _ transport: TransportKind) -> ClientOptions {
        var options = ClientOptions()
        options.transports = [transport]
        options.timeout = .seconds(60)
        options.auth = name.map { .value(["name": $0]) }
        return options
    }
}

/// The server's process, on a port of its own choice.
final class ChatServer: Sendable {
    let url: String
    private let process: ProcessHandle

    init() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().path
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["\(folder)/../../.build-python/bin/python", "\(folder)/chat_server.py"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        self.process = ProcessHandle(process: process)
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        let port = try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines)), "the server has no port")
        url = "http://127.0.0.1:\(port)"
    }

    func stop() { process.stop() }
}

/// Unchecked: it is only told to end, once.
private struct ProcessHandle: @unchecked Sendable {
    let process: Process

    func stop() {
        // Not SIGTERM: the server has inherited the signals that the starting thread blocks.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
