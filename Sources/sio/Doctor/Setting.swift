import SocketIO

/// What was tried, and what was found so far: what an advice depends on besides the error.
struct Setting: Sendable {
    /// The name, or the address, that the server's certificate must be for.
    var host: String
    var isSecure: Bool
    /// Host and port.
    var proxy: String?
    var path = "/socket.io/"
    var namespace = "/"
    var hasAuth = false
    /// What the TLS handshake came to.
    var tls: TLSInfo?
    /// A session was opened over polling.
    var pollingWorks = false
    /// What the server said of it over polling.
    var offersWebSocket: Bool?
    var now = UnixTime.now
}
