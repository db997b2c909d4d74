import Foundation
import SocketIOProtocol
import TestSupport
import Testing

/// What we accept, and what we read, against Node's `JSON.parse`.
@Suite(.timeLimit(.minutes(5))) struct NodeDifferentialTests {
    @Test(.timeLimit(.minutes(2))) func agreesWithNode() async throws {
        var random = RandomJSON(seed: 20_260_101)
        var texts = JSONVectors.valid.map(\.text) + JSONVectors.invalid
        for _ in 0..<3000 {
            let text = random.text()
            texts.append(text)
            for _ in 0..<3 { texts.append(random.damaged(text)) }
        }
        let theirs = try await Node.answers(
            to: texts, "text => { try { return form(JSON.parse(text)); } catch { return null; } }")
        #expect(theirs.count == texts.count)
        var accepted = 0
        for (text, their) in zip(texts, theirs) {
            let our = (try? JSONValue(parsing: text))?.canonicalForm
            #expect(our == their, "\(text.debugDescription)")
            if our != nil { accepted += 1 }
        }
        // The generator is worth something only if both outcomes are common.
        #expect(accepted > 3000 && texts.count - accepted > 3000)
    }

    /// What we write is what `JSON.stringify` writes, letter for letter: the order, the shortest numbers, escapes.
    @Test(.timeLimit(.minutes(2))) func writesAsNode() async throws {
        var random = RandomJSON(seed: 20_260_102)
        let texts = (0..<5000).map { _ in random.value().asJavaScriptHasIt.description }
        let theirs = try await Node.answers(to: texts, "text => JSON.stringify(JSON.parse(text))")
        #expect(theirs.count == texts.count)
        for (our, their) in zip(texts, theirs) { #expect(our == their) }
    }
}

private enum Node {
    /// Reads an array of texts; writes for each of them null or a form of its value that is easy to compare.
    private static let script = """
        const form = value => {
            if (typeof value === "string") return "s" + Buffer.from(value).toString("hex");
            if (typeof value === "number") {
                const bits = Buffer.alloc(8);
                bits.writeDoubleBE(value + 0);
                return "d" + bits.toString("hex");
            }
            if (Array.isArray(value)) return "[" + value.map(form).join() + "]";
            if (value && typeof value === "object")
                return "{" + Object.keys(value).map(key => form(key) + ":" + form(value[key])).sort().join() + "}";
            return String(value);
        };
        process.stdout.write(JSON.stringify(JSON.parse(require("fs").readFileSync(process.argv[1])).map(eval(process.argv[2]))));
        """

    /// What `function` of JavaScript's returns for each of `texts`.
    static func answers(to texts: [String], _ function: String) async throws -> [String?] {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let input = try directory.write(try JSONEncoder().encode(texts), to: "in.json")
        let run = try await ChildProcess.run("node", ["-e", script, input, function], within: standardDeadline)
        try #require(run.status == 0, "node, of Debian's nodejs, is needed: \(run.stderr)")
        return try JSONDecoder().decode([String?].self, from: Data(run.stdout.utf8))
    }
}

extension JSONValue {
    /// Without what JavaScript cannot hold, or spells in another way: integers beyond 2⁵³, exponents, and objects that do
    /// not begin with those of their names that are indices.
    fileprivate var asJavaScriptHasIt: JSONValue {
        switch self {
        case .integer(let integer): .integer(integer % (1 << 53))
        case .number(let number): "\(number)".contains("e") ? .number(number.significand) : self
        case .array(let elements): .array(elements.map(\.asJavaScriptHasIt))
        case .object(let members): .object(JSONObject(members.map { ("k" + $0.key, $0.value.asJavaScriptHasIt) }))
        default: self
        }
    }

    fileprivate var canonicalForm: String {
        func hex(_ bits: UInt64) -> String {
            let digits = String(bits, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
        func form(_ text: String) -> String {
            "s" + text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        switch self {
        case .null: return "null"
        case .bool(let flag): return flag ? "true" : "false"
        case .integer(let integer): return "d" + hex(Double(integer).bitPattern)
        // -0 is 0 to everybody but the bits.
        case .number(let number): return "d" + hex((number + 0).bitPattern)
        case .string(let text): return form(text)
        case .array(let elements): return "[" + elements.map(\.canonicalForm).joined(separator: ",") + "]"
        case .object(let members):
            return "{" + members.map { form($0.key) + ":" + $0.value.canonicalForm }.sorted().joined(separator: ",")
                + "}"
        case .binary: return "binary"
        }
    }
}
