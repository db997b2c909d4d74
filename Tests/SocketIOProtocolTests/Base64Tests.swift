import Foundation
import SocketIOProtocol
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct Base64Tests {
    private func encode(_ binary: Binary) -> String {
        var writer = BinaryWriter(capacity: 0)
        Base64.encode(binary, into: &writer)
        return writer.finish().text
    }

    private func decode(_ text: String) -> Binary? {
        var text = text
        return text.withUTF8 { Base64.decode(UnsafeRawBufferPointer($0)) }
    }

    @Test func agreesWithFoundation() {
        var generator = SeededGenerator(seed: 7)
        for count in Array(0...70) + [1000, 65_537] {
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            let text = Data(bytes).base64EncodedString()
            #expect(encode(Binary(bytes)) == text)
            #expect(decode(text) == Binary(bytes))
            #expect(decode(text.replacing("=", with: "")) == Binary(bytes))
        }
    }

    @Test(arguments: [
        "A", "AAAAA", "A===", "AA=", "AA===", "AAA==", "====", "=", "==", "AAAA=", "AAAA==", "AAAA====", "AA=A", "=AAA",
        "A=AA", "AA==AAAA", "AAAA AAA", "AAAA\nAAAA", " AAAA", "AAAA ", "AAAA\n", "AAAA\r\n", "    AAAA", "AAAA    ",
        "AA ", "AA\n", "\nAA", "A-AA", "A_AA", "AAA-", "AAAA-", "----", "AA\0A", "AAé", "\u{80}AA",
    ]) func refuses(text: String) { #expect(decode(text) == nil) }

    @Test func decodesTheEmptyText() { #expect(decode("") == []) }
}
