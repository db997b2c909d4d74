import COpenSSL
import Glibc
import SocketIOProtocol

/// The files that the TLS options name, each read once, so that what is made of them fits together.
final class TLSFiles {
    /// Why a file cannot be read.
    struct Failure: Error {
        let reason: String
        var errno: Int32?
    }

    private static let maximumBytes = 1 << 20

    private var contents: [String: Binary] = [:]

    /// The bytes of a source.
    func content(of source: TLSSource) throws(Failure) -> Binary {
        switch source.place {
        case .bytes(let bytes):
            guard bytes.count <= Self.maximumBytes else { throw Self.tooLarge }
            return bytes
        case .file(let path):
            if let content = contents[path] { return content }
            let content = try Self.read(path)
            contents[path] = content
            return content
        }
    }

    /// Reads the files at `paths`. One that cannot be read is left for `content(of:)` to complain of.
    func read(_ paths: [String]) {
        for path in paths { _ = try? content(of: .file(path)) }
    }

    /// What tells these contents from others.
    var fingerprint: [String: Binary] { contents.mapValues { SHA256.digest(of: $0) } }

    private static func read(_ path: String) throws(Failure) -> Binary {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw systemFailure() }
        defer { close(descriptor) }
        var content = BinaryWriter(capacity: 4096)
        while true {
            let count = Glibc.read(descriptor, content.reserve(4096), 4096)
            if count < 0 {
                if errno == EINTR { continue }
                throw systemFailure()
            }
            // It is kept: without the room that was not needed.
            if count == 0 { return Binary(content.finish()) }
            content.advance(by: count)
            guard content.count <= maximumBytes else { throw tooLarge }
        }
    }

    private static var tooLarge: Failure { Failure(reason: "it is larger than \(maximumBytes) bytes") }

    private static func systemFailure() -> Failure {
        let number = errno
        return Failure(reason: String(cString: strerror(number)), errno: number)
    }
}

enum SHA256 {
    /// The 32 bytes of the digest.
    static func digest(of bytes: Binary) -> Binary {
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        _ = bytes.withUnsafeBytes { COpenSSL.SHA256($0.baseAddress, $0.count, &digest) }
        return Binary(digest)
    }
}
