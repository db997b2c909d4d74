import SocketIO
import TestSupport

/// A packet as a user sees it: bytes anywhere in its data.
struct RandomPacket {
    var kind: Packet.Kind
    var namespace: String
    var id: UInt64?
    var data: JSONValue?

    init(using random: inout SeededGenerator) {
        var values = RandomValues(random)
        defer { random = values.random }
        kind = values.pick([.event, .event, .event, .ack, .ack, .connect, .disconnect, .connectError])
        namespace = values.pick(["/", "/", "/chat", "/a/b", "/räume/ü", "/with space", "/a?b=c", "/0", "/😀"])
        let arguments = (0..<values.number(below: 4)).map { _ in values.value(depth: 3) }
        switch kind {
        case .event:
            id = values.chance(50) ? values.identifier() : nil
            data = .array([.string("x" + values.string())] + arguments)
        case .ack:
            id = values.identifier()
            data = .array(arguments)
        case .connect: if values.chance(50) { data = values.object(depth: 2, hasBinary: false) }
        case .connectError: data = values.chance(50) ? values.object(depth: 2, hasBinary: false) : .string("no")
        default: break
        }
    }
}

/// Values that JavaScript holds exactly.
private struct RandomValues {
    var random: SeededGenerator

    init(_ random: SeededGenerator) { self.random = random }

    mutating func number(below limit: Int) -> Int { .random(in: 0..<limit, using: &random) }
    mutating func chance(_ percent: Int) -> Bool { number(below: 100) < percent }
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[number(below: elements.count)] }

    /// As large as JavaScript counts, but more often small.
    mutating func identifier() -> UInt64 { random.next() >> UInt64.random(in: 11..<64, using: &random) }

    mutating func string() -> String {
        let parts = [
            "a", "Z", "0", " ", ",", "/", "[", "]", "{", "-", "\"", "\\", "\n", "\u{0}", "\u{1F}", "\u{7F}", "é", "€",
            "😀", "\u{FEFF}", "\u{2028}", "\u{1E}", "_placeholder", "num", "a longer part of plain text",
        ]
        return (0..<number(below: 8)).map { _ in pick(parts) }.joined()
    }

    mutating func value(depth: Int, hasBinary: Bool = true) -> JSONValue {
        switch number(below: depth > 0 ? 12 : 9) {
        case 0: return .null
        case 1: return .bool(chance(50))
        case 2: return .integer(Int64(identifier()) * pick([1, -1]))
        case 3: return .number(Double.random(in: -1e6...1e6, using: &random).nextUp + 0.25)
        case 4: return .number(pick([0.5, -2.5e-7, 1.5e300, .leastNonzeroMagnitude, 0.1]))
        case 5, 6: return .string(string())
        case 7, 8: return hasBinary ? .binary(bytes()) : .null
        case 9, 10:
            return .array((0..<number(below: 5)).map { _ in value(depth: depth - 1, hasBinary: hasBinary) })
        default: return object(depth: depth, hasBinary: hasBinary)
        }
    }

    mutating func object(depth: Int, hasBinary: Bool) -> JSONValue {
        let members = (0..<number(below: 5)).map { _ in
            ("k" + string(), value(depth: depth - 1, hasBinary: hasBinary))
        }
        return .object(JSONObject(members))
    }

    private mutating func bytes() -> Binary {
        Binary((0..<pick([0, 1, 2, 3, 30])).map { _ in UInt8.random(in: 0...255, using: &random) })
    }
}
