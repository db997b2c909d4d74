import Glibc
import SocketIOProtocol

/// Where a connection's TCP or Unix socket leads: to the server, or to the proxy before it.
enum Endpoint {
    case address(SocketAddress, port: UInt16)
    case proxy(SocketAddress, port: UInt16)
    case unix(path: String)

    /// What a failure to reach it is called.
    var phase: SocketIOError.Phase {
        if case .proxy = self { .proxy } else { .tcp }
    }

    /// The error number of a connection that fails before anything is sent, if that can be foreseen.
    func immediateFailure(from local: String?) -> Int32? {
        switch self {
        case .address(let address, let port), .proxy(let address, let port):
            address.immediateFailure(port: port, from: local.flatMap { SocketAddress($0) })
        case .unix(let path): Self.immediateFailure(path: path)
        }
    }

    /// A datagram socket is not let to a stream's path, but told first whether there is one.
    private static func immediateFailure(path: String) -> Int32? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        return status == 0 || errno == EPROTOTYPE ? nil : errno
    }
}

extension Endpoint: CustomStringConvertible {
    var description: String {
        switch self {
        case .address(let address, let port): address.with(port: port)
        case .proxy(let address, let port): "proxy \(address.with(port: port))"
        case .unix(let path): path
        }
    }
}
