import ArgumentParser
import Foundation
import SocketIO
import TestSupport
import Testing

@testable import sio

@Suite(.timeLimit(.minutes(5))) struct EventArgumentTests {
    @Test(
        arguments: [
            ("42", 42), ("-1.5", -1.5), ("true", true), ("null", nil), (#""a""#, "a"), ("[1,[]]", [1, []]),
            (#"{"a":{}}"#, ["a": [:]]),
            // What is no JSON is text.
            ("hello", "hello"), ("", ""), ("1 2", "1 2"), ("{", "{"), ("007", "007"), (#""@x""#, "@x"),
        ] as [(String, JSONValue)])
    func value(_ text: String, _ value: JSONValue) throws { #expect(try EventArgument.value(text) == value) }

    @Test func file() throws {
        let directory = try TemporaryDirectory()
        let bytes: [UInt8] = [0, 255, 10]
        let path = try directory.write(bytes, to: "x.bin")
        #expect(try EventArgument.value("@" + path) == .binary(Binary(bytes)))
    }

    @Test func missingFile() {
        let error = #expect(throws: File.Failure.self) { try EventArgument.value("@/no/such/file") }
        #expect(error.map { "\($0)" } == "/no/such/file: No such file or directory")
        #expect(throws: File.Failure.self) { try EventArgument.value("@/") }
    }

    @Test func optionHasToBeJSON() throws {
        #expect(try JSONValue(argument: "[1]") == [1])
        #expect(throws: ValidationError.self) { try JSONValue(argument: "hello") }
    }

    @Test(arguments: ["secret", "secret\n", "secret\r\nnext\n"])
    func firstLine(_ content: String) throws {
        let directory = try TemporaryDirectory()
        #expect(try File.firstLine(try directory.write(Data(content.utf8), to: "x")) == "secret")
    }
}
