import Testing

@testable import SocketIOProtocol

/// Parsed text, written again.
@Suite(.timeLimit(.minutes(5))) struct JSONElementWriterTests {
    private func rewritten(_ text: String) throws -> String {
        var writer = BinaryWriter()
        writer.appendJSON(try JSONDocument.parse(Binary(utf8: text)).root)
        return writer.finish().text
    }

    @Test(arguments: [
        "null", "true", "false", "\"\"", "[]", "{}", "-1", "2.5", "18446744073709551615", "-9223372036854775808",
        #"["a",["b",[{}]],{"z":1,"a":{"_placeholder":true,"num":0}}]"#, #""\"\\\n\u0001é😀""#,
    ])
    func isTheSame(_ text: String) throws { #expect(try rewritten(text) == text) }

    @Test(arguments: [
        (" [ 1 ,\t2 ] ", "[1,2]"), ("1e2", "100"), ("1.0", "1"), (#""\u00e9""#, "\"é\""), ("1e400", "null"),
        (#"{"a":1,"a":2}"#, #"{"a":1,"a":2}"#),
    ])
    func isInTheShortestForm(_ text: String, _ expected: String) throws { #expect(try rewritten(text) == expected) }

    @Test func adoptedBytesAreGivenBackOnce() throws {
        var bytes: [UInt8] = [1, 2, 3]
        let count = ReleaseCount()
        bytes.withUnsafeMutableBytes { memory in
            var binary: Binary? = Binary(adopting: memory) { count.add() }
            var slice = binary?.slice(1..<3)
            #expect(binary == [1, 2, 3])
            binary = nil
            #expect(slice == [2, 3] && count.value == 0)
            slice = nil
        }
        #expect(count.value == 1)
        _ = Binary(adopting: UnsafeMutableRawBufferPointer(start: nil, count: 0)) { count.add() }
        #expect(count.value == 2)
    }

    /// Unchecked: one thread uses it.
    private final class ReleaseCount: @unchecked Sendable {
        private(set) var value = 0
        func add() { value += 1 }
    }
}
