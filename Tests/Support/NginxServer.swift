import Foundation
import Glibc

/// An nginx in a process of its own, in front of something else.
package final class NginxServer: Sendable {
    /// The paths of the Unix sockets at which it listens: one, or one for each way of TLS.
    package let socketPaths: [String]
    private let process: ChildProcess
    private let directory: TemporaryDirectory

    package var socketPath: String { socketPaths[0] }

    /// Starts an nginx that passes everything on to `upstream`, and waits until it listens.
    ///
    /// - Parameters:
    ///   - setups: Ways of TLS, each at a socket of its own. Empty: no TLS.
    ///   - passesOnUpgrade: Whether WebSockets are included, which takes two lines that are easily forgotten.
    package static func start(
        passingTo upstream: PeerServer, _ setups: [TLSSetup] = [], passesOnUpgrade: Bool = true
    ) async throws -> NginxServer {
        let directory = try TemporaryDirectory()
        let upgrade =
            passesOnUpgrade
            ? "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $http_connection;" : ""
        let ways = setups.isEmpty ? [""] : setups.map(tls)
        let paths = ways.indices.map { directory.file("nginx\($0).socket") }
        let servers = zip(paths, ways).map { path, tls in
            """
            server {
                listen unix:\(path)\(tls.isEmpty ? "" : " ssl"); \(tls)
                location / {
                    proxy_pass http://\(upstream.authority);
                    proxy_http_version 1.1; proxy_buffering off; proxy_read_timeout 600;
                    proxy_set_header Host $http_host;
                    \(upgrade)
                }
            }
            """
        }
        // Refused clients are no news, but a configuration that cannot be used is.
        let level = setups.isEmpty ? "error" : "emerg"
        return try await start(servers.joined(separator: "\n"), paths, directory, logLevel: level)
    }

    /// Starts an nginx with a `server` of the test's, which listens at `socketPath`.
    package static func start(configuration: String, socketPath: String) async throws -> NginxServer {
        try? FileManager.default.removeItem(atPath: socketPath)
        return try await start(configuration, [socketPath], TemporaryDirectory(), logLevel: "emerg")
    }

    private static func start(
        _ servers: String, _ socketPaths: [String], _ directory: TemporaryDirectory, logLevel: String
    ) async throws -> NginxServer {
        let nginx = try NginxServer(servers, socketPaths, directory, logLevel: logLevel)
        try await eventually("nginx's sockets") {
            guard nginx.process.stderr.isEmpty else { throw SupportError("nginx: \(nginx.process.stderr)") }
            return try nginx.socketPaths.allSatisfy(Listener.isListening)
        }
        return nginx
    }

    private init(
        _ servers: String, _ socketPaths: [String], _ directory: TemporaryDirectory, logLevel: String
    ) throws {
        self.directory = directory
        self.socketPaths = socketPaths
        let paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map {
            "\($0)_temp_path \(directory.file($0));"
        }
        let configuration = """
            daemon off; master_process off; pid \(directory.file("nginx.pid")); error_log stderr \(logLevel);
            events { worker_connections 512; }
            http {
            access_log off; \(paths.joined(separator: " "))
            \(servers)
            }
            """
        let file = try directory.write(Array(configuration.utf8), to: "nginx.conf")
        process = try ChildProcess(
            "/usr/sbin/nginx", ["-e", "stderr", "-p", directory.path, "-c", file], endsWithInput: false)
    }

    package func stop() async throws { try await process.stop() }

    private static func tls(_ setup: TLSSetup) -> String {
        let versions = setup.version.map { "TLSv\($0)" } ?? "TLSv1.2 TLSv1.3"
        var lines = [
            "ssl_certificate \(setup.certificate);", "ssl_certificate_key \(setup.key);", "ssl_protocols \(versions);",
        ]
        if let clientCA = setup.clientCA {
            lines.append("ssl_verify_client on; ssl_client_certificate \(clientCA);")
        }
        if let crl = setup.crl { lines.append("ssl_crl \(crl);") }
        if let ciphers = setup.ciphers { lines.append("ssl_ciphers \(ciphers);") }
        if let suites = setup.suites { lines.append("ssl_conf_command Ciphersuites \(suites);") }
        return lines.joined(separator: " ")
    }
}
