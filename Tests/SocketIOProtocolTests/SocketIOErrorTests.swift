import Testing

@testable import SocketIOProtocol

/// What an error tells beside its code and its message.
@Suite(.timeLimit(.minutes(5))) struct SocketIOErrorTests {
    private static let changes: [@Sendable (inout SocketIOError) -> Void] = [
        { $0.phase = .http }, { $0.transport = .polling }, { $0.errno = 111 },
        { $0.http = SocketIOError.HTTPAnswer(status: 401, body: "no") }, { $0.tlsAlert = "unknown ca" },
        { $0.clientCertificateRequested = false }, { $0.close = SocketIOError.CloseFrame(code: 1009, reason: "") },
        { $0.data = ["content": "why"] },
    ]

    @Test func equalsWhatIsLikeIt() {
        let plain = SocketIOError(.connectFailed, "text")
        var all = plain
        for (index, change) in Self.changes.enumerated() {
            var (error, twin) = (plain, plain)
            change(&error)
            #expect(error != plain)
            change(&twin)
            #expect(error == twin)
            let before = all
            change(&all)
            #expect(all != before, "change \(index) of a copy")
        }
        #expect(plain == SocketIOError(.connectFailed, "text"))
        #expect(all.http?.status == 401 && all.tlsAlert == "unknown ca" && all.clientCertificateRequested == false)
        #expect(all.close?.code == 1009 && all.data == ["content": "why"])
        all.http = nil
        all.tlsAlert = nil
        all.clientCertificateRequested = nil
        all.close = nil
        all.data = nil
        all.errno = nil
        #expect(all == SocketIOError(.connectFailed, "text", phase: .http, transport: .polling))
    }

    /// Each connection keeps some, and each result may be one.
    @Test func isSmall() { #expect(MemoryLayout<SocketIOError>.size <= 48) }
}
