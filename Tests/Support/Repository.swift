import Foundation

/// Where the files of this package are.
package enum Repository {
    package static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    package static func script(_ name: String) -> String { "\(root)/scripts/\(name)" }

    package static func peer(_ name: String) -> String { "\(root)/Tests/Support/peer/\(name)" }

    /// A program of this package, as it was built with the tests that run.
    package static func program(_ name: String) throws -> String {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = URL(filePath: tests).deletingLastPathComponent().appending(path: name).path
        guard FileManager.default.isExecutableFile(atPath: path) else { throw SupportError("\(path) is missing") }
        return path
    }

    /// The Python that has python-socketio, made by `scripts/setup --test`.
    package static var python: String {
        get throws {
            let path = "\(root)/.build-python/bin/python"
            guard FileManager.default.isExecutableFile(atPath: path) else {
                throw SupportError("\(path) is missing: run scripts/setup --test")
            }
            return path
        }
    }
}
