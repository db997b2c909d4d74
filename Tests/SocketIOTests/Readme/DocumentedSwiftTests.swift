import Foundation
import Testing
import TestSupport

/// The Swift in the articles and in the comments of the sources compiles as it stands there.
@Suite(.timeLimit(.minutes(10))) struct DocumentedSwiftTests {
    /// What the pieces take for granted.
    private static let context = """
        import Foundation
        import Logging
        import SocketIO

        protocol Store: Sendable { func value(for key: String) async -> String }
        struct Stranger: Error {}
        func work(_ number: Int) async throws -> Int { number }

        """

    /// A comment's pieces are lines of some function that has these.
    private static let parameters =
        "_ socket: Socket, _ manager: Manager, _ options: inout ClientOptions, _ fresh: String, _ newCertificate: String"

    private static func files(_ suffix: String) -> [String] {
        let all = FileManager.default.enumerator(atPath: "\(Repository.root)/Sources")?.compactMap { $0 as? String }
        return (all ?? []).filter { $0.hasSuffix(suffix) }.sorted().map { "\(Repository.root)/Sources/\($0)" }
    }

    private static func blocks(_ text: String) -> [String] {
        text.matches(of: /```swift\n((?s).*?)```/).map { String($0.1) }
    }

    @Test func everyPieceInAnArticleCompiles() async throws {
        let pieces = try Self.files(".md").flatMap { Self.blocks(try String(contentsOfFile: $0, encoding: .utf8)) }
        #expect(pieces.count >= 10)
        #expect(try await Typechecker.complaints(about: Self.context + pieces.joined(separator: "\n")) == [])
    }

    @Test func everyPieceInACommentCompiles() async throws {
        var functions: [String] = []
        for file in Self.files(".swift") {
            let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
            let comments = lines.compactMap { $0.firstMatch(of: /^ *\/\/\/ ?(.*)$/)?.1 }.joined(separator: "\n")
            for block in Self.blocks(comments) {
                functions.append("func piece\(functions.count)(\(Self.parameters)) async throws {\n\(block)}\n")
            }
        }
        #expect(functions.count >= 10)
        let errors = try await Typechecker.complaints(about: Self.context + functions.joined(separator: "\n"))
            // It may name something that it does not use.
            .filter { !$0.text.contains("never used") && !$0.text.contains("never mutated") }
        #expect(errors == [])
    }
}
