package import Foundation

/// A directory that is gone, with what is in it, when its last owner is.
package final class TemporaryDirectory: Sendable {
    package let path: String

    package init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "socketio-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: url, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        path = url.path
    }

    deinit { remove() }

    package func file(_ name: String) -> String { path + "/" + name }

    /// Writes `content` and returns the file's path.
    package func write(_ content: some DataProtocol, to name: String) throws -> String {
        try Data(content).write(to: URL(filePath: file(name)))
        return file(name)
    }

    package func remove() { try? FileManager.default.removeItem(atPath: path) }
}
