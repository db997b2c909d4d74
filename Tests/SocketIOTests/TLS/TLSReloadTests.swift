import Foundation
import Logging
import SocketIO
import TestSupport
import Testing

/// Certificates that are replaced while the program runs.
@Suite(.timeLimit(.minutes(5))) struct TLSReloadTests {
    private static let ways = [Way.pollingTLS, .websocketTLS, .upgradeTLS]

    private func connects(_ socket: Socket) -> Inbox<Bool> {
        let connects = Inbox<Bool>()
        socket.on(.connect) { connects.put(true) }
        return connects
    }

    /// Whom the server takes the client for: by the last request.
    private func subject(_ server: PeerServer) -> String? {
        server.logs.all.last { $0.kind == .request && $0.subject != nil }?.subject
    }

    @Test(arguments: ways)
    func inTheMiddleOfTraffic(_ way: Way) async throws {
        let certificates = try await TestCertificates.shared
        let server = try await way.startServer { $0.logsRequests = true }
        try await withClient(way, to: server) { socket in
            let connects = connects(socket)
            let ends = Inbox<Disconnection>()
            socket.on(.disconnect) { ends.put($0) }
            try await socket.waitUntilConnected()
            try await eventually("the transport") { socket.io.transport == way.transport }
            _ = try await connects.next()
            try await eventually("the log of the request") { subject(server) == "client" }

            let traffic = Task {
                for number in 0..<200 {
                    let sum: Int = try await socket.timeout(standardDeadline).emitWithAck("add", number, 1)
                    #expect(sum == number + 1)
                }
            }
            let isNew = try socket.io.reloadTLS {
                $0.cert = .file(certificates.clientRSA.certificate)
                $0.key = .file(certificates.clientRSA.key)
            }
            #expect(isNew)
            #expect(socket.io.clientCertificates.map(\.subject) == ["CN=client-rsa,O=Test"])
            try server.revoke(certificates.crlWithClient)
            try await traffic.value
            #expect(ends.all.isEmpty, "what is connected stays")

            // A client that has only the old one is out.
            var options = try await way.options()
            options.reconnection = false
            let failure = await #expect(throws: SocketIOError.self) {
                try await withSocket(server.url, options) { try await $0.waitUntilConnected() }
            }
            #expect(failure?.message.contains("the one presented was CN=client,O=Test") == true, "\(failure as Any)")

            try server.closeEngine(of: try #require(socket.id))
            _ = try await connects.next()
            try await eventually("the log of the request") { subject(server) == "client-rsa" }
        }
        try await server.stop()
    }

    @Test(arguments: ways)
    func connectsAgainWhenTold(_ way: Way) async throws {
        let certificates = try await TestCertificates.shared
        let server = try await way.startServer { $0.logsRequests = true }
        try await withClient(way, to: server) { socket in
            let connects = connects(socket)
            let ends = Inbox<Disconnection>()
            socket.on(.disconnect) { ends.put($0) }
            try await socket.waitUntilConnected()
            _ = try await connects.next()
            #expect(try !socket.io.reloadTLS(reconnect: true), "nothing is new")
            try socket.io.reloadTLS(reconnect: true) {
                $0.cert = .file(certificates.clientEd25519.certificate)
                $0.key = .file(certificates.clientEd25519.key)
            }
            #expect(try await ends.next().reason == .forcedClose)
            _ = try await connects.next()
            #expect(ends.all.isEmpty)
            try await eventually("the log of the request") { subject(server) == "client-ed25519" }
        }
    }

    // MARK: Files

    /// Copies of two clients' files under the same names, to be replaced.
    private struct Files {
        let directory: TemporaryDirectory
        let certificate: String
        let key: String

        init() throws {
            directory = try TemporaryDirectory()
            certificate = directory.file("client.pem")
            key = directory.file("client.key")
        }

        func write(_ identity: TestCertificates.Identity) throws {
            for (path, source) in [(certificate, identity.certificate), (key, identity.key)] {
                try Data(contentsOf: URL(filePath: source)).write(to: URL(filePath: path), options: .atomic)
            }
        }

        /// For a client that watches them, and logs to `lines`.
        func watched(_ lines: Inbox<String> = Inbox()) -> (inout ClientOptions) -> Void {
            { options in
                options.cert = .file(certificate)
                options.key = .file(key)
                options.watchFiles = true
                options.logger = Logger(label: "test") { _ in LogRecorder(lines: lines) }
            }
        }
    }

    @Test func readsTheSameFilesAgain() async throws {
        let certificates = try await TestCertificates.shared
        let files = try Files()
        try files.write(certificates.client)
        var options = try await Way.websocketTLS.options()
        options.cert = .file(files.certificate)
        options.key = .file(files.key)
        let manager = try Manager("https://localhost", options)
        #expect(try !manager.reloadTLS(), "the files are as they were")
        try files.write(certificates.clientRSA)
        #expect(try manager.reloadTLS())
        #expect(manager.clientCertificates.map(\.subject) == ["CN=client-rsa,O=Test"])

        try Data("-----BEGIN".utf8).write(to: URL(filePath: files.key))
        let error = #expect(throws: SocketIOError.self) { try manager.reloadTLS() }
        #expect(error?.message.hasPrefix("key: \(files.key): it holds no private key") == true)
        #expect(manager.clientCertificates.map(\.subject) == ["CN=client-rsa,O=Test"], "the old one is still good")
        #expect(throws: SocketIOError.self) { try manager.reloadTLS { $0.cert = .file("/no/such/file") } }
        #expect(manager.options.cert == .file(files.certificate))
    }

    @Test func watchesTheFiles() async throws {
        let certificates = try await TestCertificates.shared
        let files = try Files()
        try files.write(certificates.client)
        let server = try await Way.websocketTLS.startServer { $0.logsRequests = true }
        let lines = Inbox<String>()
        try await withClient(.websocketTLS, to: server, files.watched(lines)) { socket in
            try await socket.waitUntilConnected()
            // First one file, and half of it.
            let certificate = try Data(contentsOf: URL(filePath: certificates.clientRSA.certificate))
            try certificate.prefix(100).write(to: URL(filePath: files.certificate))
            _ = try await lines.next { $0.hasPrefix("warning the changed certificates are not used: cert: ") }
            #expect(socket.io.clientCertificates.map(\.subject) == ["CN=client,O=Test"])
            try files.write(certificates.clientRSA)
            _ = try await lines.next { $0.hasPrefix("info the certificates were replaced") }
            #expect(socket.io.clientCertificates.map(\.subject) == ["CN=client-rsa,O=Test"])
            #expect(socket.isConnected)
            socket.disconnect()
            try await eventually("the end") { socket.io.connectionInfo == nil }
            try await socket.waitUntilConnected()
            try await eventually("the log of the request") { subject(server) == "client-rsa" }
        }
    }

    /// A closed manager watches nothing, and reads the files when it connects again.
    @Test(arguments: [Way.pollingTLS, .websocketTLS])
    func readsTheFilesThatChangedWhileItWasClosed(_ way: Way) async throws {
        let certificates = try await TestCertificates.shared
        let files = try Files()
        try files.write(certificates.client)
        let server = try await Way.websocketTLS.startServer { $0.logsRequests = true }
        try await withClient(way, to: server, files.watched()) { socket in
            try await socket.waitUntilConnected()
            _ = await socket.io.shutdown()
            try files.write(certificates.clientRSA)
            // Longer than a change has to be left alone to be taken for complete.
            try await Task.sleep(for: .seconds(1))
            #expect(socket.io.clientCertificates.map(\.subject) == ["CN=client,O=Test"])
            try await socket.connect().waitUntilConnected()
            #expect(socket.io.clientCertificates.map(\.subject) == ["CN=client-rsa,O=Test"])
            try await eventually("the log of the request") { subject(server) == "client-rsa" }
            // And watches again.
            try files.write(certificates.client)
            try await eventually("the first certificate") {
                socket.io.clientCertificates.map(\.subject) == ["CN=client,O=Test"]
            }
        }
    }

    /// As a Kubernetes secret is: the files are links through a link, and that one is replaced.
    @Test func watchesLinkedFiles() async throws {
        let certificates = try await TestCertificates.shared
        let directory = try TemporaryDirectory()
        let manager = FileManager.default
        for (name, identity) in [("one", certificates.client), ("two", certificates.clientRSA)] {
            try manager.createDirectory(atPath: directory.file(name), withIntermediateDirectories: false)
            try manager.copyItem(atPath: identity.certificate, toPath: directory.file("\(name)/tls.crt"))
            try manager.copyItem(atPath: identity.key, toPath: directory.file("\(name)/tls.key"))
        }
        try manager.createSymbolicLink(atPath: directory.file("data"), withDestinationPath: "one")
        for name in ["tls.crt", "tls.key"] {
            try manager.createSymbolicLink(atPath: directory.file(name), withDestinationPath: "data/\(name)")
        }
        var options = try await Way.websocketTLS.options()
        options.cert = .file(directory.file("tls.crt"))
        options.key = .file(directory.file("tls.key"))
        options.watchFiles = true
        let client = try Manager("https://localhost", options)
        // The watch begins on the I/O thread.
        try await onLoop {}
        try manager.createSymbolicLink(atPath: directory.file("new"), withDestinationPath: "two")
        #expect(rename(directory.file("new"), directory.file("data")) == 0)
        try await eventually("the other certificate") {
            client.clientCertificates.map(\.subject) == ["CN=client-rsa,O=Test"]
        }
    }

    // MARK: Expiry

    @Test func warnsBeforeACertificateExpires() async throws {
        let lines = Inbox<String>()
        var options = try await Way.websocketTLS.options()
        options.logger = Logger(label: "test") { _ in LogRecorder(lines: lines) }
        options.certificateExpiryWarning = .seconds(31 * 86_400)
        let manager = try Manager("https://localhost", options)
        let warning = try await lines.next { $0.hasPrefix("warning the client certificate expires in ") }
        #expect(warning.contains("subject=CN=client,O=Test"))
        let end = try #require(manager.clientCertificates.first).notAfter
        #expect(warning.contains("notAfter=\(end)"))
        for rest in [Duration.seconds(86_400), nil] {
            options.certificateExpiryWarning = rest
            let quiet = try Manager("https://localhost", options)
            try await onLoop {}
            #expect(quiet.clientCertificates.count == 1)
        }
        #expect(!lines.all.contains { $0.hasPrefix("warning") })
    }

    /// Waits until everything that was posted to the I/O thread before is done.
    private func onLoop(_ body: @escaping @LoopActor @Sendable () -> Void) async throws {
        await Task { @LoopActor in body() }.value
    }
}
