import Glibc
import SocketIOProtocol
import TestSupport
import Testing

@testable import EngineIO

/// Where a WebSocket is taken over from the handshake, and how it bears what happens to its connection.
@Suite(.timeLimit(.minutes(5))) struct WebSocketWireTests {
    typealias Kind = ScriptedWire.Kind
    typealias Script = @Sendable (ScriptedWire) throws -> Void

    private let certificates: TestCertificates

    init() async throws { certificates = try await .shared }

    private func server(_ kind: Kind, _ script: @escaping Script) throws -> ScriptedServer {
        let identity = certificates.server
        return try ScriptedServer { connection in try script(try ScriptedWire(connection, kind, identity)) }
    }

    private func probe(
        _ server: ScriptedServer, _ kind: Kind, isDirect: Bool = true, limit: Int? = nil
    ) throws -> TransportProbe {
        var options = TLSOptions()
        options.ca = [.file(certificates.ca)]
        let url = kind == .plain ? server.url : "wss://localhost:\(server.port)"
        let tls = kind == .plain ? nil : try TLSContext(options, host: "localhost")
        var configuration = try TransportConfiguration(webSocket: url, tls: tls)
        configuration.allowsDirectWebSocket = isDirect
        if let limit { configuration.limits.messageBytes = limit }
        let ready = configuration
        return try TransportProbe { WebSocketTransport(ready) }
    }

    private static func binary(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ count) }
    }

    private func expectTexts(_ count: Int, _ probe: TransportProbe) async throws {
        for number in 0..<count {
            #expect(try await probe.nextPacket() == EnginePacket(.message, text: "\(number)"))
        }
    }

    private static func texts(_ count: Int) -> [UInt8] {
        (0..<count).flatMap { WebSocketFrame.bytes(.text, Array("4\($0)".utf8)) }
    }

    // MARK: The start

    @Test(arguments: Kind.allCases, [true, false])
    func takesWhatCameWithTheAnswer(kind: Kind, isDirect: Bool) async throws {
        let large = Self.binary(400_000)
        let server = try server(kind) { wire in
            try wire.upgrade(glued: Self.texts(40) + WebSocketFrame.bytes(.binary, large))
            try wire.write(text: "4last")
            _ = try wire.readFrame()
        }
        let probe = try probe(server, kind, isDirect: isDirect)
        await probe.open()
        try await expectTexts(40, probe)
        #expect(try await probe.nextPacket() == .message(.binary(Binary(large))))
        #expect(try await probe.nextPacket() == EnginePacket(.message, text: "last"))
        #expect(await probe.run { ($0 as? WebSocketTransport)?.isDirect } == isDirect)
    }

    @Test(arguments: Kind.allCases)
    func takesAHeadThatTheAnswerBegan(kind: Kind) async throws {
        let frame = WebSocketFrame.bytes(.binary, Self.binary(70_000))
        for cut in [1, 2, 5, 9, 10, 11, 5000] {
            let server = try server(kind) { wire in
                try wire.upgrade(glued: Self.texts(1) + frame[..<cut])
                usleep(20_000)
                try wire.write(Array(frame[cut...]))
                _ = try wire.readFrame()
            }
            let probe = try probe(server, kind)
            await probe.open()
            try await expectTexts(1, probe)
            #expect(try await probe.nextPacket() == .message(.binary(Binary(Self.binary(70_000)))), "cut at \(cut)")
        }
    }

    /// It would have a body, in which libwebsockets would lose its place.
    @Test(arguments: ["Content-Length: 0\r\n", "Content-Length: 3\r\n"])
    func leavesAnAnswerWithABodyToLibwebsockets(header: String) async throws {
        let server = try server(.plain) { wire in
            try wire.upgrade(headers: header, glued: Self.texts(3))
            _ = try wire.readFrame()
        }
        let probe = try probe(server, .plain)
        await probe.open()
        #expect(try await probe.next() == .opened)
        #expect(await probe.run { ($0 as? WebSocketTransport)?.isDirect } == false)
        try await expectTexts(3, probe)
    }

    @Test(arguments: Kind.allCases, [0, 1, 100])
    func endsRightBehindTheAnswer(kind: Kind, count: Int) async throws {
        let server = try server(kind) { wire in try wire.upgrade(glued: Self.texts(count)) }
        let probe = try probe(server, kind)
        await probe.open()
        #expect(try await probe.next() == .opened)
        try await expectTexts(count, probe)
        #expect(try await probe.failure().close == .init(code: 1006, reason: ""))
    }

    // MARK: The end

    @Test(arguments: Kind.allCases)
    func readsWhatCameBeforeAReset(kind: Kind) async throws {
        let server = try server(kind) { wire in
            try wire.upgrade()
            try wire.write(Self.texts(300))
            try wire.write(WebSocketFrame.bytes(.binary, Self.binary(60_000)))
            usleep(50_000)
            wire.reset()
        }
        let probe = try probe(server, kind)
        await probe.open()
        #expect(try await probe.next() == .opened)
        try await expectTexts(300, probe)
        #expect(try await probe.nextPacket() == .message(.binary(Binary(Self.binary(60_000)))))
        #expect(try await probe.failure().close == .init(code: 1006, reason: ""))
    }

    @Test(arguments: Kind.allCases, [true, false])
    func readsWhileItsOutputIsStalled(kind: Kind, isReset: Bool) async throws {
        let isEnough = Inbox<Void>()
        let server = try server(kind) { wire in
            try wire.upgrade()
            for number in 0..<100 {
                usleep(2000)
                if kind == .tls13, number % 25 == 0 { wire.updateKeys(isRequested: true) }
                try wire.write(text: "4\(number)")
            }
            if isReset {
                usleep(50_000)
                wire.reset()
            } else {
                var left = 4 << 20
                // The frames' heads are more.
                while left > 0 { left -= try wire.read(kind == .plain ? 65_536 : 16_384).count }
                isEnough.put(())
            }
        }
        let probe = try probe(server, kind)
        await probe.open()
        #expect(try await probe.next() == .opened)
        await probe.send(.message(.binary(Binary([UInt8](repeating: 1, count: isReset ? 16 << 20 : 5 << 20)))))
        try await expectTexts(100, probe)
        if isReset {
            #expect(try await probe.failure().close?.code == 1006)
        } else {
            try await isEnough.next()
        }
    }

    @Test(arguments: Kind.allCases)
    func answersACloseFrameWithItsCode(kind: Kind) async throws {
        let answer = Inbox<ScriptedWire.Frame>()
        let server = try server(kind) { wire in
            try wire.upgrade(glued: Self.texts(2) + WebSocketFrame.bytes(.close, [0x0f, 0xa0] + Array("bye".utf8)))
            answer.put(try wire.readFrame())
            while true { _ = try wire.read(1) }
        }
        let probe = try probe(server, kind)
        await probe.open()
        try await expectTexts(2, probe)
        #expect(try await probe.failure().close == .init(code: 4000, reason: "bye"))
        let frame = try await answer.next()
        #expect(frame.opcode == .close)
        #expect(frame.payload.prefix(2) == [0x0f, 0xa0])
    }

    @Test(
        arguments: [
            [0xc1, 0x00], [0x83, 0x00], [0x81, 0x80, 0, 0, 0, 0], [0x80, 0x00], [0x09, 0x00], [0x89, 0x7e],
            [0x88, 1, 3],
            [0x88, 2, 0x03, 0xed], [0x88, 3, 3, 0xe8, 0xff],
        ] as [[UInt8]])
    func closesForAnInvalidFrame(bytes: [UInt8]) async throws {
        let answer = Inbox<ScriptedWire.Frame>()
        let server = try server(.plain) { wire in
            try wire.upgrade(glued: Self.texts(1) + bytes + Self.texts(1))
            answer.put(try wire.readFrame())
        }
        let probe = try probe(server, .plain)
        await probe.open()
        try await expectTexts(1, probe)
        let error = try await probe.failure()
        #expect(error == .invalidFrame)
        let frame = try await answer.next()
        #expect(frame.opcode == .close)
        #expect(frame.payload == [0x03, 0xea])
    }

    @Test func refusesAHugeMessageByItsHead() async throws {
        let answer = Inbox<ScriptedWire.Frame>()
        let server = try server(.plain) { wire in
            try wire.upgrade(glued: Self.texts(1) + [0x82, 127, 0, 0, 1, 0, 0, 0, 0, 0])
            answer.put(try wire.readFrame())
        }
        let probe = try probe(server, .plain, limit: 1000)
        await probe.open()
        try await expectTexts(1, probe)
        #expect(try await probe.failure() == .messageTooLong(limit: 1000))
        #expect(try await answer.next().payload == [0x03, 0xf1])
    }

    // MARK: While it is open

    @Test(arguments: [true, false])
    func changesTheKeysOfTLS(isRequested: Bool) async throws {
        let texts = Inbox<String>()
        let server = try server(.tls13) { wire in
            try wire.upgrade()
            for number in 0..<6 {
                wire.updateKeys(isRequested: isRequested)
                try wire.write(text: "4\(number)")
                texts.put(try wire.readFrame().text)
            }
        }
        let probe = try probe(server, .tls13)
        await probe.open()
        for number in 0..<6 {
            #expect(try await probe.nextPacket() == EnginePacket(.message, text: "\(number)"))
            await probe.send(EnginePacket(.message, text: "\(number)"))
            #expect(try await texts.next() == "4\(number)")
        }
        #expect(server.errors.isEmpty)
    }

    @Test(arguments: [Kind.plain, .tls13])
    func manyConnections(kind: Kind) async throws {
        // Made once: a sanitizer takes its time for it.
        let large = Self.binary(30_000)
        let glued = Self.texts(5) + WebSocketFrame.bytes(.binary, large)
        let expected = EnginePacket.message(.binary(Binary(large)))
        let server = try server(kind) { wire in
            try wire.upgrade(glued: glued)
            let frame = try wire.readFrame()
            try wire.write(WebSocketFrame.bytes(.text, frame.payload))
            try wire.write(WebSocketFrame.bytes(.close, try wire.readFrame().payload))
        }
        for _ in 0..<4 {
            let probes = try (0..<(kind == .plain ? 75 : 20)).map { _ in try probe(server, kind) }
            for probe in probes { await probe.open() }
            for probe in probes {
                try await expectTexts(5, probe)
                #expect(try await probe.nextPacket() == expected)
                await probe.send(EnginePacket(.message, text: "back"))
            }
            for probe in probes {
                #expect(try await probe.nextPacket() == EnginePacket(.message, text: "back"))
                await probe.close()
            }
            for probe in probes { #expect(try await probe.end() == nil) }
        }
        #expect(server.errors.isEmpty)
    }
}
