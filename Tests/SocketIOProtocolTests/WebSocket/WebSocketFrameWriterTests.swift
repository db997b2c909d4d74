import SocketIOProtocol
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct WebSocketFrameWriterTests {
    /// What `body` writes, of at most `count` bytes.
    private func write(_ count: Int, _ body: (inout WebSocketFrameWriter) -> Void) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
        defer { buffer.deallocate() }
        var writer = WebSocketFrameWriter(into: buffer)
        body(&writer)
        return Array(writer.bytes)
    }

    @Test func framesOneAfterTheOther() {
        let mask = UInt32(bigEndian: 0x0102_0304)
        let bytes = write(100) { writer in
            Binary(utf8: "abcde").withUnsafeBytes { writer.append(.text, mask: mask, first: 0x34, $0) }
            Binary([9]).withUnsafeBytes { writer.append(.binary, isFinal: false, mask: mask, $0) }
            Binary().withUnsafeBytes { writer.append(.continuation, mask: mask, $0) }
            Binary().withUnsafeBytes { writer.append(.ping, mask: 0, $0) }
        }
        let text: [UInt8] = [0x81, 0x86, 1, 2, 3, 4, 0x35, 0x63, 0x61, 0x67, 0x65, 0x67]
        let binary: [UInt8] = [0x02, 0x81, 1, 2, 3, 4, 8]
        let empty: [UInt8] = [0x80, 0x80, 1, 2, 3, 4, 0x89, 0x80, 0, 0, 0, 0]
        #expect(bytes == text + binary + empty)
    }

    @Test(arguments: [0, 1, 3, 63, 64, 65, 124, 125, 126, 127, 1000, 65_534, 65_535, 65_536, 70_001])
    func everyLength(count: Int) {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        for first in [nil, UInt8(ascii: "4")] {
            let mask = UInt32.random(in: 0...UInt32.max)
            let bytes = write(count + 15) { writer in
                let hasRoom = writer.hasRoom(forPayload: count + 1)
                #expect(hasRoom)
                payload.withUnsafeBytes { writer.append(.binary, mask: mask, first: first, $0) }
            }
            let plain = (first.map { [$0] } ?? []) + payload
            let head = WebSocketFrame.bytes(.binary, plain).dropLast(plain.count)
            #expect(bytes[0] == head[0])
            #expect(bytes[1] == head[1] | 0x80)
            #expect(Array(bytes[2..<head.count]) == Array(head[2...]))
            let key = Array(bytes[head.count..<head.count + 4])
            #expect(bytes.count == head.count + 4 + plain.count)
            let masked = bytes[(head.count + 4)...]
            let unmasked = masked.enumerated().map { index, byte in byte ^ key[index & 3] }
            #expect(unmasked == plain)
        }
    }
}
