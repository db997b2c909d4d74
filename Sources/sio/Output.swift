import Glibc

/// Standard output or standard error, a line at a time and without a buffer.
struct Output {
    /// A line could not be written.
    struct Failure: Error, CustomStringConvertible {
        let errno: Int32

        var description: String { "the output cannot be written: \(String(cString: strerror(errno)))" }
    }

    static let standard = Output(descriptor: STDOUT_FILENO)
    private static let error = Output(descriptor: STDERR_FILENO)

    private let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    /// A line on standard error, for people. Where that is closed there is nobody to tell.
    static func tell(_ line: String) { try? error.writeLine(line.terminalLine) }

    func writeLine(_ line: String) throws(Failure) {
        var rest = Array((line + "\n").utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                // Somebody who shares the descriptor has made it non-blocking.
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&ready, 1, -1)
            } else if errno != EINTR {
                throw Failure(errno: errno)
            }
        }
    }
}
