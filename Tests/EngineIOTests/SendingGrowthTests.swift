import SocketIOProtocol
import TestSupport
import Testing

@testable import EngineIO

/// What comes or goes in masses takes a time in proportion to it.
@Suite(.timeLimit(.minutes(2))) struct SendingGrowthTests {
    private static let pong = EnginePacket(.pong)

    @Test func pongsThatWaitForAWebSocket() {
        let messages = (0..<1000).map { EnginePacket(.message, text: "\($0)") }
        let ratio = growth(from: 5000) { count in
            var queue = WebSocketSendQueue()
            queue.append(messages)
            for _ in 0..<count { queue.appendUrgent(Self.pong) }
            var sent = 0
            while queue.next(atMost: 100, { _, _, _ in }) != nil { sent += 1 }
            #expect(sent == count + messages.count)
        }
        #expect(ratio < 9)
    }

    @Test func pongsThatWaitForAPOST() async throws {
        let server = try PollingServer { try $0.hang() }
        let probe = try TransportProbe(polling: server.url)
        try await probe.handshake()
        await probe.send(EnginePacket(.message))
        let ratio = await probe.run { transport in
            growth(from: 5000) { count in for _ in 0..<count { transport.sendFirst(Self.pong) } }
        }
        #expect(ratio < 9)
    }

    /// With a transport that gives nothing back, and reports everything at once.
    @Test func anEngineWithPingsAndMessages() async throws {
        try EventLoop.shared.acquire()
        defer { EventLoop.shared.release() }
        let configuration = try EngineConfiguration(url: ServerURL("http://localhost"), options: EngineOptions())
        let handshake = EnginePacket(.open, text: String(ScriptedServer.openPacket().dropFirst()))
        let ratio = await withCheckedContinuation { (continuation: CheckedContinuation<Double, Never>) in
            EventLoop.shared.post {
                let ratio = growth(from: 2000) { count in
                    let transport = RecordingTransport()
                    let core = EngineCore(configuration, makeTransport: { _, _ in transport }) { _ in }
                    core.open()
                    transport.onEvent(.packet(handshake))
                    for _ in 0..<count {
                        core.write([.text(Binary(utf8: "a"))])
                        transport.onEvent(.packet(EnginePacket(.ping)))
                    }
                    core.abort()
                }
                continuation.resume(returning: ratio)
            }
        }
        #expect(ratio < 9)
    }

    /// As many as a server can put into one body, in as many POSTs as it takes.
    @Test func everyPingOfABodyHasItsPong() async throws {
        let count = 100_000
        let answered = Locked(0)
        let isDone = Inbox<Bool>()
        let server = try ScriptedServer { connection in
            while true {
                let request = try connection.readHTTPRequest()
                if request.query["sid"] == nil {
                    try connection.respond(body: ScriptedServer.openPacket())
                } else if request.method == "POST" {
                    let pongs = request.text.split(separator: "\u{1E}")
                    let isInOrder = answered.withLock { answered in
                        defer { answered += pongs.count }
                        return pongs.enumerated().allSatisfy { $1 == "3\(answered + $0)" }
                    }
                    if !isInOrder { isDone.put(false) }
                    if answered.withLock({ $0 }) == count { isDone.put(true) }
                    try connection.respond(body: "ok")
                } else if request.connection == 0, answered.withLock({ $0 }) == 0 {
                    try connection.respond(body: (0..<count).map { "2\($0)" }.joined(separator: "\u{1E}"))
                } else {
                    try connection.hang()
                }
            }
        }
        var options = EngineOptions()
        options.transports = [.polling]
        let engine = try Engine(server.url, options)
        engine.open()
        #expect(try await isDone.next())
        engine.close()
    }
}
