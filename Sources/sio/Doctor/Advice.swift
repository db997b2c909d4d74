import Glibc
import SocketIO

/// What an administrator can do about an error.
enum Advice {
    static func text(for error: SocketIOError, in step: DiagnosisStep.Name, _ setting: Setting) -> String {
        if error.phase == .tls { return TLSAdvice.text(for: error, setting) }
        if let advice = clientCertificate(error, setting) { return advice }
        switch step {
        case .dns: return dns(error, setting)
        case .tcp: return tcp(error, setting)
        case .tls: return TLSAdvice.text(for: error, setting)
        case .polling: return polling(error, setting)
        case .websocket: return webSocket(error, setting)
        case .upgrade: return upgrade(error)
        case .namespace: return namespace(error, setting)
        }
    }

    /// Some servers refuse a client certificate, or none, only after the handshake.
    private static func clientCertificate(_ error: SocketIOError, _ setting: Setting) -> String? {
        guard error.clientCertificateRequested == true, let request = setting.tls?.clientCertificateRequest else {
            return nil
        }
        return TLSAdvice.clientCertificate(request, alert: nil, setting)
    }

    // MARK: The way to the server

    private static func dns(_ error: SocketIOError, _ setting: Setting) -> String {
        if error.code == .timedOut { return "The name servers do not answer: check /etc/resolv.conf and the network." }
        if error.message.hasSuffix("IPv4 address") || error.message.hasSuffix("IPv6 address") {
            return "Allow the other version of IP, in the options family and localAddress, or give the name an address."
        }
        let place = setting.proxy == nil ? "in the URL" : "in the option agent.proxy"
        return "Check the name \(place), and that this machine's name servers, or its /etc/hosts, know it."
    }

    private static func tcp(_ error: SocketIOError, _ setting: Setting) -> String {
        let place = setting.proxy.map { "the proxy \($0)" } ?? "the server"
        if setting.proxy != nil, let status = error.http?.status {
            return status == 407 || status == 401
                ? "Give the proxy's user and password in the option agent.proxy: http://user:password@host:port."
                : "Let the proxy allow the tunnel to this host and port, or go past it with agent.noProxy."
        }
        switch error.errno {
        case ECONNREFUSED: return "Nothing listens there: start \(place), or correct the port."
        case ENOENT: return "There is no such Unix socket: start the server, or correct agent.socketPath."
        case EACCES, EPERM: return "This user may not connect there: check the socket's rights and the firewall."
        case ENETUNREACH, EHOSTUNREACH: return "There is no route to \(place): check the network and the address."
        case EADDRNOTAVAIL: return "Correct the option localAddress: this machine does not have it."
        case ECONNRESET: return "The connection was cut: look for a firewall on the way, and into the log of \(place)."
        default: break
        }
        if error.code == .timedOut || error.errno == ETIMEDOUT {
            return "Nobody answers at this address: check that \(place) runs, and that no firewall drops the packets."
        }
        return "Check the address, the port, and the network to \(place)."
    }

    // MARK: HTTP

    private static func polling(_ error: SocketIOError, _ setting: Setting) -> String {
        if let status = error.http?.status { return http(status, error, setting) }
        switch error.code {
        case .timedOut:
            return "The server has taken the request and does not answer: look into its log, or give --timeout."
        case .protocolViolation where !setting.isSecure && error.phase != .engine:
            return "Use https:// if the server speaks TLS on this port; otherwise correct the port."
        case .limitExceeded: return "This is no Socket.IO server: correct the URL or --path."
        default:
            let scheme = setting.isSecure ? "" : "; if it speaks TLS on this port, use https://"
            return "The server, or a proxy before it, cuts the connection: look into its log\(scheme)."
        }
    }

    /// The words of Node's server, and of python-socketio's.
    private static func isUnknownTransport(_ error: SocketIOError) -> Bool {
        guard let http = error.http, http.status == 400 else { return false }
        return http.body.contains("Transport unknown") || http.body.contains("Invalid transport")
    }

    private static func http(_ status: Int, _ error: SocketIOError, _ setting: Setting) -> String {
        let body = error.http?.body ?? ""
        switch status {
        case 200:
            return "What answers there is no Socket.IO server of version 3 or newer: correct the URL, or give --path."
        case 300..<400: return "Redirections are not followed: use the URL that it leads to."
        case 400 where body.contains("Unsupported protocol version"):
            return "The server speaks Socket.IO 2: it needs version 3 or newer."
        case 400 where isUnknownTransport(error):
            return "The server does not allow polling: enable it there, or give --transports websocket."
        case 400 where setting.isSecure == false && body.lowercased().contains("https"):
            return "Use https://: the server speaks TLS on this port."
        case 400: return "The server does not like the request; what it says, and its log, tell why."
        case 401, 403:
            return "The server wants to know who asks: give what it expects with --header, --query or --cert."
        case 404, 405:
            return
                "The server does not listen at \(setting.path): give its path with --path, or correct the host and port."
        case 407: return "A proxy wants to know who asks: see the option agent.proxy."
        case 429: return "There are too many requests: wait, or let the server, or a proxy before it, allow more."
        case 502, 503, 504: return "A proxy answers for a server that it does not reach: start the server behind it."
        case 500...: return "The server has failed: look into its log."
        default: return "This is not what a Socket.IO server answers: correct the URL, or give --path."
        }
    }

    // MARK: WebSocket

    private static let passOnUpgrade = """
        let it (with nginx: proxy_http_version 1.1, proxy_set_header Upgrade $http_upgrade, \
        proxy_set_header Connection "upgrade"), or give --transports polling
        """

    private static func webSocket(_ error: SocketIOError, _ setting: Setting) -> String {
        guard setting.pollingWorks else {
            // Then the two have the same cause most of the time.
            if let status = error.http?.status { return http(status, error, setting) }
            return polling(error, setting)
        }
        if setting.offersWebSocket == false || isUnknownTransport(error) {
            return "The server offers no WebSocket: enable it there, or give --transports polling."
        }
        if let status = error.http?.status, status != 401, status != 403 {
            return "Polling works: a proxy before the server does not pass on the Upgrade; \(passOnUpgrade)."
        }
        if error.http != nil { return http(403, error, setting) }
        if error.code == .timedOut {
            return "Polling works: a proxy on the way holds WebSockets back; \(passOnUpgrade)."
        }
        return "Polling works: a proxy on the way cuts WebSockets off; \(passOnUpgrade)."
    }

    private static func upgrade(_ error: SocketIOError) -> String {
        if error.http != nil || error.code == .disconnected {
            return """
                Each works alone: several servers share this address, and the second connection reaches another than the \
                first; make the balancer sticky, or give --transports websocket.
                """
        }
        return "Each works alone: look into the server's log, or give --transports websocket."
    }

    // MARK: Socket.IO

    private static func namespace(_ error: SocketIOError, _ setting: Setting) -> String {
        switch error.code {
        case .connectRejected where isUnknown(error.message):
            return "The server has no namespace \(setting.namespace): the URL's path names it; correct it."
        case .connectRejected where setting.hasAuth:
            return "The server refuses what --auth tells it, or this client: ask who runs it."
        case .connectRejected: return "The server's own check refuses: give what it expects with --auth."
        case .timedOut: return "The server does not answer for the namespace: look into its log, or give --timeout."
        case .codingFailed: return "Correct the option auth."
        default: return "The connection was lost meanwhile: look into the server's log."
        }
    }

    private static func isUnknown(_ message: String) -> Bool {
        // Node's words, and python-socketio's.
        message == "Invalid namespace" || message == "Unable to connect"
    }
}
