import Foundation
import Testing
import TestSupport

/// What the README shows is compiled, or run.
@Suite(.timeLimit(.minutes(5))) struct ReadmeTests {
    private static func text(_ path: String) throws -> String {
        try String(contentsOfFile: "\(Repository.root)/\(path)", encoding: .utf8)
    }

    private static func blocks(_ language: String) throws -> [String] {
        try text("README.md").matches(of: /```(\w+)\n((?s).*?)```/).compactMap {
            $0.1 == language ? String($0.2) : nil
        }
    }

    @Test func everyPieceOfSwiftIsCompiled() throws {
        let compiled =
            try Self.text("Examples/QuickStart/Chat.swift") + Self.text("Tests/SocketIOTests/Readme/Snippets.swift")
        let blocks = try Self.blocks("swift").filter { !$0.hasPrefix("dependencies:") }
        #expect(blocks.count == 5)
        for block in blocks { #expect(compiled.contains(block), "not compiled: \(block)") }
    }

    @Test func theManifestsLinesAreAManifest() async throws {
        let block = try #require(try Self.blocks("swift").first { $0.hasPrefix("dependencies:") })
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let manifest = """
            // swift-tools-version: 6.2
            import PackageDescription
            let package = Package(name: "chat",
            \(block)
            )
            """
        _ = try directory.write(Data(manifest.utf8), to: "Package.swift")
        let dump = try await ChildProcess.run(
            "/usr/bin/env", ["swift", "package", "--package-path", directory.path, "dump-package"])
        #expect(dump.status == 0, "\(dump.stderr)")
        #expect(dump.stdout.contains("socketio-linux"))
    }

    @Test func thePackagesToInstallAreThoseOfTheSetup() throws {
        let line = try #require(try Self.blocks("sh").first { $0.hasPrefix("apt-get install") })
        let setup = try Self.text("scripts/setup")
        for package in line.split(separator: " ").dropFirst(2) {
            #expect(setup.contains(package.trimmingCharacters(in: .whitespacesAndNewlines)))
        }
    }

    @Test func theCommandsAreThere() throws {
        for line in try Self.blocks("sh").flatMap({ $0.split(separator: "\n") }) where line.hasPrefix("scripts/") {
            let script = "\(Repository.root)/\(line.prefix { $0 != " " })"
            #expect(FileManager.default.isExecutableFile(atPath: script))
        }
    }
}
