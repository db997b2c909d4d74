import SocketIOProtocol
import Testing

/// One line for each rule of the grammar, and for what `JSON.parse` takes beyond simdjson.
@Suite(.timeLimit(.minutes(5))) struct JSONVectors {
    static let valid: [(text: String, value: JSONValue)] = [
        ("null", nil), ("true", true), ("false", false), (" \t\r\n1 \t\r\n", 1),
        ("0", 0), ("-0", 0), ("12", 12), ("-12", -12), ("0.5", 0.5), ("1.0", 1.0), ("1e3", 1000.0), ("1E+3", 1000.0),
        ("25e-1", 2.5), ("-1.25e-2", -0.0125), ("1e-400", 0.0), ("5e-324", .number(.leastNonzeroMagnitude)),
        ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
        // Beyond Int64, beyond UInt64, and with more digits than a Double holds.
        ("9223372036854775808", .number(0x1p63)), ("18446744073709551615", .number(0x1p64)),
        ("18446744073709551616", .number(0x1p64)), ("-9223372036854775809", .number(-0x1p63)),
        ("[123456789012345678901234567890]", [.number(1.2345678901234568e29)]),
        ("0.1000000000000000055511151231257827021181583404541015625", 0.1),
        // Beyond Double.
        ("1e400", .number(.infinity)),
        ("[1,2.5,-1e400,3,1E+999]", [1, 2.5, .number(-.infinity), 3, .number(.infinity)]),
        ("[-1e99999999999999999999,1.7976931348623157e308]", [.number(-.infinity), .number(.greatestFiniteMagnitude)]),
        (#""""#, ""), (#""a""#, "a"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
        (#""\u0041\u00e9\u20AC""#, "Aé€"),
        (#""\u0000""#, "\0"), (#""\ud83d\ude00""#, "😀"), ("\"é€😀\u{7F}\u{2028}\"", "é€😀\u{7F}\u{2028}"),
        // Halves of surrogate pairs.
        (#""\ud83d""#, "\u{FFFD}"), (#""\ude00""#, "\u{FFFD}"), (#""\ud83d\ud83d\ude00!""#, "\u{FFFD}😀!"),
        (#""\uD83Dx\\ud83d""#, "\u{FFFD}x\\ud83d"),
        (
            #"{"\udfff":["\ud800\u0041",1e400]}"#,
            ["\u{FFFD}": ["\u{FFFD}A", .number(.infinity)]]
        ),
        ("[]", []), ("[ ]", []), ("[1,[2,[]],{}]", [1, [2, []], [:]]),
        ("{}", [:]), (#"{"a":1,"b":{"c":[null]}}"#, ["a": 1, "b": ["c": [nil]]]), (#"{"":0}"#, ["": 0]),
        (#"{"a":1,"a":2}"#, ["a": 2]), (#"{"__proto__":1}"#, ["__proto__": 1]),
    ]

    static let invalid = [
        "", " ", "\u{FEFF}1", "nul", "nulll", "True", "NaN", "Infinity", "undefined", "1 2", "1,", ",1", "'a'",
        "01", "-01", "1.", ".5", "-", "+1", "1e", "1e+", "0x10", "1_000", "--1", "1.2.3", "1e5.5", "1e400e", "-a",
        "00000000000000000000000", "01234567890123456789012345", "1e400x", "12345678901234567890123,",
        "\"", "\"a", "\"\\\"", "\"\\x41\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\ud83d", "\"\\ud83d\\\"", "\"\n\"",
        "\"\t\"",
        "\"\0\"", "\"a\"b", "\"\\u+123\"", "\"\\ud83d\\x\"",
        "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1}", "[1]]", "[[]", "[1,,2]", "(1)",
        "{", "}", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{a:1}", "{1:1}", "{\"a\" 1}",
        "{\"a\",1}",
        "{\"a\":1]", "{,}", "{\"a\":1}}", "{\"a\":1 \"b\":2}", "[1]//", "/**/1",
    ]

    @Test(arguments: valid) func accepts(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == value)
    }

    @Test(arguments: invalid) func refuses(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test(
        arguments: [
            [0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82],
        ] as [[UInt8]]) func refusesInvalidUTF8(bytes: [UInt8])
    {
        #expect(throws: JSONError.self) { try JSONDocument.parse(Binary([0x22] + bytes + [0x22])) }
    }

    @Test func limitsDepth() throws {
        func nested(_ depth: Int, _ open: String, _ close: String) -> String {
            String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
        }
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            let deepest = try JSONValue(parsing: nested(1024, open, close))
            #expect(try JSONValue(parsing: deepest.description) == deepest)
            let error = #expect(throws: JSONError.self) { try JSONValue(parsing: nested(1025, open, close)) }
            #expect(error?.message == "JSON nested deeper than 1024 levels")
        }
        #expect(throws: JSONError.tooDeep) { try JSONValue(parsing: nested(1_000_000, "[", "]")) }
    }

    @Test func saysWhatIsWrong() {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: "[1") }
        #expect(error?.description.hasPrefix("invalid JSON: ") == true)
    }

    /// What follows a slice in its storage must not be read as part of it.
    @Test func readsNoFurtherThanTheSlice() throws {
        let text = Binary(utf8: "12345,true,\"ab\"")
        #expect(try JSONDocument.parse(text.slice(1..<3)).root.asInt64 == 23)
        #expect(try JSONDocument.parse(text.slice(6..<10)).root.asBool == true)
        #expect(throws: JSONError.self) { try JSONDocument.parse(text.slice(6..<9)) }
        #expect(throws: JSONError.self) { try JSONDocument.parse(text.slice(11..<14)) }
        #expect(throws: JSONError.self) { try JSONDocument.parse(text.slice(3..<3)) }
    }
}
