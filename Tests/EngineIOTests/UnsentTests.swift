import EngineIO
import SocketIOProtocol
import TestSupport
import Testing

/// What was given to a transport or an engine, and did not go out before the end.
@Suite(.timeLimit(.minutes(2))) struct UnsentTests {
    /// More than the system keeps.
    private static let large = EnginePacket.message(.binary(Binary([UInt8](repeating: 0, count: 32 << 20))))

    enum Ending: CaseIterable { case silence, reset }

    @Test(arguments: Ending.allCases, [true, false])
    func aWebSocketThatIsClosedBeforeItIsEmpty(_ ending: Ending, isDirect: Bool) async throws {
        let mayEnd = Inbox<Void>()
        let server = try ScriptedServer.webSocket { connection in
            try connection.wait(for: mayEnd)
            if ending == .reset { connection.reset() } else { try connection.hang() }
        }
        var configuration = try TransportConfiguration(webSocket: server.url)
        configuration.allowsDirectWebSocket = isDirect
        let ready = configuration
        let probe = try TransportProbe { WebSocketTransport(ready) }
        await probe.open()
        #expect(try await probe.next() == .opened)
        await probe.send(EnginePacket(.message, text: "small"), Self.large, EnginePacket(.message, text: "last"))
        #expect(await probe.run { $0.unsent.messages } >= 2)
        await probe.close()
        mayEnd.put(())
        let error = try await probe.failure()
        #expect(error.transport == .websocket)
        // On a busy machine, the second is over before the reset.
        #expect(error.code == .timedOut || ending == .reset && error.code == .disconnected)
        #expect(await probe.run { $0.unsent.messages } >= 2, "it is lost")
    }

    @Test func aWebSocketThatIsClosedWhenItIsEmpty() async throws {
        let server = try ScriptedServer.webSocket { connection in
            while try connection.readFrame().opcode != .close {}
            connection.reset()
        }
        let probe = try TransportProbe(server)
        await probe.open()
        #expect(try await probe.next() == .opened)
        await probe.send(EnginePacket(.message, text: "all"))
        await probe.close()
        #expect(try await probe.end() == nil)
        #expect(await probe.run { $0.unsent } == Load())
    }

    /// The load is known after the end, too; without what a transport before it has taken.
    @Test func anEngineTellsWhatIsLost() async throws {
        try await onLoop { transport, core in
            core.write([.text(Binary(utf8: "abc"))])
            #expect(core.unsent == Load(messages: 1, bytes: 3), "it waits for the session")
            transport.report(handshake)
            #expect(transport.sent == 1)
            core.write([.text(Binary(utf8: "de"))])
            #expect(core.unsent == Load(messages: 2, bytes: 5))
            transport.report(.closed(SocketIOError(.disconnected, "gone")))
            #expect(core.unsent == Load(messages: 2, bytes: 5))
        }
    }

    @Test func nothingIsDoneAfterTheEnd() async throws {
        try await onLoop(endsWhenOpen: true) { transport, core in
            core.write([.text(Binary(utf8: "abc"))])
            transport.report(handshake)
            #expect(transport.sent == 0, "it would go out after the end")
            #expect(core.unsent == Load(messages: 1, bytes: 3))
            core.write([.text(Binary(utf8: "late"))])
            #expect(core.unsent == Load(messages: 1, bytes: 3))
        }
    }

    private var handshake: TransportEvent {
        .packet(EnginePacket(.open, text: String(ScriptedServer.openPacket(upgrades: ["websocket"]).dropFirst())))
    }

    /// - Parameter endsWhenOpen: Whether the handler of the opening aborts the session.
    private func onLoop(
        endsWhenOpen: Bool = false, _ body: @escaping @LoopActor @Sendable (RecordingTransport, EngineCore) -> Void
    ) async throws {
        try EventLoop.shared.acquire()
        defer { EventLoop.shared.release() }
        let configuration = try EngineConfiguration(url: ServerURL("http://localhost"), options: EngineOptions())
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            EventLoop.shared.post {
                let transport = RecordingTransport()
                var kinds: [TransportKind] = []
                var core: EngineCore?
                let made = EngineCore(configuration) { kind, _ in
                    kinds.append(kind)
                    return kind == .polling ? transport : RecordingTransport()
                } onEvent: { event in
                    if case .opened = event, endsWhenOpen { core?.abort() }
                }
                core = made
                made.open()
                body(transport, made)
                made.abort()
                core = nil
                if endsWhenOpen { #expect(kinds == [.polling], "no probe after the end") }
                continuation.resume()
            }
        }
    }
}
