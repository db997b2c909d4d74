import SocketIO
import TestSupport
import Testing

extension NginxServer {
    /// The path of a file of options with which its socket is used.
    func options(in directory: TemporaryDirectory) throws -> String {
        try directory.write(Array(#"{"agent": {"socketPath": "\#(socketPath)"}}"#.utf8), to: "options.json")
    }
}

/// What `sio doctor --json` printed.
struct Examination {
    let status: Int32
    let output: String
    let json: JSONValue

    /// Runs it to its end. It prints one line, and nothing to standard error.
    static func run(_ arguments: String...) async throws -> Examination {
        let run = try await ChildProcess.run(try Repository.program("sio"), ["doctor", "--json"] + arguments)
        #expect(run.stderr == "")
        #expect(run.stdout.split(separator: "\n", omittingEmptySubsequences: false).count == 2)
        let examination = Examination(
            status: run.status, output: run.stdout, json: try JSONValue(parsing: run.stdout))
        #expect(examination.json["exitStatus"] == .integer(Int64(run.status)))
        #expect(examination.json["ok"] == .bool(run.status == 0))
        return examination
    }

    var steps: [JSONValue] { json["steps"]?.arrayValue ?? [] }

    subscript(_ name: String) -> JSONValue? { steps.first { $0["name"] == .string(name) } }

    func status(of name: String) -> String? { self[name]?["status"]?.stringValue }

    /// Of all steps in their order: `dns ok`, …
    var course: [String] {
        steps.map { "\($0["name"]?.stringValue ?? "?") \($0["status"]?.stringValue ?? "?")" }
    }

    func cause(of name: String) -> String { self[name]?["cause"]?.stringValue ?? "" }
    func advice(of name: String) -> String { self[name]?["advice"]?.stringValue ?? "" }
    func details(of name: String) -> JSONValue { self[name]?["details"] ?? nil }
}
