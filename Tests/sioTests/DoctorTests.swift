import Foundation
import SocketIO
import TestSupport
import Testing

/// The built `sio doctor` against servers that are well.
@Suite(.serialized, .timeLimit(.minutes(5))) struct DoctorTests {
    @Test func healthyServer() async throws {
        let server = try await PeerServer.start()
        let run = try await sio("doctor", server.url + "/chat")
        #expect(run.status == 0, "\(run.stdout)")
        #expect(run.stderr == "")
        let lines = run.stdout.split(separator: "\n").map(String.init)
        try #require(lines.count == 8, "\(run.stdout)")
        #expect(lines[0] == server.url + "/chat")
        for (line, start) in zip(
            lines[1...], ["✓ dns      ", "✓ tcp      ", "✓ polling  ", "✓ websocket", "✓ upgrade  ", "✓ namespace"])
        {
            #expect(line.hasPrefix(start) && line.contains(" ms  "), "\(line)")
        }
        #expect(lines[1].hasSuffix(" ms  127.0.0.1 is an address"))
        #expect(lines[2].contains("  127.0.0.1:\(server.port) from 127.0.0.1:"))
        #expect(lines[3].hasSuffix("offers the upgrade to websocket, pings every 25 s, waits 20 s"))
        #expect(lines[5].contains("polling to websocket"))
        #expect(lines[6].contains("  /chat over "))
        #expect(lines[7] == "All is well.")
        _ = try await server.next(.connect, "/chat")
        #expect(try await server.next(.disconnect, "/chat").reason == "client disconnect")
        #expect(server.logs.all.isEmpty, "one namespace, once")
        try await server.stop()
    }

    @Test func healthyServerForMachines() async throws {
        let server = try await PeerServer.start()
        let examination = try await Examination.run(server.url)
        #expect(examination.status == 0)
        #expect(
            examination.course == [
                "dns ok", "tcp ok", "polling ok", "websocket ok", "upgrade ok", "namespace ok",
            ])
        #expect(examination.json["url"] == .string(server.url))
        #expect(examination.json["firstFailure"] == .some(.null))
        for step in examination.steps {
            let milliseconds = try #require(step["milliseconds"]?.doubleValue)
            #expect(milliseconds >= 0 && milliseconds < 20_000)
            #expect(step["cause"] == .some(.null) && step["advice"] == .some(.null))
        }
        #expect(examination.details(of: "dns")["addresses"] == ["127.0.0.1"])
        #expect(examination.details(of: "tcp")["remoteAddress"] == .string(server.authority))
        #expect(examination.details(of: "polling")["upgrades"] == ["websocket"])
        #expect(examination.details(of: "polling")["pingInterval"] == 25)
        #expect(examination.details(of: "namespace")["namespace"] == "/")
        try await server.stop()
    }

    @Test(arguments: ["1.2", "1.3"])
    func mutualTLS(_ version: String) async throws {
        let certificates = try await TestCertificates.shared
        let server = try await PeerServer.start {
            $0.tls = .init(
                certificates.server, clientCA: certificates.ca, minVersion: version, maxVersion: version)
        }
        let run = try await sio(
            "doctor", "--ca", certificates.ca, "--cert", certificates.client.certificate, "--key",
            certificates.client.key, server.url)
        #expect(run.status == 0, "\(run.stdout)")
        let lines = run.stdout.split(separator: "\n").map(String.init)
        let tls = try #require(lines.firstIndex { $0.hasPrefix("✓ tls ") })
        #expect(lines[tls].contains("TLSv\(version), "))
        #expect(lines[tls].hasSuffix(", server verified, client certificate presented"))
        #expect(lines[tls + 1] == "      0  subject  CN=localhost,O=Test")
        #expect(lines[tls + 2] == "         issuer   CN=Test CA,O=Test")
        #expect(lines[tls + 3].wholeMatch(of: /\s+valid    \S+Z to \S+Z, expires in \d+ days/) != nil)
        #expect(lines[tls + 4].hasPrefix("         names    DNS:localhost, "))
        #expect(lines[tls + 5] == "      1  subject  CN=Test CA,O=Test")
        #expect(lines.contains("         subject  CN=client,O=Test"), "\(run.stdout)")
        #expect(lines.last == "All is well.")
        try await server.stop()
    }

    @Test func theIssuersAreThoseThatTheServerNames() async throws {
        let certificates = try await TestCertificates.shared
        let server = try await PeerServer.start()
        var setup = TLSSetup(certificates.server)
        setup.clientCA = certificates.ca
        let nginx = try await NginxServer.start(passingTo: server, [setup])
        let directory = try TemporaryDirectory()
        let (url, options) = ("https://localhost", try nginx.options(in: directory))
        let examination = try await Examination.run(
            "--options", options, "--ca", certificates.ca, "--cert", certificates.client.certificate, "--key",
            certificates.client.key, url)
        #expect(examination.status == 0, "\(examination.output)")
        #expect(examination.status(of: "dns") == "skipped")
        #expect(examination.details(of: "tcp")["socketPath"] == .string(nginx.socketPath))
        let tls = examination.details(of: "tls")
        #expect(tls["verified"] == true)
        #expect(tls["version"]?.stringValue?.hasPrefix("TLSv1.") == true)
        #expect(tls["cipher"]?.stringValue?.isEmpty == false)
        #expect(tls["chain"]?.arrayValue?.count == 2)
        let certificate = tls["chain"]?[0]
        #expect(certificate?["subject"] == "CN=localhost,O=Test")
        #expect(certificate?["issuer"] == "CN=Test CA,O=Test")
        #expect(certificate?["notAfter"]?.stringValue?.hasSuffix("Z") == true)
        #expect((25...30).contains(certificate?["daysLeft"]?.intValue ?? 0))
        let asked = tls["clientCertificate"]
        #expect(asked?["requested"] == true)
        #expect(asked?["issuers"] == ["CN=Test CA,O=Test"])
        #expect(asked?["presented"]?["subject"] == "CN=client,O=Test")

        // nginx completes the handshake without one, and refuses then.
        let without = try await Examination.run("--options", options, "--ca", certificates.ca, url)
        #expect(without.status == 13)
        #expect(without.details(of: "tls")["clientCertificate"]?["presented"] == .some(.null))
        #expect(
            without.advice(of: "polling")
                == "Give --cert and --key with a certificate of one of these issuers: CN=Test CA,O=Test.")
        try await server.stop()
    }

    @Test func aServerThatAsksForNoCertificate() async throws {
        let certificates = try await TestCertificates.shared
        let server = try await PeerServer.start { $0.tls = .init(certificates.server) }
        let run = try await sio("doctor", "--ca", certificates.ca, server.url)
        #expect(run.status == 0, "\(run.stdout)")
        #expect(run.stdout.contains("      asks for no client certificate\n"))
        let examination = try await Examination.run("--ca", certificates.ca, server.url)
        #expect(examination.details(of: "tls")["clientCertificate"]?["requested"] == false)
        try await server.stop()
    }

    @Test func whatIsNotVerifiedIsToldInAnyCase() async throws {
        let certificates = try await TestCertificates.shared
        let server = try await PeerServer.start { $0.tls = .init(certificates.serverExpired) }
        let run = try await sio("doctor", "--insecure", "--ca", certificates.ca, server.url)
        #expect(run.status == 0, "\(run.stdout)")
        #expect(run.stdout.contains(", NOT VERIFIED (certificate has expired)\n"))
        #expect(run.stdout.contains(", EXPIRED "))
        try await server.stop()
    }

    @Test(arguments: [
        ("polling", ["polling ok", "websocket skipped", "upgrade skipped", "namespace ok"]),
        ("websocket", ["polling skipped", "websocket ok", "upgrade skipped", "namespace ok"]),
        ("websocket,polling", ["polling ok", "websocket ok", "upgrade skipped", "namespace ok"]),
    ])
    func onlyTheTransportsThatAreWanted(_ transports: String, _ course: [String]) async throws {
        let server = try await PeerServer.start()
        let examination = try await Examination.run("--transports", transports, server.url)
        #expect(examination.status == 0, "\(examination.output)")
        #expect(Array(examination.course.dropFirst(2)) == course)
        try await server.stop()
    }

    @Test func theSessionIsClosedInOrder() async throws {
        let server = try ScriptedServer { connection in
            while true {
                let request = try connection.readHTTPRequest()
                try connection.respond(body: request.method == "POST" ? "ok" : ScriptedServer.openPacket())
            }
        }
        // The namespace is not answered.
        let examination = try await Examination.run("--transports", "polling", "--timeout", "3", server.url)
        #expect(examination.status(of: "polling") == "ok")
        let first = try await server.requests.next()
        let second = try await server.requests.next()
        #expect(first.query["sid"] == nil)
        #expect(second.method == "POST" && second.text == "1" && second.query["sid"] == "engine")
        #expect(second.connection == first.connection)
        server.stop()
    }

    @Test func theProxyIsTold() async throws {
        let server = try await PeerServer.start()
        let proxy = try await ProxyServer.start(demandsCredentials: true)
        let directory = try TemporaryDirectory()
        func options(_ proxy: String) throws -> String {
            try directory.write(Data(#"{"agent": {"proxy": "\#(proxy)"}}"#.utf8), to: "options.json")
        }
        let run = try await sio("doctor", "--options", try options(proxy.urlWithCredentials), server.url)
        #expect(run.status == 0, "\(run.stdout)")
        #expect(
            run.stdout.contains(", the proxy 127.0.0.1:\(proxy.port), with a tunnel to \(server.authority)\n"),
            "\(run.stdout)")
        #expect(!run.stdout.contains(ProxyServer.password))

        let refused = try await Examination.run("--options", try options(proxy.url), server.url)
        #expect(refused.status == 11)
        #expect(refused.cause(of: "tcp").contains("refused the tunnel: HTTP 407"))
        #expect(refused.advice(of: "tcp").contains("user and password in the option agent.proxy"))
        try await server.stop()
    }

    @Test(arguments: [false, true])
    func secretsAreNotTold(isJSON: Bool) async throws {
        let certificates = try await TestCertificates.shared
        let server = try await PeerServer.start { $0.tls = .init(certificates.server, clientCA: certificates.ca) }
        let url = "https://user:s3cret1@\(server.authority)/admin?token=s3cret2"
        let run = try await ChildProcess.run(
            try Repository.program("sio"),
            ["doctor", url, "--ca", certificates.ca, "--cert", certificates.client.certificate]
                + ["--key", certificates.encryptedClientKey, "--passphrase", TestCertificates.passphrase]
                + ["--auth", #"{"token":"s3cret3"}"#, "--header", "Authorization: s3cret4"] + (isJSON ? ["--json"] : [])
        )
        #expect(run.status == 16, "\(run.stdout)")
        #expect(run.stdout.contains("https://\(server.authority)/admin"))
        #expect(!(run.stdout + run.stderr).contains("s3cret"))
        #expect(!(run.stdout + run.stderr).contains(TestCertificates.passphrase))
        try await server.stop()
    }

    @Test func verboseTellsOfTheNamespace() async throws {
        let server = try await PeerServer.start()
        let run = try await sio("doctor", "-v", "--transports", "websocket", server.url)
        #expect(run.stderr.hasPrefix("transport websocket\nconnected "))
        try await server.stop()
    }

    @Test func unusableOptions() async throws {
        let missing = try await sio("doctor", "--ca", "/no/such/file", "https://127.0.0.1:1")
        #expect(missing.status == 1)
        #expect(missing.stdout == "")
        #expect(missing.stderr == "sio: ca: /no/such/file: No such file or directory\n")
        let url = try await sio("doctor", "--json", "localhost:3000")
        #expect(url.status == 1)
        #expect(url.stdout == "" && url.stderr.hasPrefix("sio: invalid URL: "))
    }
}
