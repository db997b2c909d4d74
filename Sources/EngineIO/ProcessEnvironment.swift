import Glibc

/// What is read of the process's environment.
enum ProcessEnvironment {
    /// The variables about proxies.
    static var proxyVariables: [String: String] {
        let names = [
            "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
        ]
        return names.reduce(into: [:]) { variables, name in
            variables[name] = getenv(name).map { String(cString: $0) }
        }
    }

    /// Whether WebSocket frames may go past libwebsockets. `SOCKETIO_DIRECT_WEBSOCKET=0` keeps them with it: for tests, and
    /// to find out where a fault is.
    static let allowsDirectWebSocket = getenv("SOCKETIO_DIRECT_WEBSOCKET").map { String(cString: $0) } != "0"
}
