import Foundation
import Testing
import TestSupport

/// The compiler, asked about a piece of Swift that uses this package as it was built with the tests.
enum Typechecker {
    struct Complaint: Hashable {
        var line: Int
        var text: String
    }

    /// The errors and warnings of `source`, by its lines, which count from 1.
    static func complaints(about source: String) async throws -> [Complaint] {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let file = try directory.write(Data(source.utf8), to: "piece.swift")
        let products = URL(filePath: try Repository.program("sio")).deletingLastPathComponent().path
        let shims = "\(Repository.root)/CShims"
        let maps =
            try FileManager.default.contentsOfDirectory(atPath: shims).map { "\(shims)/\($0)/module.modulemap" }
            .filter { FileManager.default.fileExists(atPath: $0) } + ["\(products)/CJSONTape.build/module.modulemap"]
        let run = try await ChildProcess.run(
            "swiftc",
            ["-typecheck", "-swift-version", "6", "-I", "\(products)/Modules"]
                + maps.flatMap { ["-Xcc", "-fmodule-map-file=\($0)"] } + [file], within: standardDeadline)
        let complaints = run.stderr.matches(of: /piece\.swift:(\d+):\d+: (?:error|warning): (.*)/).map { match in
            Complaint(line: Int(match.1) ?? 0, text: String(match.2))
        }
        // Else it complains of something that is not in the piece.
        guard run.status == 0 || !complaints.isEmpty else { throw SupportError("swiftc: \(run.stderr)") }
        return complaints
    }
}
