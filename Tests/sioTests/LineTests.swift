import SocketIO
import Testing

@testable import sio

@Suite(.timeLimit(.minutes(5))) struct LineTests {
    @Test func event() {
        let arguments: [JSONValue] = ["x\n", ["b": 1, "a": nil], .binary([0, 255])]
        #expect(
            EventLine.text(#"a "b""#, arguments)
                == #"{"event":"a \"b\"","args":["x\n",{"b":1,"a":null},{"base64":"AP8="}]}"#)
        #expect(EventLine.text("x", []) == #"{"event":"x","args":[]}"#)
        // Orders to a terminal, of which JSON allows the second and the third as they are.
        #expect(
            EventLine.text("a\u{1B}[2J", ["\u{9B}2J\u{7F}é"])
                == #"{"event":"a\u001b[2J","args":["\u009b2J\u007fé"]}"#)
    }

    @Test func failure() {
        var error = SocketIOError(.connectRejected, "not\r\nauthorized")
        #expect(FailureLine.text(error) == "not authorized")
        #expect(FailureLine.text(SocketIOError(.connectRejected, "no\u{1B}[2Jentry")) == #"no\u{1B}[2Jentry"#)
        error.data = ["code": 401]
        #expect(FailureLine.text(error) == #"not authorized {"code":401}"#)
        error = SocketIOError(.disconnected, "xhr post error: HTTP 413")
        error.http = .init(status: 413, body: "")
        #expect(FailureLine.text(error) == "too large for the server: xhr post error: HTTP 413")
        #expect(FailureLine.text(Output.Failure(errno: 28)) == "the output cannot be written: No space left on device")
    }

    @Test(arguments: [
        ("a b", "a b"), (" a\r\n\t b\u{2028}c\n", "a b c"), ("\u{7}\u{9B}1m\u{7F}", #"\u{7}\u{9B}1m\u{7F}"#),
        ("user\u{202E}gpj", #"user\u{202E}gpj"#), ("é 日本 👍", "é 日本 👍"), ("", ""), ("\n", ""),
    ])
    func terminalLine(_ text: String, _ line: String) { #expect(text.terminalLine == line) }

    @Test func aLongLineIsCut() {
        let limit = String.terminalLimit
        let whole = String(repeating: "x", count: limit)
        #expect(whole.terminalLine == whole)
        #expect((whole + "y").terminalLine == String(repeating: "x", count: limit - 1) + "…")
        #expect(String(repeating: "\u{1B}", count: 10_000).terminalLine.count == limit)
    }
}
