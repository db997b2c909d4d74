import Foundation
import TestSupport
import Testing

/// An event that the server does not take is a failure, and its cause is told.
@Suite(.serialized, .timeLimit(.minutes(5))) struct LostEventTests {
    struct Loss: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let transport: String
        /// A part of the line on standard error.
        let cause: String
        let fate: EventServer.Fate

        init(_ transport: String, _ name: String, _ cause: String, _ fate: @escaping EventServer.Fate) {
            testDescription = "\(transport), \(name)"
            self.transport = transport
            self.cause = cause
            self.fate = fate
        }
    }

    private static let silence = "sio: timeout: waited 5 s for the server to take the event\n"

    static let losses = [
        Loss("polling", "400", "xhr post error: HTTP 400 ") { try $0.respond(400) },
        Loss("polling", "403", "xhr post error: HTTP 403 ") { try $0.respond(403) },
        Loss("polling", "413", "sio: too large for the server: xhr post error: HTTP 413 ") { try $0.respond(413) },
        Loss("polling", "500", "xhr post error: HTTP 500 ") { try $0.respond(500) },
        Loss("polling", "closed", "xhr post error: the server closed the connection") { $0.close() },
        Loss("polling", "reset", "xhr post error: ") { $0.reset() },
        Loss("polling", "silent", silence) { try $0.hang() },
        Loss("websocket", "1009", "sio: too large for the server: websocket connection closed (code 1009: big)") {
            try $0.writeFrame(.close, [0x03, 0xF1] + Array("big".utf8))
            while try $0.readFrame().opcode != .close {}
        },
        Loss("websocket", "1008", "sio: websocket connection closed (code 1008)") {
            try $0.writeFrame(.close, [0x03, 0xF0])
            while try $0.readFrame().opcode != .close {}
        },
        Loss("websocket", "closed", "sio: websocket connection closed (code 1006)") { $0.close() },
        Loss("websocket", "reset", "sio: websocket connection closed (code 1006)") { $0.reset() },
        Loss("websocket", "silent", silence) { try $0.hang() },
    ]

    @Test(arguments: losses)
    func isTold(_ loss: Loss) async throws {
        let server = try EventServer(fate: loss.fate).start()
        defer { server.stop() }
        let run = try await sio("emit", "--timeout", "5", "--transports", loss.transport, server.url, "news", "x")
        #expect(run.status == 1)
        #expect(run.stdout == "")
        #expect(run.stderr.hasPrefix("sio: ") && run.stderr.hasSuffix("\n"))
        #expect(run.stderr.contains(loss.cause), "\(run.stderr)")
        #expect(run.stderr.split(separator: "\n").count == 1, "\(run.stderr)")
    }

    @Test(arguments: ["polling", "websocket"])
    func anEventThatIsTakenIsNone(_ transport: String) async throws {
        let server = try EventServer().start()
        defer { server.stop() }
        let run = try await sio("emit", "--transports", transport, server.url, "news", "x")
        #expect(run.status == 0 && run.stderr == "", "\(run.stderr)")
    }

    @Test func aReaderThatStops() async throws {
        let server = try EventServer(readsEvents: false).start()
        defer { server.stop() }
        let directory = try TemporaryDirectory()
        // More than the system keeps for one that does not read.
        let path = try directory.write(Data(count: 32 << 20), to: "large")
        let run = try await sio("emit", "--timeout", "5", "--transports", "websocket", server.url, "file", "@" + path)
        #expect(run.status == 1)
        #expect(run.stderr == Self.silence)
    }

    @Test func anEventBehindTheEndOfItsNamespace() async throws {
        let server = try EventServer(connectAnswer: "40{\"sid\":\"socket\"}\u{1E}41").start()
        defer { server.stop() }
        let run = try await sio("emit", "--transports", "polling", server.url, "news", "x")
        #expect(run.status == 1)
        #expect(run.stderr == "sio: io server disconnect\n")
        #expect(!server.requests.all.contains { $0.text.hasPrefix("42") })
    }

    @Test func aCloseBeforeTheAcknowledgement() async throws {
        let server = try EventServer { try $0.writeFrame(.close, [0x03, 0xF1]) }.start()
        defer { server.stop() }
        let run = try await sio("emit", "--ack", "--transports", "websocket", server.url, "news", "x")
        #expect(run.status == 1)
        #expect(run.stderr == "sio: too large for the server: websocket connection closed (code 1009)\n")
    }
}
