import CLibuv
import Glibc

/// An IP address.
struct SocketAddress: Sendable, Equatable {
    /// In numbers, as libwebsockets takes it.
    let text: String
    let isIPv6: Bool

    private init(_ text: String, isIPv6: Bool) {
        self.text = text
        self.isIPv6 = isIPv6
    }

    /// Nil if `text` is no address but a name.
    init?(_ text: String) {
        var storage = in6_addr()
        if inet_pton(AF_INET, text, &storage) == 1 {
            self.init(text, isIPv6: false)
        } else if inet_pton(AF_INET6, text, &storage) == 1 {
            self.init(text, isIPv6: true)
        } else {
            return nil
        }
    }

    /// An address out of a resolver's list.
    init?(_ info: addrinfo) {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard
            getnameinfo(info.ai_addr, info.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
        else { return nil }
        self.init(
            String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self),
            isIPv6: info.ai_family == AF_INET6)
    }

    /// The address and port that `ask`, which is `getsockname` or `getpeername`, tells of a socket; nil for a Unix socket.
    static func name(
        of socket: Int32, _ ask: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> String? {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard ask(socket, address, &size) == 0 else { return nil }
                var info = addrinfo()
                info.ai_addr = address
                info.ai_addrlen = size
                info.ai_family = Int32(storage.pointee.ss_family)
                guard info.ai_family != AF_UNIX, let name = SocketAddress(info) else { return nil }
                // At the same place in both families.
                let port = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee.sin_port }
                return name.with(port: UInt16(bigEndian: port))
            }
        }
    }

    var family: AddressFamily { isIPv6 ? .ipv6 : .ipv4 }

    /// With its port, as people write it.
    func with(port: UInt16) -> String { isIPv6 ? "[\(text)]:\(port)" : "\(text):\(port)" }

    /// The error number of a connection that fails before anything is sent, as for an address without a route; else nil.
    ///
    /// A connection that fails inside `connect` gets no reason from libwebsockets, which leaks its libuv handle, too.
    /// Connecting a datagram socket fails in nearly all of these cases, and sends nothing.
    func immediateFailure(port: UInt16, from local: SocketAddress? = nil) -> Int32? {
        let descriptor = socket(isIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        if let local, local.withSystemAddress(port: 0, { bind(descriptor, $0, $1) }) != 0 { return errno }
        return withSystemAddress(port: port) { connect(descriptor, $0, $1) } == 0 ? nil : errno
    }

    private func withSystemAddress(port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var storage = sockaddr_storage()
        return withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
                if isIPv6 {
                    uv_ip6_addr(text, Int32(port), address)
                } else {
                    address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                        _ = uv_ip4_addr(text, Int32(port), $0)
                    }
                }
            }
            let size = isIPv6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
            return storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(size)) }
        }
    }
}
