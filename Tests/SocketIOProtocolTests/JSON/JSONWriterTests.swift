import SocketIOProtocol
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct JSONWriterTests {
    private func text(_ write: (inout BinaryWriter) -> Void) -> String {
        var writer = BinaryWriter(capacity: 0)
        write(&writer)
        return writer.finish().text
    }

    @Test(arguments: [
        ("", #""""#), ("plain", #""plain""#), ("é€😀\u{2028}\u{7F}/", "\"é€😀\u{2028}\u{7F}/\""),
        ("\"\\\n\r\t\u{8}\u{C}", #""\"\\\n\r\t\b\f""#),
        ("\0\u{1}\u{B}\u{F}\u{10}\u{1F} ", #""\u0000\u0001\u000b\u000f\u0010\u001f ""#),
    ]) func escapesAsStringifyDoes(string: String, json: String) {
        #expect(text { $0.appendJSON(string) } == json)
    }

    /// The search goes by eight bytes: each byte must be found at each place among others of every kind.
    @Test func findsBytesToEscapeAnywhere() throws {
        for byte in UInt8(0)...0x7F {
            for neighbour in ["x", "!", "\u{80}", "ÿ", "[", "]", "#"] {
                for place in 0..<17 {
                    let before = String(repeating: neighbour, count: place)
                    let string = before + String(UnicodeScalar(byte)) + String(repeating: neighbour, count: 9)
                    let json = text { $0.appendJSON(string) }
                    let needsEscape = byte < 0x20 || byte == 0x22 || byte == 0x5C
                    #expect(json.contains("\\") == needsEscape)
                    #expect(try JSONValue(parsing: json) == .string(string))
                }
            }
        }
    }

    /// The last bytes are searched together with those in front of them.
    @Test func findsBytesToEscapeNearTheEnd() throws {
        for byte in ["\"", "\n", "x", "\u{7F}"] {
            for before in 0..<10 {
                for after in 0..<10 {
                    let string = String(repeating: "ÿ", count: before) + byte + String(repeating: "a", count: after)
                    #expect(try JSONValue(parsing: text { $0.appendJSON(string) }) == .string(string))
                    let name = text { writer in
                        writer.append(UInt8(ascii: "{"))
                        writer.appendJSON(name: string, isFirst: true)
                        writer.append("1" as StaticString)
                        writer.appendJSON(name: "b", isFirst: false)
                        writer.append("2}" as StaticString)
                    }
                    #expect(try JSONValue(parsing: name) == [string: 1, "b": 2])
                }
            }
        }
    }

    @Test func writesIntegers() {
        var power: UInt64 = 1
        for _ in 0..<20 {
            for integer in [power, power - 1] { #expect(text { $0.appendJSON(integer) } == "\(integer)") }
            power = power.multipliedReportingOverflow(by: 10).partialValue
        }
        #expect(text { $0.appendJSON(0 as Int64) } == "0")
        #expect(text { $0.appendJSON(Int64.min) } == "-9223372036854775808")
        #expect(text { $0.appendJSON(UInt64.max) } == "18446744073709551615")
    }

    @Test(arguments: [
        (0.0, "0"), (-0.0, "0"), (1.0, "1"), (-3.0, "-3"), (1.5, "1.5"), (0.1, "0.1"), (-2.5e-7, "-2.5e-07"),
        (9_007_199_254_740_991, "9007199254740991"), (.nan, "null"), (.infinity, "null"), (-.infinity, "null"),
        (.leastNonzeroMagnitude, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"),
    ]) func writesNumbers(number: Double, json: String) {
        #expect(text { $0.appendJSON(number) } == json)
    }

    /// Short decimals take a way of their own.
    @Test func writesDecimalsAsTheirDescriptions() {
        var random = SeededGenerator(seed: 1)
        for digits in 1...16 {
            for decimals in 1...8 {
                for _ in 0..<50 {
                    let digits = Int64.random(in: 0...Int64(pow(10, digits)), using: &random)
                    let decimal = Double(digits) / Double(pow(10, decimals)) * (digits % 2 == 0 ? 1 : -1)
                    for number in [decimal, decimal.nextUp, decimal.nextDown] {
                        let expected = Int64(exactly: number).map { "\($0)" } ?? number.description
                        #expect(text { $0.appendJSON(number) } == expected)
                    }
                }
            }
        }
    }

    private func pow(_ base: Int, _ exponent: Int) -> Int { (0..<exponent).reduce(1) { power, _ in power * base } }

    @Test func writesFloatsWithTheirOwnDigits() { #expect(text { $0.appendJSON(Float(0.1)) } == "0.1") }

    @Test func refusesToWriteWhatNobodyReads() {
        var value: JSONValue = 1
        for _ in 0..<1025 { value = [value] }
        var writer = BinaryWriter()
        #expect(throws: JSONError.tooDeep) { try writer.appendJSON(value) { _, _ in } }
        #expect(value.description == "<JSON nested deeper than 1024 levels>")
    }
}
