import SocketIOProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct PayloadTests {
    private func body(_ text: String) -> Binary { Binary(utf8: text) }

    // MARK: Decoding

    @Test(arguments: [
        ("2", [EnginePacket(.ping)]),
        ("6\u{1E}4hello", [EnginePacket(.noop), EnginePacket(.message, text: "hello")]),
        ("4€ß\u{1E}4", [EnginePacket(.message, text: "€ß"), EnginePacket(.message)]),
        ("bAQID", [.message(.binary([1, 2, 3]))]),
        // Without the padding, too.
        ("bAQI\u{1E}bAQI=", [.message(.binary([1, 2])), .message(.binary([1, 2]))]),
        ("b\u{1E}b/+8=\u{1E}1", [.message(.binary([])), .message(.binary([255, 239])), EnginePacket(.close)]),
        ("4b64\u{1E}3probe", [EnginePacket(.message, text: "b64"), EnginePacket(.pong, text: "probe")]),
    ])
    func decodes(text: String, packets: [EnginePacket]) throws {
        let decoded = Payload.decode(body(text))
        #expect(decoded.packets == packets)
        #expect(decoded.failure == nil)
    }

    @Test func copiesNoText() throws {
        let body = body("4one\u{1E}4two")
        for packet in Payload.decode(body).packets { #expect(packet.data.bytes.storage === body.storage) }
    }

    @Test(arguments: [
        ("", "server error: empty packet"), ("4a\u{1E}", "server error: empty packet"),
        ("\u{1E}4a", "server error: empty packet"), ("<html></html>", "server error: unknown packet type"),
        ("7", "server error: unknown packet type"), ("4ok\u{1E}x", "server error: unknown packet type"),
        ("b!!!!", "server error: invalid Base64"), ("bA", "server error: invalid Base64"),
    ])
    func refuses(text: String, message: String) throws {
        let error = try #require(Payload.decode(body(text)).failure)
        #expect(error.code == .protocolViolation)
        #expect(error.message == message)
    }

    @Test func refusesWhatIsNotUTF8() throws {
        let (packets, failure) = Payload.decode([0x34, 0xFF])
        #expect(packets.isEmpty)
        #expect(failure?.message == "server error: the body is not UTF-8")
    }

    @Test func keepsWhatCameBeforeTheFault() {
        #expect(Payload.decode(body("4a\u{1E}4b\u{1E}x\u{1E}4c")).packets.map(\.data.bytes.text) == ["a", "b"])
    }

    // MARK: Encoding

    @Test func encodes() {
        let packets = [
            EnginePacket(.message, text: "€"), .message(.binary([255, 239])), EnginePacket(.pong, text: "probe"),
            .message(.binary([])),
        ]
        let (body, count) = Payload.batch(packets[...])
        #expect(body.text == "4€\u{1E}b/+8=\u{1E}3probe\u{1E}b")
        #expect(count == 4)
    }

    @Test func takesSixteenPacketsAtMost() {
        let packets = Array(repeating: EnginePacket(.noop), count: 17)
        #expect(Payload.batch(packets[...]).count == 16)
        #expect(Payload.batch(packets[...].dropFirst(16)).count == 1)
        #expect(Payload.batch([]).count == 0)
    }

    @Test(arguments: [(15, 3), (14, 2), (10, 2), (9, 1), (4, 1), (0, 1), (-1, 1)])
    func staysWithinMaxPayload(maxPayload: Int, expected: Int) {
        // Four, five and four bytes, and the separators.
        let packets = [
            EnginePacket(.message, text: "abc"), .message(.binary([1, 2])), EnginePacket(.message, text: "€"),
        ]
        let (body, count) = Payload.batch(packets[...], maxPayload: maxPayload)
        #expect(count == expected)
        #expect(body.count <= max(maxPayload, 4))
    }

    @Test func sendsWhatIsTooLargeAlone() {
        let packets = [EnginePacket(.message, text: String(repeating: "x", count: 100)), EnginePacket(.noop)]
        let (body, count) = Payload.batch(packets[...], maxPayload: 50)
        #expect(count == 1)
        #expect(body.count == 101)
    }

    @Test func whatIsEncodedIsDecoded() throws {
        let packets = (0..<16).map { number in
            number % 2 == 0
                ? EnginePacket(.message, text: "event \(number)")
                : .message(.binary(Binary((0..<number).map { UInt8($0) })))
        }
        #expect(Payload.decode(Payload.batch(packets[...]).body).packets == packets)
    }
}
