import SocketIO
import TestSupport
import Testing

/// A client certificate out of a PKCS #12 bundle, on every way.
@Suite(.timeLimit(.minutes(5))) struct PFXConnectionTests {
    @Test(arguments: [Way.pollingTLS, .websocketTLS, .upgradeTLS])
    func isKnownToTheServer(_ way: Way) async throws {
        let server = try await way.startServer { $0.logsRequests = true }
        let certificates = try await TestCertificates.shared
        let change: (inout ClientOptions) -> Void = {
            $0.cert = nil
            $0.key = nil
            $0.pfx = .file(certificates.clientPFX)
            $0.passphrase = TestCertificates.passphrase
        }
        try await withClient(way, to: server, change) { socket in
            try await socket.connect().waitUntilConnected()
            try await eventually("the transport") { socket.io.transport == way.transport }
        }
        _ = try await server.next(.disconnect)
        let requests = server.logs.all.filter { $0.kind == .request }
        #expect(!requests.isEmpty)
        #expect(requests.allSatisfy { $0.subject == "client" })
    }
}
