import Glibc

/// A port of an address that is given to nobody else as long as this lives. A server that is told of it may listen there,
/// again and again, if it sets `SO_REUSEADDR`; between its times connections are refused.
///
/// Without it a server that starts meanwhile could get the port, and with it the clients of the one that was stopped.
package final class ReservedPort: Sendable {
    private let listener: Listener

    package var number: Int { listener.port }

    package init(host: String = "127.0.0.1") throws { listener = try Listener(host: host, use: .reservation) }

    deinit { close(listener.descriptor) }
}

/// A port of an address at which nobody listens, as long as this lives.
package final class SilentPort: Sendable {
    private let listener: Listener

    package var port: Int { listener.port }

    /// Some port of 127.0.0.1.
    package init() throws { listener = try Listener(host: "127.0.0.1", use: .silence) }

    /// Nil if somebody listens there.
    package init?(host: String, port: Int) {
        guard let listener = try? Listener(host: host, port: port, use: .silence) else { return nil }
        self.listener = listener
    }

    deinit { close(listener.descriptor) }
}

/// A port of 127.0.0.1 that refuses every connection as long as the process lives: nobody else gets it.
package func refusingPort() throws -> Int { try refusing.get().port }
private let refusing = Result { try SilentPort() }

/// A bound TCP socket, which its owner closes.
struct Listener: Sendable {
    enum Use {
        case listening
        /// Nobody else can listen there.
        case silence
        /// Others can who ask for this port, and are given another if they ask for any.
        case reservation
    }

    let descriptor: Int32
    let port: Int

    init(host: String, port: Int = 0, use: Use = .listening) throws {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &found) == 0, let address = found?.pointee else {
            throw SupportError("\(host) is no address")
        }
        defer { freeaddrinfo(found) }

        descriptor = socket(address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
        if use != .silence { setOption(descriptor, SOL_SOCKET, SO_REUSEADDR, to: Int32(1)) }
        guard bind(descriptor, address.ai_addr, address.ai_addrlen) == 0,
            use != .listening || listen(descriptor, 64) == 0
        else {
            let failure = errno
            close(descriptor)
            throw SupportError("cannot listen on \(host): \(String(cString: strerror(failure)))")
        }
        self.port = Listener.port(of: descriptor)
    }

    private static func port(of descriptor: Int32) -> Int {
        var name = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &name) { name in
            name.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &size) }
            // The port is at the same place in both families.
            return name.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                Int(UInt16(bigEndian: $0.pointee.sin_port))
            }
        }
    }
}

func setOption(_ descriptor: Int32, _ level: Int32, _ name: Int32, to value: some BitwiseCopyable) {
    withUnsafeBytes(of: value) { _ = setsockopt(descriptor, level, name, $0.baseAddress, socklen_t($0.count)) }
}

extension Listener {
    /// Whether somebody listens at a port of 127.0.0.1.
    static func isListening(port: Int) throws -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return try isListening(at: address, AF_INET)
    }

    /// Whether somebody listens at a Unix socket, whose file is there before anybody does.
    static func isListening(socketPath: String) throws -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { place in
            place.copyBytes(from: socketPath.utf8.prefix(place.count - 1))
            return socketPath.utf8.count < place.count
        }
        guard fits else { throw SupportError("the path of a socket is too long: \(socketPath)") }
        return try isListening(at: address, AF_UNIX)
    }

    private static func isListening<Address>(at address: Address, _ family: Int32) throws -> Bool {
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SupportError("no socket: errno \(errno)") }
        defer { close(descriptor) }
        return withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size)) == 0
            }
        }
    }
}
