import EngineIO
import Glibc
import SocketIOProtocol
import TestSupport
import Testing

/// What goes wrong before there is a session: each error names its cause, on both transports.
@Suite(.timeLimit(.minutes(5))) struct ErrorTextTests {
    private let certificates: TestCertificates

    init() async throws { certificates = try await .shared }

    private func prefix(_ transport: TransportKind) -> String {
        transport == .polling ? "xhr poll error: " : "websocket error: "
    }

    private func failure(
        _ transport: TransportKind, _ url: String, tls: TLSContext? = nil, limits: Limits = Limits()
    ) async throws -> SocketIOError {
        let configuration = try TransportConfiguration(webSocket: url, tls: tls, limits: limits)
        let probe = try TransportProbe { Transports.make(transport, configuration) }
        await probe.open()
        let error = try await probe.failure()
        #expect(error.transport == transport)
        #expect(error.message.hasPrefix(prefix(transport)), "\(error.message)")
        return error
    }

    // MARK: Another protocol

    @Test(
        arguments: TransportKind.allCases,
        ["SSH-2.0-OpenSSH_9.2\r\n", "220 mail.example ESMTP\r\n", "\0\u{1}\u{2}\n\n"])
    func aServerOfAnotherProtocol(_ transport: TransportKind, banner: String) async throws {
        let server = try ScriptedServer { connection in
            try connection.write(banner)
            try connection.readHTTPRequest()
        }
        let error = try await failure(transport, server.url)
        let isPolling = transport == .polling
        let text =
            isPolling
            ? "the server's answer is not HTTP" : "the server closed the connection without an HTTP answer"
        #expect(error.message == prefix(transport) + text, "\(error.message)")
        #expect(error.code == (isPolling ? .protocolViolation : .connectFailed))
        #expect(error.phase == (isPolling ? .http : .websocket))
    }

    // MARK: TLS

    private func tls(client: TestCertificates.Identity? = nil) throws -> TLSContext {
        var options = TLSOptions()
        options.ca = [.file(certificates.ca)]
        options.cert = client.map { .file($0.certificate) }
        options.key = client.map { .file($0.key) }
        return try TLSContext(options, host: "127.0.0.1")
    }

    enum Cut: CaseIterable { case close, reset }

    @Test(arguments: TransportKind.allCases, Cut.allCases)
    func aTLSHandshakeThatIsCutOff(_ transport: TransportKind, _ cut: Cut) async throws {
        let server = try ScriptedServer { connection in
            // The ClientHello, whole; then the beginning of a ServerHello.
            let head = try connection.read(5)
            _ = try connection.read(Int(head[3]) << 8 | Int(head[4]))
            try connection.write([0x16, 3, 3, 0, 0x7A, 2, 0, 0])
            connection.waitUntilTaken()
            if cut == .reset { connection.reset() } else { connection.close() }
        }
        let error = try await failure(transport, "https://127.0.0.1:\(server.port)", tls: tls())
        #expect(error.code == .tls && error.phase == .tls)
        #expect(
            error.message == prefix(transport) + "TLS handshake failed: the server ended the connection",
            "\(error.message)")
    }

    /// In TLS 1.3 the client is done before the server looks at its certificate: the alert comes after the handshake, or
    /// not at all.
    @Test(arguments: TransportKind.allCases, [true, false])
    func aRefusedClientCertificate(_ transport: TransportKind, isAlertSent: Bool) async throws {
        let identity = certificates.server
        let server = try ScriptedServer { connection in
            if isAlertSent {
                _ = try? ScriptedWire(connection, .tls13, identity, clientCertificate: .refused)
                try connection.readToEnd()
            } else {
                _ = try ScriptedWire(connection, .tls13, identity, clientCertificate: .accepted)
                connection.reset()
            }
        }
        let url = "https://127.0.0.1:\(server.port)"
        let error = try await failure(transport, url, tls: tls(client: certificates.client))
        #expect(error.code == .tls && error.phase == .tls)
        #expect(error.clientCertificateRequested == true)
        #expect((error.tlsAlert != nil) == isAlertSent)
        let request = "the server asked for a client certificate; the one presented was CN=client,O=Test"
        #expect(error.message.contains(request), "\(error.message)")
        #expect(error.message.contains(isAlertSent ? "TLS alert" : ", after the TLS handshake: "), "\(error.message)")
    }

    // MARK: Sizes

    /// libcurl takes it in parts, and may go on with the next after one was refused.
    @Test func aCompressedBodyOverTheLimit() async throws {
        // Blocks of gzip that are stored as they are.
        var gzip: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 3]
        for index in 0..<4 {
            gzip += [index == 3 ? 1 : 0, 0x50, 0xC3, 0xAF, 0x3C]
            gzip += [UInt8](repeating: UInt8(ascii: "4"), count: 50_000)
        }
        let body = gzip + [UInt8](repeating: 0, count: 8)
        let server = try ScriptedServer { connection in
            try connection.readHTTPRequest()
            try connection.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(body.count)\r\n\r\n")
            try connection.write(body)
            try connection.readToEnd()
        }
        var limits = Limits()
        limits.messageBytes = 20_000
        let error = try await failure(.polling, server.url, limits: limits)
        #expect(error.code == .limitExceeded)
        #expect(error.message == "xhr poll error: the server sent a body longer than 20000 bytes")
    }

    // MARK: Deadlines

    @Test func aRequestThatTakesTooLong() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.read(1)
            try connection.hang()
        }
        for (scheme, waiting) in [("http", "while waiting for the HTTP answer"), ("https", "in the TLS handshake")] {
            var configuration = try TransportConfiguration(
                webSocket: "\(scheme)://127.0.0.1:\(server.port)", tls: scheme == "https" ? tls() : nil)
            configuration.requestTimeout = .milliseconds(250)
            let ready = configuration
            let probe = try TransportProbe { PollingTransport(ready) }
            await probe.open()
            let error = try await probe.failure()
            #expect(error.code == .timedOut)
            #expect(error.phase == (scheme == "http" ? .http : .tls))
            #expect(error.message == "xhr poll error: timeout after 0.25 s \(waiting)")
        }
    }
}
