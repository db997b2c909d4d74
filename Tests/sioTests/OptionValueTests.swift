import ArgumentParser
import SocketIO
import Testing

@testable import sio

@Suite(.timeLimit(.minutes(5))) struct OptionValueTests {
    @Test func query() throws {
        let value = try NamedValue(query: "a=b=c d")
        #expect(value.name == "a")
        #expect(value.value == "b=c d")
        #expect(try NamedValue(query: "a=").value == "")
    }

    @Test(arguments: ["a", "=b", ""])
    func wrongQuery(_ argument: String) {
        #expect(throws: ValidationError.self) { try NamedValue(query: argument) }
    }

    @Test func header() throws {
        let value = try NamedValue(header: "Authorization: Bearer a:b")
        #expect(value.name == "Authorization")
        #expect(value.value == "Bearer a:b")
        #expect(try NamedValue(header: "X:1").value == "1")
    }

    @Test(arguments: ["a", ": b", ""])
    func wrongHeader(_ argument: String) {
        #expect(throws: ValidationError.self) { try NamedValue(header: argument) }
    }

    @Test func lastValueOfANameCounts() throws {
        let values = try ["a=1", "b=2", "a=3"].map(NamedValue.init(query:))
        #expect(NamedValue.dictionary(values) == ["a": "3", "b": "2"])
    }

    @Test func transports() {
        #expect(TransportList(argument: "websocket")?.kinds == [.websocket])
        #expect(TransportList(argument: "websocket,polling")?.kinds == [.websocket, .polling])
    }

    @Test(arguments: ["", "udp", "polling,", "polling,polling", "Polling"])
    func wrongTransports(_ argument: String) { #expect(TransportList(argument: argument) == nil) }

    @Test func seconds() throws {
        #expect(try Seconds(argument: "2").duration == .seconds(2))
        #expect(try Seconds(argument: "0.25").duration == .milliseconds(250))
    }

    @Test(arguments: ["", "0", "-1", "x", "nan", "inf", "1e300", "1e-300"])
    func wrongSeconds(_ argument: String) {
        #expect(throws: ValidationError.self) { try Seconds(argument: argument) }
    }
}
