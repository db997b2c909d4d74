import SocketIOProtocol

extension SocketIOError {
    /// The proxy refuses the tunnel to the server.
    static func proxyRefused(_ proxy: ProxyURL, status: Int) -> SocketIOError {
        var message = "the proxy \(proxy.authority) refused the tunnel: HTTP \(status)"
        // Some proxies answer wrong credentials with the status that is the server's.
        if status == 407 || status == 401 {
            message +=
                proxy.credentials == nil
                ? " (it asks for a user and a password: agent.proxy has none)"
                : " (it does not accept the user and the password of agent.proxy)"
        }
        var error = SocketIOError(.connectFailed, message, phase: .proxy)
        error.http = HTTPAnswer(status: status, body: "")
        return error
    }

    static func proxyFailed(_ proxy: ProxyURL, _ why: String) -> SocketIOError {
        SocketIOError(.connectFailed, "\(why) (proxy \(proxy.authority))", phase: .proxy)
    }
}
