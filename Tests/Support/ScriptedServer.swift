import EngineIO
import Foundation
import Glibc

/// A TCP server whose every byte the test decides: for what no real server would send.
///
/// Each connection is handed to the script, on a thread of its own, where everything blocks. It is closed when the
/// script returns or throws.
package final class ScriptedServer: Sendable {
    package typealias Script = @Sendable (ScriptedConnection) throws -> Void

    package let host: String
    package let port: Int
    private let connections: Connections

    /// Listens at once, on a free port if `port` is 0.
    package init(host: String = "127.0.0.1", port: Int = 0, script: @escaping Script) throws {
        let listener = try Listener(host: host, port: port)
        self.host = host
        self.port = listener.port
        let connections = Connections(listener.descriptor)
        self.connections = connections
        Thread.detachNewThread { connections.accept(script) }
    }

    deinit { stop() }

    package var url: String { "http://\(authority)" }

    /// Host and port, as a URL has them.
    package var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// The HTTP requests that were read, on any connection.
    package var requests: Inbox<HTTPRequest> { connections.requests }

    /// How many connections there were.
    package var connectionCount: Int { connections.state.withLock { $0.accepted.count } }

    /// What scripts have thrown, without the ends of connections.
    package var errors: [any Error] { connections.state.withLock { $0.errors } }

    /// Ends every connection and the listening, and waits for the scripts to end.
    package func stop() { connections.stop() }

    /// The packet that opens an Engine.IO session, as it is in a polling body or in a text message.
    package static func openPacket(
        sid: String = "engine", upgrades: [String] = [], pingInterval: Int = 25000, pingTimeout: Int = 20000,
        maxPayload: Int = 1_000_000
    ) -> String {
        let upgrades = upgrades.map { "\"\($0)\"" }.joined(separator: ",")
        return """
            0{"sid":"\(sid)","upgrades":[\(upgrades)],"pingInterval":\(pingInterval),"pingTimeout":\(pingTimeout),\
            "maxPayload":\(maxPayload)}
            """
    }
}

/// What the threads of a server share.
///
/// They do not hold the server itself, which ends when its owner lets it go.
private final class Connections: Sendable {
    struct State {
        var accepted: [ScriptedConnection] = []
        var errors: [any Error] = []
        var isStopped = false
        var isListening = true
    }

    let state = Locked(State())
    let requests = Inbox<HTTPRequest>()
    private let listener: Int32
    private let threads = DispatchGroup()

    init(_ listener: Int32) {
        self.listener = listener
        threads.enter()
    }

    func accept(_ script: @escaping ScriptedServer.Script) {
        while let connection = nextConnection() {
            threads.enter()
            Thread.detachNewThread { [self] in
                run(script, connection)
                threads.leave()
            }
        }
        // Here, where it is used last: elsewhere this thread could take the number for that of another server.
        state.withLock { state in
            state.isListening = false
            close(listener)
        }
        threads.leave()
    }

    private func nextConnection() -> ScriptedConnection? {
        var descriptor: Int32
        repeat {
            descriptor = Glibc.accept(listener, nil, nil)
        } while descriptor < 0 && (errno == EINTR || errno == ECONNABORTED)
        guard descriptor >= 0 else { return nil }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return state.withLock { state in
            let connection = ScriptedConnection(descriptor, index: state.accepted.count, requests: requests)
            state.accepted.append(connection)
            // One that came in together with `stop()`.
            if state.isStopped { connection.close() }
            return connection
        }
    }

    private func run(_ script: ScriptedServer.Script, _ connection: ScriptedConnection) {
        defer { connection.close() }
        do {
            try script(connection)
        } catch ScriptedConnection.Failure.closed {
            // How most scripts end.
        } catch {
            state.withLock { $0.errors.append(error) }
        }
    }

    func stop() {
        let accepted: [ScriptedConnection]? = state.withLock { state in
            defer { state.isStopped = true }
            return state.isStopped ? nil : state.accepted
        }
        guard let accepted else { return }
        state.withLock { state in
            if state.isListening { shutdown(listener, Int32(SHUT_RDWR)) }
        }
        for connection in accepted { connection.interrupt() }
        // A script that never returns must not take the other tests with it.
        let end = threads.wait(timeout: .now() + 5)
        if end == .timedOut { state.withLock { $0.errors.append(SupportError("a script has not ended")) } }
    }
}
