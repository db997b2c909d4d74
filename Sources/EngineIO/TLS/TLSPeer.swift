import Glibc
import SocketIOProtocol

/// Whom the server's certificate must name, and which name it is asked for.
struct TLSPeer: Equatable {
    enum Identity: Equatable {
        case name(String)
        /// IPv4 or IPv6.
        case address(String)
    }

    let identity: Identity
    /// The name in the ClientHello (SNI); nil for none.
    let serverName: String?

    /// - Parameter servername: The option: instead of `host`; empty for no name in the ClientHello.
    init(_ host: String, servername: String? = nil) throws(SocketIOError) {
        let isOther = servername?.isEmpty == false
        let name = isOther ? servername ?? host : host
        guard let identity = Identity(name) else {
            throw TLSOptions.invalid(isOther ? "servername" : "host", "\(name.debugDescription) is no name of a host")
        }
        self.identity = identity
        serverName = if case .name(let name) = identity, servername != "" { name } else { nil }
    }

    var host: String {
        switch identity {
        case .name(let text), .address(let text): text
        }
    }
}

extension TLSPeer.Identity {
    fileprivate init?(_ host: String) {
        var address = in6_addr()
        if inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1 {
            self = .address(host)
        } else {
            guard var name = HostName.ascii(host) else { return nil }
            // Neither SNI nor certificates have the root's dot.
            if name.hasSuffix(".") { name.removeLast() }
            // OpenSSL would verify nothing for an empty name, and take one behind a dot for any name before it.
            guard !name.isEmpty, !name.hasPrefix(".") else { return nil }
            self = .name(name)
        }
    }
}
