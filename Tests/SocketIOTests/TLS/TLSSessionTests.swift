import SocketIO
import TestSupport
import Testing

/// A handshake that takes up the session of an earlier connection, and what a connection tells of itself.
@Suite(.timeLimit(.minutes(5))) struct TLSSessionTests {
    enum Front: CaseIterable { case python, nginx }

    private func withFront(
        _ front: Front, version: String, _ body: (String, (inout ClientOptions) -> Void) async throws -> Void
    ) async throws {
        let certificates = try await TestCertificates.shared
        var setup = TLSSetup(certificates.server)
        setup.clientCA = certificates.ca
        setup.version = version
        let peer = try await Way.websocket.server()
        switch front {
        case .python:
            let python = try await PythonFront.start(passingTo: peer, [setup])
            try await body("https://localhost:\(python.port(0))") { $0.family = .ipv4 }
            try await python.stop()
        case .nginx:
            let nginx = try await NginxServer.start(passingTo: peer, [setup])
            try await body("https://localhost") { $0.agent.socketPath = nginx.socketPath }
        }
    }

    @Test(arguments: Front.allCases, ["1.2", "1.3"])
    func isTakenUpByEveryLaterConnection(_ front: Front, version: String) async throws {
        try await withFront(front, version: version) { url, configure in
            for way in [Way.pollingTLS, .websocketTLS, .upgradeTLS] {
                var options = try await way.options()
                configure(&options)
                var reused: [Bool] = []
                try await withSocket(url, options) { socket in
                    for _ in 0..<3 {
                        try await socket.waitUntilConnected()
                        try await eventually("the transport") { socket.io.transport == way.transport }
                        let tls = try #require(socket.io.connectionInfo?.tls)
                        #expect(tls.version == "TLSv\(version)")
                        reused.append(tls.isSessionReused)
                        #expect(tls.chain.first?.subject == "CN=localhost,O=Test")
                        socket.disconnect()
                        try await eventually("the end") { socket.io.connectionInfo == nil }
                    }
                }
                // The upgrade is the second connection.
                #expect(reused == [way == .upgradeTLS, true, true], "\(way)")
            }
        }
    }

    /// What may change, or only warns, is looked at each time.
    @Test(arguments: [Way.pollingTLS, .websocketTLS])
    func isNotTakenUpWhereEachConnectionIsVerified(_ way: Way) async throws {
        let server = try await way.server()
        let certificates = try await TestCertificates.shared
        let changes: [@Sendable (inout ClientOptions) -> Void] = [
            { $0.crl = .file(certificates.emptyCRL) }, { $0.checkServerIdentity = ServerIdentityCheck { _ in } },
            { $0.rejectUnauthorized = false },
        ]
        for change in changes {
            try await withClient(way, to: server, change) { socket in
                for _ in 0..<2 {
                    try await socket.waitUntilConnected()
                    #expect(socket.io.connectionInfo?.tls?.isSessionReused == false)
                    socket.disconnect()
                    try await eventually("the end") { socket.io.connectionInfo == nil }
                }
            }
        }
    }

    /// nginx completes the handshake, and would refuse a session of it again without a question.
    @Test(arguments: [Way.pollingTLS, .websocketTLS])
    func isForgottenWhenTheServerRefuses(_ way: Way) async throws {
        try await withFront(.nginx, version: "1.3") { url, configure in
            var options = try await way.options()
            configure(&options)
            options.cert = nil
            options.key = nil
            let manager = try Manager(url, options)
            let errors = Inbox<SocketIOError>()
            let socket = manager.socket()
            socket.on(.connectError) { errors.put($0) }
            socket.connect()
            for _ in 0..<3 {
                let message = try await errors.next().message
                #expect(message.hasSuffix("(issuers CN=Test CA,O=Test); none was configured"), "\(message)")
            }
            manager.close()
        }
    }

    @Test(arguments: [Way.pollingTLS, .websocketTLS])
    func aConnectionTellsOfItself(_ way: Way) async throws {
        let server = try await way.server()
        let certificates = try await TestCertificates.shared
        try await withClient(way, to: server) { socket in
            #expect(socket.io.connectionInfo == nil)
            try await socket.waitUntilConnected()
            let info = try #require(socket.io.connectionInfo)
            #expect(info.transport == way.transport)
            #expect(info.remoteAddress == "127.0.0.1:\(server.port)")
            #expect(info.localAddress?.hasPrefix("127.0.0.1:") == true && info.localAddress != info.remoteAddress)
            let tls = try #require(info.tls)
            #expect(tls.version == "TLSv1.3" && tls.cipher.hasPrefix("TLS_"))
            #expect(tls.chain.map(\.subject) == ["CN=localhost,O=Test", "CN=Test CA,O=Test"])
            #expect(tls.verificationFailure == nil)
            #expect(tls.clientCertificateRequest?.presented?.subject == "CN=client,O=Test")
            let peer = try #require(info.peerCertificate)
            #expect(peer.issuer == "CN=Test CA,O=Test" && peer.subjectAltName.hasPrefix("DNS:localhost, "))
            #expect(peer.notAfter.since(peer.notBefore) == .seconds(30 * 86_400))
            #expect(socket.io.clientCertificates.map(\.subject) == ["CN=client,O=Test"])
        }
        let careless = { (options: inout ClientOptions) in
            options.ca = .file(certificates.otherCA)
            options.rejectUnauthorized = false
        }
        try await withClient(way, to: server, careless) { socket in
            try await socket.waitUntilConnected()
            let tls = socket.io.connectionInfo?.tls
            #expect(tls?.verificationFailure?.text == "self-signed certificate in certificate chain")
            // As the server sent it.
            #expect(tls?.chain.map(\.subject) == ["CN=localhost,O=Test", "CN=Test CA,O=Test"])
        }
    }

    @Test(arguments: [Way.polling, .websocket])
    func aPlainConnectionHasNoTLS(_ way: Way) async throws {
        let server = try await way.server()
        try await withClient(way, to: server) { socket in
            try await socket.waitUntilConnected()
            let info = try #require(socket.io.connectionInfo)
            #expect(info.tls == nil && info.peerCertificate == nil)
            #expect(info.remoteAddress == "127.0.0.1:\(server.port)")
        }
    }
}
