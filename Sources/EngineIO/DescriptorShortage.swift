import Glibc
import SocketIOProtocol

extension SocketIOError {
    /// The I/O thread cannot have what it needs; `errno` is that of the failure.
    static func noDescriptors(_ errno: Int32) -> SocketIOError {
        var error = SocketIOError(
            .systemFailure, "the I/O thread could not be started: \(String(cString: strerror(errno)))")
        error.errno = errno
        return error
    }
}

/// The error number of opening another file or socket, if `count` of them at once are more than the process, or the
/// system, has left; else nil. For libraries that fail for it without saying so.
package func descriptorShortage(of count: Int) -> Int32? {
    var descriptors: [Int32] = []
    defer { for descriptor in descriptors { close(descriptor) } }
    for _ in 0..<count {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return errno }
        descriptors.append(descriptor)
    }
    return nil
}
