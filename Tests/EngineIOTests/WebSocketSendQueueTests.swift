import SocketIOProtocol
import Testing

@testable import EngineIO

@Suite(.timeLimit(.minutes(5))) struct WebSocketSendQueueTests {
    typealias Fragment = WebSocketSendQueue.Fragment

    /// Takes everything out, in fragments of at most `limit` bytes.
    private func drain(_ queue: inout WebSocketSendQueue, limit: Int) -> [(Fragment, String)] {
        var fragments: [(Fragment, String)] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: limit, alignment: 1)
        defer { buffer.deallocate() }
        while let fragment = queue.next(into: buffer) {
            fragments.append((fragment, String(decoding: buffer[..<fragment.count], as: UTF8.self)))
        }
        return fragments
    }

    @Test func textHasItsDigitAndBinaryHasNone() {
        var queue = WebSocketSendQueue()
        queue.append([EnginePacket(.ping), EnginePacket(.message, text: "a"), .message(.binary([0x62]))])
        let fragments = drain(&queue, limit: 10)
        #expect(fragments.map(\.1) == ["2", "4a", "b"])
        #expect(fragments.map(\.0.isText) == [true, true, false])
        #expect(fragments.allSatisfy { $0.0.isFirst && $0.0.isFinal })
        #expect(queue.isEmpty)
    }

    @Test(arguments: 1...12)
    func longMessagesAreTakenInParts(limit: Int) {
        var queue = WebSocketSendQueue()
        let text = "0123456789"
        queue.append([EnginePacket(.message, text: text), .message(.binary(Binary(utf8: text)))])
        let fragments = drain(&queue, limit: limit)
        #expect(fragments.filter(\.0.isText).map(\.1).joined() == "4" + text)
        #expect(fragments.filter { !$0.0.isText }.map(\.1).joined() == text)
        #expect(fragments.allSatisfy { $0.0.count <= limit })
        #expect(fragments.filter(\.0.isFirst).count == 2)
        #expect(fragments.filter(\.0.isFinal).count == 2)
    }

    @Test func emptyMessages() {
        var queue = WebSocketSendQueue()
        queue.append([.message(.binary([])), .message(.text(Binary()))])
        #expect(drain(&queue, limit: 4).map(\.1) == ["", "4"])
        #expect(drain(&queue, limit: 4).isEmpty)
    }
}
