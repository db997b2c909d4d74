import SocketIOProtocol
import TestSupport

/// Values and texts of JSON, repeatable by their seed.
struct RandomJSON {
    private(set) var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &generator)]
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }

    // MARK: Values

    mutating func value(depth: Int = 4) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2: return .integer(Int64(bitPattern: generator.next()) >> Int64.random(in: 0..<64, using: &generator))
        case 3: return .number(number())
        case 4, 5: return .string(string())
        case 6: return .array((0..<Int.random(in: 0..<6, using: &generator)).map { _ in value(depth: depth - 1) })
        default:
            let members = (0..<Int.random(in: 0..<6, using: &generator)).map { _ in (string(), value(depth: depth - 1))
            }
            return .object(JSONObject(members))
        }
    }

    /// A number that does not read back as an integer.
    private mutating func number() -> Double {
        let number = Double(bitPattern: generator.next())
        return number.isFinite && (number.magnitude >= 0x1p64 || number != number.rounded()) ? number : 0.25
    }

    mutating func string() -> String {
        let parts = [
            "a", "B", "0", " ", "\"", "\\", "/", "\n", "\u{0}", "\u{1F}", "\u{7F}", "é", "€", "😀", "\u{FFFD}",
            "\u{2028}",
            "_placeholder", "plain text of some length",
        ]
        return (0..<Int.random(in: 0..<12, using: &generator)).map { _ in pick(parts) }.joined()
    }

    // MARK: Texts

    mutating func text(depth: Int = 4) -> String {
        let space = pick(["", "", "", " ", "\n\t "])
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
        case 0: return space + pick(["null", "true", "false"]) + space
        case 1, 2: return space + numberText() + space
        case 3, 4, 5: return space + stringText(surrogates: true) + space
        case 6:
            let elements = (0..<Int.random(in: 0..<5, using: &generator)).map { _ in text(depth: depth - 1) }
            return space + "[" + space + elements.joined(separator: ",") + "]" + space
        default:
            let members = (0..<Int.random(in: 0..<5, using: &generator)).map { _ in
                stringText(surrogates: false) + space + ":" + text(depth: depth - 1)
            }
            return space + "{" + space + members.joined(separator: ",") + "}" + space
        }
    }

    private mutating func numberText() -> String {
        func digits(_ count: Int, _ random: inout Self) -> String {
            (0..<count).map { _ in random.pick(["0", "1", "9", "5", "7"]) }.joined()
        }
        var text = chance(30) ? "-" : ""
        text += chance(25) ? "0" : pick(["1", "2", "9"]) + digits(pick([0, 0, 1, 3, 17, 18, 19, 20, 40]), &self)
        if chance(30) { text += "." + digits(pick([1, 2, 16, 17, 30]), &self) }
        if chance(30) { text += pick(["e", "E"]) + pick(["", "+", "-"]) + digits(pick([1, 2, 3, 4, 25]), &self) }
        return text
    }

    private mutating func stringText(surrogates: Bool) -> String {
        var parts = [
            "a", "b", "1", "é", "€", "😀", "\u{7F}", #"\""#, #"\\"#, #"\/"#, #"\b"#, #"\f"#, #"\n"#, #"\r"#, #"\t"#,
            #"\u0041"#, #"\u00e9"#, #"\uD83D\uDE00"#, #"\u0000"#, "__proto__", "longer than eight bytes",
        ]
        if surrogates { parts += [#"\ud83d"#, #"\uDE00"#] }
        return "\"" + (0..<Int.random(in: 0..<6, using: &generator)).map { _ in pick(parts) }.joined() + "\""
    }

    /// `text` with one or two faults, which may leave it valid.
    mutating func damaged(_ text: String) -> String {
        var scalars = Array(text.unicodeScalars)
        let insertions: [UnicodeScalar] = Array("[]{}:,\"\\0123456789eE+-.tfnu \n\u{0}\u{1}a/'x".unicodeScalars)
        for _ in 0..<pick([1, 1, 2]) {
            let place = Int.random(in: 0...scalars.count, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: scalars.insert(pick(insertions), at: place)
            case 1: if place < scalars.count { scalars.remove(at: place) }
            case 2: if place < scalars.count { scalars[place] = pick(insertions) }
            case 3: scalars.removeSubrange(place...)
            default:
                let other = Int.random(in: 0...scalars.count, using: &generator)
                let part = Array(scalars[min(place, other)..<min(scalars.count, min(place, other) + 5)])
                scalars.insert(contentsOf: part, at: max(place, other))
            }
        }
        return scalars.map { String($0) }.joined()
    }
}
