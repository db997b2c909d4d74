import SocketIOProtocol
import TestSupport
import Testing

@testable import EngineIO

/// permessage-deflate.
@Suite(.timeLimit(.minutes(5))) struct CompressionTests {
    private struct Frame: Equatable {
        var isCompressed: Bool
        var count: Int
    }

    private static let acceptance: KeyValuePairs = ["Sec-WebSocket-Extensions": "permessage-deflate"]

    /// A server that agrees to compression and tells of each message whether it was compressed.
    private func server(_ messages: Inbox<Frame>, agrees: Bool = true) throws -> ScriptedServer {
        try ScriptedServer { connection in
            let request = try connection.readHTTPRequest()
            try connection.upgradeToWebSocket(request, headers: agrees ? Self.acceptance : [:])
            var message: Frame?
            while true {
                let frame = try connection.readFrame()
                if frame.opcode == .close { return try connection.writeFrame(.close, frame.payload) }
                if frame.opcode == .continuation {
                    if frame.isCompressed { throw SupportError("only a first frame says that it is compressed") }
                } else {
                    message = Frame(isCompressed: frame.isCompressed, count: 0)
                }
                message?.count += frame.payload.count
                if frame.isFinal, let whole = message.take() { messages.put(whole) }
            }
        }
    }

    private func probe(_ server: ScriptedServer, _ deflate: PerMessageDeflate?) throws -> TransportProbe {
        var configuration = try TransportConfiguration(webSocket: server.url)
        configuration.perMessageDeflate = deflate
        let ready = configuration
        return try TransportProbe { WebSocketTransport(ready) }
    }

    private func text(_ count: Int) -> EnginePacket {
        EnginePacket(.message, .text(Binary([UInt8](repeating: UInt8(ascii: "x"), count: count - 1))))
    }

    @Test func compressesLargeMessagesOnly() async throws {
        let messages = Inbox<Frame>()
        let server = try server(messages)
        let probe = try probe(server, PerMessageDeflate())
        await probe.open()
        #expect(try await probe.next() == .opened)
        var spared = text(5000)
        spared.compress = false
        await probe.send(
            text(1023), text(1024), spared, .message(.binary(Binary([UInt8](repeating: 0, count: 300_000)))),
            text(1023))
        #expect(try await messages.next() == Frame(isCompressed: false, count: 1023))
        let compressed = try await messages.next()
        #expect(compressed.isCompressed && compressed.count < 100)
        #expect(try await messages.next() == Frame(isCompressed: false, count: 5000))
        let large = try await messages.next()
        #expect(large.isCompressed && large.count < 3000)
        #expect(try await messages.next() == Frame(isCompressed: false, count: 1023))
        let offer = try await server.requests.next()[header: "sec-websocket-extensions"]
        #expect(offer == "permessage-deflate; client_max_window_bits")
        #expect(server.errors.isEmpty)
    }

    @Test func compressesNothingUnlessBothAgree() async throws {
        for deflate in [nil, PerMessageDeflate(threshold: 0)] {
            let messages = Inbox<Frame>()
            let server = try server(messages, agrees: false)
            let probe = try probe(server, deflate)
            await probe.open()
            #expect(try await probe.next() == .opened)
            await probe.send(text(5000))
            #expect(try await messages.next() == Frame(isCompressed: false, count: 5000))
            let offer = try await server.requests.next()[header: "sec-websocket-extensions"]
            #expect((offer == nil) == (deflate == nil))
        }
    }

    /// 1 MiB of zeros comes as some kilobytes.
    @Test func limitsTheInflatedMessage() async throws {
        let closeCode = Inbox<[UInt8]>()
        let bomb = try #require(Self.deflatedZeros)
        let server = try ScriptedServer { connection in
            try connection.upgradeToWebSocket(try connection.readHTTPRequest(), headers: Self.acceptance)
            var frame = WebSocketFrame.bytes(.binary, bomb)
            frame[0] |= 0x40
            try connection.write(frame)
            while true {
                let frame = try connection.readFrame()
                if frame.opcode == .close { return closeCode.put(frame.payload) }
            }
        }
        for limit in [1 << 20, (1 << 20) - 1] {
            var configuration = try TransportConfiguration(webSocket: server.url)
            configuration.perMessageDeflate = PerMessageDeflate()
            configuration.limits.messageBytes = limit
            let ready = configuration
            let probe = try TransportProbe { WebSocketTransport(ready) }
            await probe.open()
            #expect(try await probe.next() == .opened)
            if limit == 1 << 20 {
                let zeros = Binary([UInt8](repeating: 0, count: 1 << 20))
                #expect(try await probe.nextPacket() == .message(.binary(zeros)))
                await probe.close()
            } else {
                #expect(try await probe.failure().code == .limitExceeded)
            }
            _ = try await closeCode.next()
        }
    }

    /// 1 MiB of zeros as fixed Huffman codes: a literal, then 258 of it again and again; see RFC 1951, section 3.2.6.
    private static let deflatedZeros: [UInt8]? = {
        var bits: [Bool] = []
        func append(_ code: Int, _ count: Int) {
            for bit in (0..<count).reversed() { bits.append(code >> bit & 1 == 1) }
        }
        // Not the last block, of fixed codes: these three bits come with the lowest first.
        bits += [false, true, false]
        var rest = 1 << 20
        append(0x30, 8)
        rest -= 1
        while rest >= 258 {
            append(0xC5, 8)  // length 258
            append(0, 5)  // distance 1
            rest -= 258
        }
        for _ in 0..<rest { append(0x30, 8) }
        append(0, 7)  // the block's end
        // An empty stored block, of which the four last bytes are left out: RFC 7692, section 7.2.1.
        bits += [false, false, false]
        while bits.count % 8 != 0 { bits.append(false) }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: bits.count, by: 8) {
            bytes.append((0..<8).reduce(0) { $0 | (bits[start + $1] ? 1 << $1 : 0) })
        }
        return bytes
    }()

    /// RFC 7692 leaves it to the peer which messages it compresses.
    @Test func deliversWhatIsNotCompressedOnce() async throws {
        let mayAnswer = Inbox<Void>()
        let server = try ScriptedServer { connection in
            try connection.upgradeToWebSocket(try connection.readHTTPRequest(), headers: Self.acceptance)
            var compressed = WebSocketFrame.bytes(.text, Self.deflatedText)
            compressed[0] |= 0x40
            for _ in 0..<2 {
                try connection.writeText("4a")
                try connection.writeFrame(.text, Array("4".utf8), isFinal: false)
                try connection.writeFrame(.pong, [1, 2, 3])
                try connection.writeFrame(.continuation, Array("b".utf8))
                try connection.write(compressed)
                try connection.writeFrame(.binary, [UInt8](repeating: 7, count: 100_000))
            }
            var ping = try connection.readFrame()
            while ping.opcode != .ping { ping = try connection.readFrame() }
            try connection.writeFrame(.pong, [])
            try connection.wait(for: mayAnswer)
            try connection.writeText("4c")
            try connection.writeFrame(.pong, ping.payload)
            try connection.hang()
        }
        let probe = try probe(server, PerMessageDeflate())
        await probe.open()
        #expect(try await probe.next() == .opened)
        await probe.run { $0.confirm() }
        for _ in 0..<2 {
            for text in ["a", "b", "hello"] {
                #expect(try await probe.nextPacket() == EnginePacket(.message, text: text))
            }
            #expect(try await probe.nextPacket() == .message(.binary(Binary([UInt8](repeating: 7, count: 100_000)))))
        }
        mayAnswer.put(())
        #expect(try await probe.nextPacket() == EnginePacket(.message, text: "c"))
        #expect(try await probe.next() == .confirmed)
        server.stop()
        #expect(server.errors.isEmpty)
    }

    /// "4hello" as a stored block, and an empty one, of which the four last bytes are left out.
    private static let deflatedText: [UInt8] = [0x00, 6, 0, 0xf9, 0xff] + Array("4hello".utf8) + [0x00]

    /// libwebsockets has room for one extension, and would write beyond it.
    @Test(arguments: [
        "permessage-deflate, permessage-deflate", "permessage-deflate,permessage-deflate; client_max_window_bits=15",
        "permessage-deflate; server_max_window_bits=16", "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_no_context_takeover=1", "permessage-deflate; other", "permessage-deflate;",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover", "other",
        "permessage-deflate, other", "other, permessage-deflate",
    ])
    func refusesAnExtensionThatWasNotOffered(_ answer: String) async throws {
        try await expectRefusal(of: answer, PerMessageDeflate())
    }

    @Test(arguments: ["permessage-deflate", "permessage-deflate, permessage-deflate", "other"])
    func refusesEveryExtensionWithoutAnOffer(_ answer: String) async throws {
        try await expectRefusal(of: answer, nil)
    }

    private func expectRefusal(of answer: String, _ deflate: PerMessageDeflate?) async throws {
        let server = try ScriptedServer { connection in
            try connection.upgradeToWebSocket(
                try connection.readHTTPRequest(), headers: ["Sec-WebSocket-Extensions": answer])
            try connection.writeText("4a")
            try connection.readToEnd()
        }
        let probe = try probe(server, deflate)
        await probe.open()
        let error = try await probe.failure()
        #expect(error.phase == .websocket && error.transport == .websocket, "\(error)")
        #expect(!probe.events.all.contains(.opened))
    }

    @Test(arguments: [
        "permessage-deflate", "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
        "permessage-deflate;server_max_window_bits=10 ; client_max_window_bits=\"12\"",
    ])
    func takesEveryRightAnswer(_ answer: String) { #expect(LWSCompression.isOffered(answer)) }

    @Test func refusesWhatCannotBeInflated() async throws {
        let server = try ScriptedServer { connection in
            try connection.upgradeToWebSocket(try connection.readHTTPRequest(), headers: Self.acceptance)
            var frame = WebSocketFrame.bytes(.binary, [0xff, 0xff, 0xff, 0xff])
            frame[0] |= 0x40
            try connection.write(frame)
            try connection.readToEnd()
        }
        let probe = try probe(server, PerMessageDeflate())
        await probe.open()
        _ = try await probe.failure()
    }

    // MARK: With a real server

    /// Messages of every kind of size, of what compresses well and of what does not, there and back.
    @Test(arguments: PeerServer.Options.Framework.allCases)
    func exchangesCompressedMessages(framework: PeerServer.Options.Framework) async throws {
        let peer = try await PeerServer.start {
            $0.framework = framework
            $0.maxPayload = 10_000_000
            $0.logsEvents = false
            // No ping comes between.
            $0.pingInterval = .seconds(600)
        }
        var configuration = try TransportConfiguration(webSocket: peer.url)
        configuration.perMessageDeflate = PerMessageDeflate(threshold: 10)
        let ready = configuration
        let probe = try TransportProbe { WebSocketTransport(ready) }
        await probe.open()
        #expect(try await probe.next() == .opened)
        #expect(await probe.run { ($0 as? WebSocketTransport)?.hasCompression } == true)
        #expect(try await probe.nextPacket().kind == .open)
        await probe.send(EnginePacket(.message, text: "0"))
        #expect(try await probe.nextPacket().data.bytes.text.hasPrefix(#"0{"sid""#))
        var random = SeededGenerator(seed: 7)
        for count in [0, 1, 9, 10, 125, 1000, 1023, 1024, 1025, 16_384, 65_535, 65_536, 70_000, 300_000] {
            for isRandom in [true, false] {
                let bytes = (0..<count).map { _ in isRandom ? UInt8.random(in: 0...255, using: &random) : 7 }
                await probe.send(
                    EnginePacket(.message, text: #"51-["binary",{"_placeholder":true,"num":0}]"#),
                    .message(.binary(Binary(bytes))))
                #expect(try await probe.nextPacket().kind == .message)
                let answer = try await probe.nextPacket()
                #expect(answer.data.bytes == Binary(bytes), "\(count) bytes")
            }
        }
        await probe.send(EnginePacket(.message, text: #"2["big",5000000]"#))
        #expect(try await probe.nextPacket().data.bytes.count > 5_000_000)
    }
}
