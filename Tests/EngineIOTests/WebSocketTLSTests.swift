import EngineIO
import SocketIOProtocol
import TestSupport
import Testing

/// WebSockets over TLS. What TLS itself decides is tested with `TLSContext`.
@Suite(.timeLimit(.minutes(5))) struct WebSocketTLSTests {
    private static let versions = ["1.2", "1.3"]

    private let certificates: TestCertificates

    init() async throws { certificates = try await .shared }

    private func server(
        _ identity: TestCertificates.Identity, clientCA: String? = nil, version: String? = nil,
        host: String = "127.0.0.1"
    ) async throws -> PeerServer {
        try await PeerServer.start {
            $0.tls = .init(identity, clientCA: clientCA, minVersion: version, maxVersion: version)
            $0.host = host
        }
    }

    private func probe(
        _ url: String, ca: String? = nil, client: TestCertificates.Identity? = nil, rejectUnauthorized: Bool = true
    ) throws -> TransportProbe {
        var options = TLSOptions()
        options.ca = [.file(ca ?? certificates.ca)]
        options.cert = client.map { .file($0.certificate) }
        options.key = client.map { .file($0.key) }
        options.rejectUnauthorized = rejectUnauthorized
        let tls = try TLSContext(options, host: try ServerURL(url).host)
        let configuration = try TransportConfiguration(webSocket: url, tls: tls)
        return try TransportProbe { WebSocketTransport(configuration) }
    }

    @Test(arguments: versions)
    func carriesMessagesBothWays(version: String) async throws {
        let server = try await server(certificates.server, clientCA: certificates.ca, version: version)
        let probe = try probe("wss://localhost:\(server.port)", client: certificates.client)
        await probe.open()
        #expect(try await probe.nextPacket().kind == .open)
        await probe.send(EnginePacket(.message, text: "0"))
        #expect(try await probe.nextPacket().data.bytes.text.hasPrefix("0{"))
        let text = #"2["echo",""# + String(repeating: "x", count: 900_000) + #""]"#
        let binary = Binary((0..<900_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
        await probe.send(
            EnginePacket(.message, text: text),
            EnginePacket(.message, text: #"51-["echo",{"_placeholder":true,"num":0}]"#), .message(.binary(binary)))
        #expect(try await probe.nextPacket() == EnginePacket(.message, text: text))
        #expect(try await probe.nextPacket().kind == .message)
        #expect(try await probe.nextPacket() == .message(.binary(binary)))
        await probe.close()
        #expect(try await probe.end() == nil)
    }

    @Test(arguments: versions)
    func refusesACertificateOfAnotherCA(version: String) async throws {
        let server = try await server(certificates.serverOtherCA, version: version)
        let probe = try probe("wss://localhost:\(server.port)")
        await probe.open()
        let error = try await probe.failure()
        #expect(error.code == .certificateRejected)
        #expect(error.phase == .tls)
        #expect(error.transport == .websocket)
        #expect(error.certificate?.code == 20)
        let text = "certificate verify failed: unable to get local issuer certificate"
        #expect(error.message.hasPrefix("websocket error: \(text)"))
    }

    @Test(arguments: versions)
    func refusesAnExpiredCertificate(version: String) async throws {
        let server = try await server(certificates.serverExpired, version: version)
        let probe = try probe("wss://localhost:\(server.port)")
        await probe.open()
        #expect(try await probe.failure().certificate?.text == "certificate has expired")
    }

    @Test(arguments: [("localhost", "127.0.0.1", 62), ("127.0.0.1", "127.0.0.1", 64), ("[::1]", "::1", 64)])
    func refusesACertificateForAnotherHost(name: String, address: String, code: Int) async throws {
        let server = try await server(certificates.serverWrongName, host: address)
        let probe = try probe("wss://\(name):\(server.port)")
        await probe.open()
        let error = try await probe.failure()
        #expect(error.code == .certificateRejected)
        #expect(error.certificate?.code == code)
    }

    @Test(arguments: [("127.0.0.1", "127.0.0.1"), ("[::1]", "::1")])
    func acceptsACertificateForAnAddress(name: String, address: String) async throws {
        let server = try await server(certificates.server, host: address)
        let probe = try probe("wss://\(name):\(server.port)")
        await probe.open()
        #expect(try await probe.next() == .opened)
    }

    @Test func acceptsEveryCertificateIfTold() async throws {
        let server = try await server(certificates.serverOtherCA)
        let probe = try probe("wss://localhost:\(server.port)", rejectUnauthorized: false)
        await probe.open()
        #expect(try await probe.next() == .opened)
    }

    @Test(arguments: versions)
    func saysThatAClientCertificateIsMissing(version: String) async throws {
        let server = try await server(certificates.server, clientCA: certificates.ca, version: version)
        for _ in 0..<4 {
            let probe = try probe("wss://localhost:\(server.port)")
            await probe.open()
            let error = try await probe.failure()
            #expect(error.code == .tls)
            #expect(error.phase == .tls)
            #expect(error.clientCertificateRequested == true)
            #expect(
                error.message.contains(
                    "the server asked for a client certificate\(PeerServer.issuers); none was configured"))
        }
    }

    @Test(arguments: versions)
    func connectsAgainAndAgainWithOtherOptions(version: String) async throws {
        let server = try await server(certificates.server, version: version)
        for count in 0..<8 {
            let isWrong = count % 2 == 1
            let probe = try probe("wss://localhost:\(server.port)", ca: isWrong ? certificates.otherCA : nil)
            await probe.open()
            if isWrong {
                #expect(try await probe.failure().code == .certificateRejected)
            } else {
                #expect(try await probe.next() == .opened)
            }
        }
    }

    @Test(arguments: ["HTTP/1.1 400 Bad Request\r\n\r\n", "\0\0\0\0\0\0\0\0", ""])
    func serverThatSpeaksNoTLS(answer: String) async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.read(5)
            try connection.write(answer)
        }
        let probe = try probe("wss://127.0.0.1:\(server.port)")
        await probe.open()
        let error = try await probe.failure()
        #expect(error.code == .tls)
        #expect(error.phase == .tls)
    }

    @Test(arguments: [false, true])
    func silenceInTheHandshakeCanBeEnded(isAborted: Bool) async throws {
        let greeted = Inbox<Void>()
        let ended = Inbox<Void>()
        let server = try ScriptedServer { connection in
            _ = try connection.read(5)
            greeted.put(())
            defer { ended.put(()) }
            try connection.readToEnd()
        }
        let probe = try probe("wss://127.0.0.1:\(server.port)")
        await probe.open()
        try await greeted.next()
        #expect(await probe.run { $0.phase } == .tls)
        if isAborted {
            await probe.abort()
        } else {
            await probe.close()
            #expect(try await probe.end() == nil)
        }
        try await ended.next()
        #expect(probe.events.all.isEmpty)
    }
}
