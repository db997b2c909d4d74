import EngineIO
import SocketIOProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct HeaderTests {
    @Test(arguments: [("Authorization", "Bearer a.b-c"), ("X-1", ""), ("x!#$%&'*+-.^_`|~", "tab\there, ünïcode")])
    func takes(name: String, value: String) throws {
        #expect(try Header(validating: name, value) == Header(name, value))
    }

    @Test(arguments: [
        ("", "a"), ("a b", "c"), ("a:", "b"), ("ä", "b"), ("a\r\nEvil", "b"), ("a\0", "b"), ("a", "b\r\nEvil: c"),
        ("a", "b\nc"), ("a", "b\rc"), ("a", "b\0c"), ("a", "\u{7F}"), ("a", "\u{1B}[0m"),
        // They are the connection's.
        ("Content-Length", "5"), ("transfer-encoding", "chunked"), ("Upgrade", "h2c"), ("Connection", "close"),
        ("Sec-WebSocket-Key", "a"),
    ])
    func refuses(name: String, value: String) throws {
        let error = try #require(throws: SocketIOError.self) { try Header(validating: name, value) }
        #expect(error.code == .invalidArgument)
        #expect(error.phase == .options)
        #expect(error.message.unicodeScalars.allSatisfy { $0.value >= 0x20 })
        #expect(!error.message.contains("Evil: c"))
    }
}
