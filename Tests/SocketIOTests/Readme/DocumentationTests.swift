import Foundation
import SocketIO
import Testing
import TestSupport

/// The articles say what the code does.
@Suite(.timeLimit(.minutes(5))) struct DocumentationTests {
    private static func article(_ name: String) throws -> String {
        try String(contentsOfFile: "\(Repository.root)/Sources/SocketIO/SocketIO.docc/\(name).md", encoding: .utf8)
    }

    @Test func theExampleIsRead() throws {
        let json = try #require(try Self.article("Options").firstMatch(of: /```json\n((?s).*?)```/)?.1)
        #expect(try ClientOptions(json: String(json)).reconnectionDelayMax == .seconds(30))
    }

    @Test func everyArticleIsListed() throws {
        let names = try FileManager.default.contentsOfDirectory(
            atPath: "\(Repository.root)/Sources/SocketIO/SocketIO.docc")
        let overview = try Self.article("SocketIO")
        for name in names where name != "SocketIO.md" { #expect(overview.contains("<doc:\(name.dropLast(3))>")) }
    }
}
