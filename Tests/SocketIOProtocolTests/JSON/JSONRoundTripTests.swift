import SocketIOProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct JSONRoundTripTests {
    @Test(arguments: 1...8 as ClosedRange<UInt64>) func whatIsWrittenIsReadBack(seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        for _ in 0..<500 {
            let value = random.value()
            #expect(try JSONValue(parsing: value.description) == value)
        }
    }
}
