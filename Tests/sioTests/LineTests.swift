import SocketIO
import Testing

@testable import sio

@Suite(.timeLimit(.minutes(5))) struct LineTests {
    @Test func event() {
        let arguments: [JSONValue] = ["x\n", ["b": 1, "a": nil], .binary([0, 255])]
        #expect(
            EventLine.text(#"a "b""#, arguments)
                == #"{"event":"a \"b\"","args":["x\n",{"a":null,"b":1},{"base64":"AP8="}]}"#)
        #expect(EventLine.text("x", []) == #"{"event":"x","args":[]}"#)
    }

    @Test func failure() {
        var error = SocketIOError(.connectRejected, "not\r\nauthorized")
        #expect(FailureLine.text(error) == "not authorized")
        #expect(FailureLine.text(SocketIOError(.connectRejected, "no\u{1B}[2Jentry")) == "no [2Jentry")
        error.data = ["code": 401]
        #expect(FailureLine.text(error) == #"not authorized {"code":401}"#)
        #expect(FailureLine.text(Output.Failure(errno: 28)) == "the output cannot be written: No space left on device")
    }
}
