import EngineIO
import Glibc
import SocketIOProtocol
import TestSupport

/// A transport under test, used from any thread: what it reports comes to `events`.
///
/// It holds the I/O thread as long as it is there itself, and aborts its transport then.
final class TransportProbe: Sendable {
    typealias Reaction = @LoopActor @Sendable (any Transport, TransportEvent) -> Void

    let events = Inbox<TransportEvent>()
    private let holder = Holder()

    /// `reaction` runs inside the transport's own call of `onEvent`.
    init(
        _ make: @escaping @LoopActor @Sendable () -> any Transport, reaction: @escaping Reaction = { _, _ in }
    ) throws {
        try EventLoop.shared.acquire()
        let (events, holder) = (events, holder)
        EventLoop.shared.post {
            let transport = make()
            holder.transport = transport
            transport.onEvent = { [unowned transport] event in
                events.put(event)
                reaction(transport, event)
            }
        }
    }

    convenience init(
        _ server: ScriptedServer, limits: Limits = Limits(), reaction: @escaping Reaction = { _, _ in }
    ) throws {
        let configuration = try TransportConfiguration(webSocket: server.url, limits: limits)
        try self.init({ WebSocketTransport(configuration) }, reaction: reaction)
    }

    deinit {
        let holder = holder
        EventLoop.shared.post {
            holder.transport?.abort()
            holder.transport = nil
        }
        EventLoop.shared.release()
    }

    /// Runs `body` with the transport on the I/O thread.
    func run<Result: Sendable>(_ body: @escaping @LoopActor @Sendable (any Transport) -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            EventLoop.shared.post { [holder] in
                guard let transport = holder.transport else { preconditionFailure("used after its end") }
                continuation.resume(returning: body(transport))
            }
        }
    }

    func open() async { await run { $0.open() } }
    func send(_ packets: EnginePacket...) async { await run { $0.send(packets) } }
    func close() async { await run { $0.close() } }
    func abort() async { await run { $0.abort() } }

    func next() async throws -> TransportEvent { try await events.next(where: { $0 != .drained }) }

    /// The next packet, after the opening if that has not been taken.
    func nextPacket() async throws -> EnginePacket {
        let event = try await events.next(where: { $0 != .drained && $0 != .opened })
        guard case .packet(let packet) = event else { throw SupportError("no packet: \(event)") }
        return packet
    }

    /// The last event's error; what comes before it is dropped.
    func end() async throws -> SocketIOError? {
        let event = try await events.next(where: { if case .closed = $0 { true } else { false } })
        guard case .closed(let error) = event else { return nil }
        return error
    }

    /// An end that must have an error.
    func failure() async throws -> SocketIOError {
        guard let error = try await end() else { throw SupportError("closed without an error") }
        return error
    }

    @LoopActor private final class Holder {
        var transport: (any Transport)?
        nonisolated init() {}
    }
}

extension TransportConfiguration {
    init(
        webSocket url: String, headers: [Header] = [], query: [QueryItem] = [], tls: TLSContext? = nil,
        limits: Limits = Limits()
    ) throws {
        self.init(
            server: try ServerURL(url), path: "/socket.io/", query: query, headers: headers, tls: tls, limits: limits)
    }
}

extension ScriptedServer {
    /// A server that accepts the upgrade, and then does as `script` says.
    static func webSocket(_ script: @escaping Script) throws -> ScriptedServer {
        try ScriptedServer { connection in
            try connection.upgradeToWebSocket(try connection.readHTTPRequest())
            try script(connection)
        }
    }
}

extension ScriptedConnection {
    /// Sends a close frame and waits for the answer.
    func closeWebSocket(_ code: UInt16? = nil, _ reason: String = "") throws {
        let code = code.map { [UInt8($0 >> 8), UInt8($0 & 0xff)] } ?? []
        try writeFrame(.close, code + Array(reason.utf8))
        while try readFrame().opcode != .close {}
    }

    /// Reads until the client has gone.
    func readToEnd() throws { while true { _ = try read(65_536) } }

    /// Waits until the test says so. A script may block: its thread is its own.
    func wait(for inbox: Inbox<Void>) throws {
        let end = ContinuousClock.now + standardDeadline
        while inbox.all.isEmpty {
            guard ContinuousClock.now < end else { throw SupportError("the test never said so") }
            usleep(1000)
        }
    }
}
