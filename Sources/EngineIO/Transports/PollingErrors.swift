import SocketIOProtocol

extension SocketIOError {
    static let answeredEarly = SocketIOError(
        .connectFailed, "the server answered before it had taken the whole request", phase: .http)

    /// Another status than 200.
    static func refused(_ response: CurlTransfer.Response) -> SocketIOError {
        let answer = HTTPAnswer(response)
        let body = answer.body.summary
        var error = SocketIOError(
            .connectFailed, "HTTP \(response.statusLine)" + (body.isEmpty ? "" : ": \(body)"), phase: .http)
        error.http = answer
        return error
    }

    /// An answer whose body is no payload; `error` says why not.
    static func notAPayload(_ response: CurlTransfer.Response, _ error: SocketIOError) -> SocketIOError {
        let answer = HTTPAnswer(response)
        let body = answer.body.summary
        var error = error
        if !body.isEmpty { error.message += ": \(body)" }
        error.http = answer
        return error
    }
}

extension SocketIOError.HTTPAnswer {
    fileprivate init(_ response: CurlTransfer.Response) {
        let start = response.body.slice(0..<min(Self.bodyLimit, response.body.count))
        self.init(status: response.status, body: start.text)
    }
}
