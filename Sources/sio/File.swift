import Glibc
import SocketIO

/// Files named on the command line; `-` is standard input.
enum File {
    /// A file could not be read.
    struct Failure: Error, Equatable, CustomStringConvertible {
        let path: String
        let errno: Int32

        var description: String { "\(path): \(String(cString: strerror(errno)))" }
    }

    static func read(_ path: String) throws(Failure) -> Binary {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(path: path, errno: errno) }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return Binary(content) }
            if count > 0 {
                content += buffer[..<count]
            } else if errno != EINTR {
                throw Failure(path: path, errno: errno)
            }
        }
    }

    static func firstLine(_ path: String) throws(Failure) -> String {
        String(decoding: try read(path).prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }, as: UTF8.self)
    }
}
