import EngineIO
import Foundation
import Glibc
import SocketIOProtocol
import TestSupport
import Testing

/// A server that ends each connection after one answer, without saying so. What was sent on it meanwhile is lost.
@Suite(.timeLimit(.minutes(2))) struct ClosingServerTests {
    enum Ending: CaseIterable {
        case atOnce, withReset, late, lateWithReset

        func end(_ connection: ScriptedConnection) {
            // Long enough that a client which takes the connection again always does so before its end.
            if self == .late || self == .lateWithReset { usleep(20_000) }
            if self == .withReset || self == .lateWithReset {
                // A reset would take the answer with it, if that had not arrived.
                connection.waitUntilTaken()
                connection.reset()
            } else {
                connection.close()
            }
        }
    }

    @Test(arguments: Ending.allCases)
    func costsOneSessionAtMostAndNothingIsSentTwice(_ ending: Ending) async throws {
        let echo = EchoServer()
        let server = try ScriptedServer { connection in
            try echo.serve(connection)
            ending.end(connection)
        }
        defer {
            echo.stop()
            server.stop()
        }
        let reuse = ConnectionReuse()
        var (losses, echoed) = (0, 0)
        for session in 0..<15 {
            let probe = try TransportProbe(polling: server.url, reuse: reuse)
            do {
                try await probe.handshake()
                for round in 0..<5 {
                    let packet = EnginePacket(.message, text: "\(session)/\(round)")
                    // Beside each other, and behind.
                    await probe.send(packet, .message(.binary([1, 2, 3])))
                    await probe.send(EnginePacket(.pong))
                    #expect(try await probe.nextPacket() == packet)
                    echoed += 1
                }
                await probe.close()
                if let error = try await probe.end() { throw error }
            } catch {
                losses += 1
                await probe.abort()
            }
        }
        #expect(losses <= 1)
        let texts = echo.texts
        #expect(texts.count >= echoed && Set(texts).count == texts.count, "something came twice")
        #expect(server.errors.isEmpty)
    }

    @Test func isRecognizedByTheFirstLoss() async throws {
        let echo = EchoServer()
        let server = try ScriptedServer { connection in
            try echo.serve(connection)
            // With the next request, which it does not answer.
            if connection.index == 0 { _ = try connection.readSome() }
        }
        defer {
            echo.stop()
            server.stop()
        }
        let reuse = ConnectionReuse()
        let first = try TransportProbe(polling: server.url, reuse: reuse)
        try await first.handshake()
        #expect(try await first.failure().code == .disconnected)
        for _ in 0..<3 {
            let probe = try TransportProbe(polling: server.url, reuse: reuse)
            try await probe.handshake()
            await probe.send(EnginePacket(.message, text: "a"))
            #expect(try await probe.nextPacket() == EnginePacket(.message, text: "a"))
            await probe.close()
            #expect(try await probe.end() == nil)
        }
    }

    @Test func whatHasWorkedIsTriedOnceMore() async throws {
        // Without, there may be no thread for it to run on.
        try EventLoop.shared.acquire()
        defer { EventLoop.shared.release() }
        await checkWhatHasWorked()
    }

    @LoopActor private func checkWhatHasWorked() {
        let reuse = ConnectionReuse()
        reuse.noteAnswer()
        reuse.noteLoss(after: .milliseconds(10))
        #expect(reuse.isAllowed, "the server was restarted")
        reuse.noteLoss(after: .seconds(20))
        #expect(reuse.isAllowed, "a quiet connection was lost to something else")
        reuse.noteLoss(after: .milliseconds(10))
        #expect(!reuse.isAllowed)
        reuse.noteAnswer()
        #expect(!reuse.isAllowed)
    }
}

/// Sends back each text, once for all that came with it.
///
/// Unchecked: everything is behind the condition's lock.
private final class EchoServer: @unchecked Sendable {
    private let condition = NSCondition()
    private var count = 0
    private var waiting: [String: [String]] = [:]
    private var received: [String] = []
    private var isOver = false

    var texts: [String] { condition.withLock { received.filter { $0.hasPrefix("4") } } }

    func stop() {
        condition.withLock { isOver = true }
        condition.broadcast()
    }

    /// One request of a connection.
    func serve(_ connection: ScriptedConnection) throws {
        let request = try connection.readHTTPRequest()
        try connection.respond(body: try answer(to: request))
    }

    private func answer(to request: HTTPRequest) throws -> String {
        guard let sid = request.query["sid"] else {
            let sid = condition.withLock {
                count += 1
                return "session\(count)"
            }
            return ScriptedServer.openPacket(sid: sid)
        }
        if request.method == "POST" {
            let packets = request.text.split(separator: "\u{1E}").map(String.init)
            condition.withLock {
                received += packets
                waiting[sid, default: []] += packets.filter { $0.hasPrefix("4") }
            }
            condition.broadcast()
            return "ok"
        }
        return try condition.withLock {
            while waiting[sid, default: []].isEmpty && !isOver { condition.wait() }
            guard !isOver else { throw ScriptedConnection.Failure.closed }
            return waiting.removeValue(forKey: sid, default: []).joined(separator: "\u{1E}")
        }
    }
}

extension Dictionary {
    fileprivate mutating func removeValue(forKey key: Key, default value: Value) -> Value {
        removeValue(forKey: key) ?? value
    }
}
