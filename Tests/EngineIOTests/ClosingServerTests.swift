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
    func sessionsWorkAndNothingIsSentTwice(_ ending: Ending) async throws {
        let echo = EchoServer(ending)
        let server = try ScriptedServer { try echo.serve($0) }
        defer {
            echo.stop()
            server.stop()
        }
        let (sessions, rounds) = (15, 5)
        var options = EngineOptions()
        options.transports = [.polling]
        let ends = Inbox<String>()
        let engines = try (0..<sessions).map { _ in try Engine(server.url, options) }
        let answers = engines.map { _ in Inbox<String>() }
        for (engine, answers) in zip(engines, answers) {
            engine.on(.message) { answers.put($0.bytes.text) }
            engine.on(.error) { ends.put($0.message) }
            engine.open()
        }
        for round in 0..<rounds {
            for (index, engine) in engines.enumerated() {
                engine.send(text: "\(index)/\(round)")
                // Behind it, and in a request of its own most of the time.
                engine.send(binary: [UInt8(index), UInt8(round)])
            }
            for (index, answers) in answers.enumerated() {
                #expect(try await answers.next(within: standardDeadline) == "\(index)/\(round)", "\(ends.all)")
            }
        }
        for engine in engines { engine.close() }
        #expect(ends.all == [])
        let posted = echo.texts
        #expect(posted.count == sessions * rounds && Set(posted).count == posted.count, "something came twice")
        #expect(server.errors.isEmpty)
    }

    /// Without the server's word, a connection is taken again when it has stayed open for a while.
    @Test func aServerThatSaysNothingAndKeepsItsConnectionsIsRecognized() async throws {
        let posts = Inbox<Int>()
        let server = try ScriptedServer { connection in
            while true {
                let request = try connection.readHTTPRequest()
                if request.query["sid"] == nil {
                    try connection.respond(body: ScriptedServer.openPacket(), saysKeepAlive: false)
                } else if request.method == "POST" {
                    posts.put(request.connection)
                    try connection.respond(body: "ok", saysKeepAlive: false)
                } else {
                    try connection.hang()
                }
            }
        }
        let probe = try TransportProbe(polling: server.url)
        try await probe.handshake()
        // Not before this is over, one may be taken again.
        try await Task.sleep(for: .milliseconds(150))
        for _ in 0..<10 {
            await probe.send(EnginePacket(.message))
            try await probe.drained()
        }
        // The GET has one of its own, and the POSTs take that of the handshake.
        #expect(server.connectionCount == 2)
        await probe.abort()
    }
}

/// Sends back each text, once for all that came with it.
///
/// Unchecked: everything is behind the condition's lock.
private final class EchoServer: @unchecked Sendable {
    private let ending: ClosingServerTests.Ending
    private let condition = NSCondition()
    private var count = 0
    private var waiting: [String: [String]] = [:]
    private var received: [String] = []
    private var isOver = false

    init(_ ending: ClosingServerTests.Ending) { self.ending = ending }

    var texts: [String] { condition.withLock { received.filter { $0.hasPrefix("4") } } }

    func stop() {
        condition.withLock { isOver = true }
        condition.broadcast()
    }

    /// One request of a connection.
    func serve(_ connection: ScriptedConnection) throws {
        let request = try connection.readHTTPRequest()
        try connection.respond(body: try answer(to: request), saysKeepAlive: false)
        ending.end(connection)
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
