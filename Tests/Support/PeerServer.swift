import EngineIO
import Foundation
import Glibc

/// A Socket.IO server in a process of its own: python-socketio or, where `SOCKETIO_TEST_NODE_PATH` names a folder whose
/// `node_modules` has `socket.io`, Node's.
///
/// What it does with which event is written in `peer/server.py`, and again in `peer/server.js`.
///
/// Namespaces: `/`, `/chat`, `/admin` (demands the auth `{"token": "secret"}`, else refuses with "not authorized" and
/// the data `{"code": 401}`), `/slow-connect` (answers after half a second, or after auth's `delay` seconds) and
/// `/telemetry` (for the example of that name). Every other one is refused.
package final class PeerServer: Sendable {
    /// Whether the tests run against Node's server.
    package static let isNode = ProcessInfo.processInfo.environment["SOCKETIO_TEST_NODE_PATH"]?.isEmpty == false

    /// What a message says of the issuers that the server names when it asks for a client's certificate. Python names
    /// none.
    package static let issuers = isNode ? " (issuers CN=Test CA,O=Test)" : ""

    package struct Options: Sendable {
        /// What python-socketio runs on. Node's server is the same for each.
        package enum Framework: String, Sendable, CaseIterable {
            case aiohttp
            /// ASGI, on uvicorn.
            case asgi
        }

        package struct TLS: Sendable {
            package var identity: TestCertificates.Identity
            /// The path of the authority of which a client certificate is demanded; nil demands none.
            package var clientCA: String?
            /// "1.2" or "1.3"; nil leaves it to the server.
            package var minVersion: String?
            package var maxVersion: String?

            package init(
                _ identity: TestCertificates.Identity, clientCA: String? = nil,
                minVersion: String? = nil, maxVersion: String? = nil
            ) {
                self.identity = identity
                self.clientCA = clientCA
                self.minVersion = minVersion
                self.maxVersion = maxVersion
            }
        }

        package var framework = Framework.aiohttp
        package var host = "127.0.0.1"
        package var path = "/socket.io"
        package var tls: TLS?
        package var pingInterval = Duration.seconds(25)
        package var pingTimeout = Duration.seconds(20)
        /// In bytes.
        package var maxPayload = 1_000_000
        package var transports = ["polling", "websocket"]
        package var upgrades = true
        /// gzip and deflate of HTTP responses and, with ASGI, permessage-deflate.
        package var compression = true
        /// The name of the cookie that the handshake sets.
        package var cookie: String?
        /// Whether the first sub-protocol that a WebSocket offers is chosen: with ASGI. Node always does that.
        package var choosesProtocol = false
        /// "default" or "msgpack".
        package var parser = "default"
        package var logsRequests = false
        package var logsEvents = true
        /// Whether a client that has lost its connection gets what it missed. Node's server alone knows how.
        package var recoversSessions = false

        package init() {}

        fileprivate func command(port: Int) throws -> [String] {
            var command =
                PeerServer.isNode
                ? ["node", Repository.peer("server.js")] : [try Repository.python, "-u", Repository.peer("server.py")]
            command += [
                "--port", "\(port)", "--server", framework.rawValue, "--host", host, "--path", path, "--parser", parser,
            ]
            command += ["--ping-interval", "\(pingInterval / .seconds(1))"]
            command += ["--ping-timeout", "\(pingTimeout / .seconds(1))"]
            command += ["--max-payload", "\(maxPayload)", "--transports", transports.joined(separator: ",")]
            command += upgrades ? [] : ["--no-upgrades"]
            command += compression ? [] : ["--no-compression"]
            command += logsRequests ? ["--log-requests"] : []
            command += logsEvents ? [] : ["--quiet"]
            command += choosesProtocol ? ["--choose-protocol"] : []
            command += recoversSessions ? ["--recovery"] : []
            let optional = [
                ("--cookie", cookie), ("--cert", tls?.identity.certificate), ("--key", tls?.identity.key),
                ("--client-ca", tls?.clientCA), ("--tls-min", tls?.minVersion), ("--tls-max", tls?.maxVersion),
            ]
            return command + optional.flatMap { name, value in value.map { [name, $0] } ?? [] }
        }
    }

    package let options: Options
    private let reservedPort: ReservedPort
    /// What has happened at the server and was not taken by ``next(_:_:within:where:)``.
    package let logs: Inbox<PeerLog>
    private let process: Locked<ChildProcess>

    private init(options: Options, port: ReservedPort, logs: Inbox<PeerLog>, process: ChildProcess) {
        self.options = options
        reservedPort = port
        self.logs = logs
        self.process = Locked(process)
    }

    /// Starts a server and waits until it listens.
    package static func start(_ configure: (inout Options) -> Void = { _ in }) async throws -> PeerServer {
        var options = Options()
        configure(&options)
        let logs = Inbox<PeerLog>()
        let port = try ReservedPort(host: options.host)
        let process = try await launch(options, port: port.number, logs: logs)
        return PeerServer(options: options, port: port, logs: logs, process: process)
    }

    /// A server takes a second of processor time to start: hundreds at once would let all others wait for them.
    private static let launches = Places(4)

    private static func launch(
        _ options: Options, port: Int, logs: Inbox<PeerLog>
    ) async throws -> ChildProcess {
        try await launches.withPlace { try await run(options, port: port, logs: logs) }
    }

    private static func run(_ options: Options, port: Int, logs: Inbox<PeerLog>) async throws -> ChildProcess {
        let ready = Inbox<Void>()
        let command = try options.command(port: port)
        let process = try ChildProcess(command[0], Array(command.dropFirst())) { line in
            if line.hasPrefix("READY ") {
                ready.put(())
            } else if let log = try? JSONDecoder().decode(PeerLog.self, from: Data(line.utf8)) {
                logs.put(log)
            }
        }
        do {
            try await ready.next(within: standardDeadline, "the peer's READY")
            return process
        } catch {
            throw SupportError("the peer does not start: \(error)\n\(process.stderr)")
        }
    }

    /// The server's own also while it is stopped.
    package var port: Int { reservedPort.number }

    /// `http://` or `https://`, localhost or the address of the options, and the port.
    package var url: String { "\(options.tls == nil ? "http" : "https")://\(authority)" }

    /// Host and port, as a URL has them.
    package var authority: String {
        options.host.contains(":") ? "[\(options.host)]:\(port)" : "\(options.host):\(port)"
    }

    /// What the server has printed to its standard error: nothing, unless something is wrong.
    package var stderr: String { current.stderr }

    private var current: ChildProcess { process.withLock { $0 } }

    /// Takes the next log of `kind`, for the namespace where one is given, that `matches`.
    package func next(
        _ kind: PeerLog.Kind, _ namespace: String? = nil, within limit: Duration = standardDeadline,
        where matches: @escaping @Sendable (PeerLog) -> Bool = { _ in true }
    ) async throws -> PeerLog {
        try await logs.next(within: limit, "a log of \(kind)") { log in
            log.kind == kind && (namespace == nil || log.namespace == namespace) && matches(log)
        }
    }

    /// Emits to the client `sid`, or to all of the namespace; with `ack`, the client's acknowledgement is logged.
    package func emit(
        _ event: String, _ args: PeerValue..., to sid: String? = nil, namespace: String = "/", ack: Bool = false
    ) throws {
        let sid = sid.map { PeerValue.string($0) } ?? .null
        try send(
            ["do": "emit", "event": .string(event), "args": .array(args), "ack": .bool(ack), "sid": sid], namespace)
    }

    /// Disconnects the client `sid` from its namespace.
    package func disconnect(_ sid: String, namespace: String = "/") throws {
        try send(["do": "disconnect", "sid": .string(sid)], namespace)
    }

    /// Closes the Engine.IO session of `sid`.
    package func closeEngine(of sid: String, namespace: String = "/") throws {
        try send(["do": "close", "sid": .string(sid)], namespace)
    }

    /// Cuts the TCP connections of `sid` without a word.
    package func kill(_ sid: String, namespace: String = "/") throws {
        try send(["do": "kill", "sid": .string(sid)], namespace)
    }

    /// Refuses the client certificates of a revocation list from now on.
    package func revoke(_ crl: String) throws { try send(["do": "revoke", "crl": .string(crl)], "/") }

    private func send(_ command: [String: PeerValue], _ namespace: String) throws {
        let command = command.merging(["namespace": .string(namespace)]) { $1 }
        try current.write(String(decoding: try JSONEncoder().encode(command), as: UTF8.self) + "\n")
    }

    /// Stops the server's clock: it keeps its connections, and neither reads nor answers until ``resume()``.
    package func pause() { current.signal(SIGSTOP) }

    package func resume() { current.signal(SIGCONT) }

    /// Ends the server's process at once; its connections are closed by the kernel.
    package func stop() async throws {
        let process = current
        process.signal(SIGKILL)
        try await process.stop()
    }

    /// Stops the server, if it runs, and starts another one at the same port.
    package func restart() async throws {
        try await stop()
        let process = try await Self.launch(options, port: port, logs: logs)
        self.process.withLock { $0 = process }
    }
}
