import SocketIOProtocol
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct WebSocketFrameReaderTests {
    typealias Item = WebSocketFrameReader.Item

    private struct Outcome: Equatable {
        var items: [Item] = []
        var failure: WebSocketFrameReader.Failure?
    }

    /// What `bytes` are read as, in the pieces of the given sizes; the last piece is the rest. Large payloads are put
    /// where the reader wants them if `usesRoom`.
    private func read(
        _ bytes: [UInt8], limit: Int = 1 << 20, pieces: [Int] = [], usesRoom: Bool = false
    ) -> Outcome {
        var reader = WebSocketFrameReader(messageLimit: limit)
        var outcome = Outcome()
        var rest = bytes[...]
        var sizes = pieces[...]
        do {
            while !rest.isEmpty {
                let size = min(sizes.popFirst() ?? rest.count, rest.count)
                if usesRoom, let room = reader.room() {
                    let part = rest.prefix(min(size, room.count))
                    room.copyBytes(from: part)
                    rest = rest.dropFirst(part.count)
                    if let item = try reader.received(part.count) { outcome.items.append(item) }
                    continue
                }
                let piece = Binary(rest.prefix(size))
                rest = rest.dropFirst(size)
                var left = piece.withUnsafeBytes { $0 }
                while let item = try reader.next(&left) { outcome.items.append(item) }
                #expect(left.isEmpty)
                withExtendedLifetime(piece) {}
            }
        } catch {
            outcome.failure = error
        }
        return outcome
    }

    private func text(_ text: String) -> Item { .message(Binary(utf8: text), isBinary: false) }

    @Test func messagesOfEachKind() {
        let bytes: [UInt8] = [0x81, 2, 0x34, 0x61, 0x82, 1, 0xff, 0x81, 0, 0x82, 0]
        let expected = [text("4a"), .message([0xff], isBinary: true), text(""), .message([], isBinary: true)]
        #expect(read(bytes).items == expected)
        #expect(read(bytes, pieces: [Int](repeating: 1, count: bytes.count)).items == expected)
    }

    @Test func fragmentsWithControlFramesBetween() {
        let bytes: [UInt8] = [
            0x01, 1, 0x34, 0x89, 1, 0x70, 0x00, 0, 0x8a, 2, 0, 0, 0x80, 1, 0x61,  // "4", ping, "", pong, "a"
            0x02, 0, 0x80, 1, 7, 0x88, 0,  // "", 7, close
        ]
        let expected = [text("4a"), .message([7], isBinary: true)]
        #expect(read(bytes) == Outcome(items: [.ping([0x70]), .pong([0, 0])] + expected + [.close([])]))
    }

    @Test(arguments: [125, 126, 127, 65_535, 65_536, 200_000])
    func everyFormOfLength(count: Int) {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let bytes = WebSocketFrame.bytes(.binary, payload) + WebSocketFrame.bytes(.text, [0x34])
        let expected = [Item.message(Binary(payload), isBinary: true), text("4")]
        #expect(read(bytes).items == expected)
        #expect(read(bytes, pieces: [1, 3, 7, 20, 30_000, 50_000], usesRoom: true).items == expected)
    }

    @Test func aLengthNeedNotBeShort() {
        #expect(read([0x82, 126, 0, 1, 7, 0x82, 127, 0, 0, 0, 0, 0, 0, 0, 1, 8]).items.count == 2)
    }

    @Test(
        arguments: [
            [0xc1, 0x00], [0xa1, 0x00], [0x91, 0x00],  // a reserved bit
            [0x83, 0x00], [0x87, 0x00], [0x8b, 0x00], [0x8f, 0x00],  // an unknown opcode
            [0x81, 0x80],  // a mask
            [0x80, 0x01], [0x00, 0x01],  // nothing to continue
            [0x09, 0x00], [0x08, 0x00], [0x0a, 0x00],  // a control frame in fragments
            [0x89, 126], [0x88, 127], [0x8a, 126],  // one of more than 125 bytes
            [0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0],  // a length of 64 bits
            [0x01, 0x00, 0x81, 0x00], [0x01, 0x00, 0x02, 0x00],  // a message inside another
            [0x88, 1, 3],  // half a code
            [0x88, 2, 3, 0xe7], [0x88, 2, 3, 0xed], [0x88, 2, 3, 0xee], [0x88, 2, 3, 0xf7],  // 999, 1005, 1006, 1015
            [0x88, 2, 0, 0], [0x88, 2, 0x0b, 0xb7], [0x88, 2, 0x13, 0x88],  // 0, 2999, 5000
            [0x88, 3, 3, 0xe8, 0xff],  // a reason that is not UTF-8
        ] as [[UInt8]])
    func refuses(bytes: [UInt8]) {
        let before: [UInt8] = [0x81, 1, 0x34]
        let expected = Outcome(items: [text("4")], failure: .invalidFrame)
        #expect(read(before + bytes) == expected)
        #expect(read(before + bytes, pieces: [Int](repeating: 1, count: 100)) == expected)
    }

    @Test(arguments: [1000, 1001, 1003, 1007, 1011, 1012, 1013, 1014, 3000, 4999])
    func acceptsCloseCodes(code: Int) {
        let payload = [UInt8(code >> 8), UInt8(code & 0xff)] + Array("why".utf8)
        #expect(read(WebSocketFrame.bytes(.close, payload)).items == [.close(Binary(payload))])
    }

    @Test func refusesALongMessageBeforeItComes() {
        let heads: [[UInt8]] = [
            [0x82, 101], [0x82, 126, 0, 101], [0x82, 127, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            [0x02, 1, 0, 0x80, 100],
        ]
        for head in heads { #expect(read(head, limit: 100) == Outcome(failure: .messageTooLong)) }
        #expect(read(WebSocketFrame.bytes(.binary, [UInt8](repeating: 0, count: 100)), limit: 100).items.count == 1)
    }

    @Test func aPromiseTakesNoMemory() throws {
        var reader = WebSocketFrameReader(messageLimit: .max)
        let head: Binary = [0x82, 127, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
        var rest = head.withUnsafeBytes { $0 }
        let item = try reader.next(&rest)
        #expect(item == nil)
        let count = reader.room()?.count
        #expect(count == 1 << 20)
        withExtendedLifetime(head) {}
    }

    @Test func readsTheSameInAnyPieces() {
        for seed in 0..<200 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            var bytes: [UInt8] = []
            for _ in 0..<10 {
                let count = [0, 3, 125, 126, 40_000, 70_000].randomElement(using: &random) ?? 0
                let payload = [UInt8](repeating: UInt8.random(in: 0...127, using: &random), count: count)
                let cut = Int.random(in: 0...count, using: &random)
                bytes += WebSocketFrame.bytes(.text, Array(payload[..<cut]), isFinal: false)
                if Bool.random(using: &random) { bytes += WebSocketFrame.bytes(.ping, Array(payload.prefix(9))) }
                bytes += WebSocketFrame.bytes(.continuation, Array(payload[cut...]))
            }
            // Every second time something is wrong somewhere.
            if seed % 2 == 1 { bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 0x40 }
            let whole = read(bytes)
            let pieces = (0..<400).map { _ in
                Int.random(in: 1...(Bool.random(using: &random) ? 5 : 50_000), using: &random)
            }
            #expect(read(bytes, pieces: pieces) == whole, "seed \(seed)")
            #expect(read(bytes, pieces: pieces, usesRoom: true) == whole, "seed \(seed)")
        }
    }
}
