import EngineIO
public import SocketIOProtocol
import Synchronization

/// A socket's way to emit with a deadline, uncompressed, or without keeping what cannot be sent now.
///
/// It is a value: two tasks do not see one another's settings.
public struct Emitter: Sendable {
    let core: SocketCore
    private var ackTimeout: Duration?
    private var isVolatile = false
    private var compress = true

    init(_ core: SocketCore) { self.core = core }

    /// The same, with a limit for how long an acknowledgement is awaited.
    public func timeout(_ timeout: Duration) -> Emitter {
        var emitter = self
        emitter.ackTimeout = timeout
        return emitter
    }

    /// The same, but an event is dropped where it cannot be sent at once: while the namespace is not connected, or the
    /// connection is busy with earlier ones. It is not sent again, either, with the option `retries`.
    public var volatile: Emitter {
        var emitter = self
        emitter.isVolatile = true
        return emitter
    }

    /// The same, with a say whether a WebSocket may compress the event. By default it may.
    public func compress(_ compress: Bool) -> Emitter {
        var emitter = self
        emitter.compress = compress
        return emitter
    }

    /// Emits an event. It is kept until the namespace is connected.
    ///
    /// - Throws: `reservedEventName`, `codingFailed` if an argument cannot be encoded, `limitExceeded` if too much waits:
    ///   see ``Limits/whenFull``.
    public func emit<each Argument: Encodable & Sendable>(
        _ event: Event<repeat each Argument>, _ arguments: repeat each Argument
    ) throws(SocketIOError) {
        try emit(try OutgoingArguments(event: event.name, repeat each arguments))
    }

    /// Emits an event whose arguments are known at run time only.
    public func emit(_ name: String, arguments: [JSONValue]) throws(SocketIOError) {
        try emit(try OutgoingArguments(event: name, values: arguments))
    }

    /// Emits an event and returns the server's answer to it, whatever it is.
    ///
    /// - Returns: The first value of the answer; null if there is none.
    /// - Throws: `timedOut` after `timeout`, `disconnected` when the connection ends first, `cancelled` with the task; the
    ///   cause where the namespace is not connected and will not be by itself.
    public func emitWithAck<each Argument: Encodable & Sendable>(
        _ event: Event<repeat each Argument>, _ arguments: repeat each Argument
    ) async throws(SocketIOError) -> JSONValue {
        try await emitWithAck(event.name, try OutgoingArguments(event: event.name, repeat each arguments)) {
            $0.values.first ?? .null
        }
    }

    /// Emits an event and returns the server's answer to it.
    ///
    /// - Returns: The first value of the answer.
    /// - Throws: `timedOut` after `timeout`, `disconnected` when the connection ends first, `cancelled` with the task,
    ///   `codingFailed` if the answer is no `Response`; the cause where the namespace is not connected and will not be by
    ///   itself.
    public func emitWithAck<each Argument: Encodable & Sendable, Response: Decodable & Sendable>(
        _ event: Event<repeat each Argument>, _ arguments: repeat each Argument, as: Response.Type = Response.self
    ) async throws(SocketIOError) -> Response {
        try await emitWithAck(event.name, try OutgoingArguments(event: event.name, repeat each arguments)) { answer in
            try answer.decode(as: Response.self)
        }
    }

    /// Emits an event and returns the server's answer to it, of the type that the event says. Throws as the other.
    public func emitWithAck<each Argument: Encodable & Sendable, Response: Decodable & Sendable>(
        _ event: AckEvent<repeat each Argument, Response>, _ arguments: repeat each Argument
    ) async throws(SocketIOError) -> Response {
        try await emitWithAck(Event<repeat each Argument>(event.name), repeat each arguments)
    }

    /// Emits an event whose arguments are known at run time only, and returns all values of the server's answer.
    public func emitWithAck(_ name: String, arguments: [JSONValue]) async throws(SocketIOError) -> [JSONValue] {
        try await emitWithAck(name, try OutgoingArguments(event: name, values: arguments)) { $0.values }
    }

    /// Emits the event `message`.
    ///
    /// - Throws: `codingFailed` if an argument cannot be encoded.
    public func send<each Argument: Encodable & Sendable>(_ arguments: repeat each Argument) throws(SocketIOError) {
        try emit(try OutgoingArguments(event: "message", repeat each arguments))
    }

    private func emit(_ arguments: OutgoingArguments) throws(SocketIOError) {
        if ForkedChild.isHere { throw .inForkedChild }
        let core = core
        // What is sent again until it is acknowledged has to ask for that.
        guard core.retries != nil, !isVolatile else {
            guard let emission = try emission(arguments) else { return }
            return core.post { core.emit(emission) }
        }
        guard let emission = try emission(arguments, ackID: nextAckID()) else { return }
        core.post { core.emit(emission, completion: core.reportFailure) }
    }

    private func emitWithAck<Answer: Sendable>(
        _ name: String, _ arguments: OutgoingArguments, decode: @escaping @Sendable (Arguments) throws -> Answer
    ) async throws(SocketIOError) -> Answer {
        let (core, id) = (core, nextAckID())
        guard let emission = try emission(arguments, ackID: id, isAwaited: true) else { throw .tooMuchWaits }
        let answer = Decoded<Answer>()
        @Sendable func decoded(_ arguments: Arguments) -> Result<Void, SocketIOError> {
            do { answer.value = try decode(arguments) } catch {
                let text = "the answer to \"\(name)\" cannot be decoded: \(CodingFailure.text(of: error))"
                return .failure(SocketIOError(.codingFailed, text))
            }
            return .success(())
        }
        // Decoded on the loop: it alone touches the memory of received texts, and uses it again.
        try await reply(
            { completion in core.emit(emission) { completion($0.flatMap(decoded)) } },
            unstarted: { core.meter.change(by: Load() - emission.packet.load) }, onCancel: { core.cancelAck(id) })
        guard let value = answer.value else { throw SocketIOError(.cancelled, "there is no answer") }
        return value
    }

    func nextAckID() -> UInt64 { core.nextAckID.wrappingAdd(1, ordering: .relaxed).oldValue }

    /// Nil if there is no room for it.
    func emission(
        _ arguments: OutgoingArguments, ackID: UInt64? = nil, isAwaited: Bool = false
    ) throws(SocketIOError) -> SocketCore.Emission? {
        var packet = try core.encode(
            ParserPacket(
                .event, namespace: core.namespace, id: ackID, json: arguments.json, attachments: arguments.attachments))
        packet.compress = compress
        let verdict = try core.meter.admit(packet)
        guard verdict != .refused else { return nil }
        return SocketCore.Emission(
            packet: packet, ackID: ackID, isAwaited: isAwaited, ackTimeout: ackTimeout ?? core.ackTimeout,
            isVolatile: isVolatile, needsRoom: verdict == .needsRoom)
    }
}

/// An answer on its way from the loop to the task that awaits it.
///
/// Unchecked: the loop writes it before it resumes the task, which alone reads it, and after that.
private final class Decoded<Answer>: @unchecked Sendable {
    var value: Answer?
}

extension Socket {
    /// A view of this socket that waits for acknowledgements no longer than `timeout`.
    public func timeout(_ timeout: Duration) -> Emitter { Emitter(core).timeout(timeout) }

    /// A view of this socket whose events are dropped where they cannot be sent at once. See ``Emitter/volatile``.
    public var volatile: Emitter { Emitter(core).volatile }

    /// A view of this socket with a say whether a WebSocket may compress its events.
    public func compress(_ compress: Bool) -> Emitter { Emitter(core).compress(compress) }

    /// Emits an event. It is kept until the namespace is connected.
    ///
    /// - Throws: `reservedEventName`, `codingFailed` if an argument cannot be encoded, `limitExceeded` if too much waits:
    ///   see ``Limits/whenFull``.
    public func emit<each Argument: Encodable & Sendable>(
        _ event: Event<repeat each Argument>, _ arguments: repeat each Argument
    ) throws(SocketIOError) {
        try Emitter(core).emit(event, repeat each arguments)
    }

    /// Emits an event whose arguments are known at run time only.
    public func emit(_ name: String, arguments: [JSONValue]) throws(SocketIOError) {
        try Emitter(core).emit(name, arguments: arguments)
    }

    /// Emits the event `message`.
    ///
    /// - Throws: `codingFailed` if an argument cannot be encoded.
    public func send<each Argument: Encodable & Sendable>(_ arguments: repeat each Argument) throws(SocketIOError) {
        try Emitter(core).send(repeat each arguments)
    }

    /// Emits an event and returns the server's answer to it, whatever it is. It waits for ever, unless there is the option
    /// `ackTimeout`, or a ``timeout(_:)``.
    ///
    /// - Returns: The first value of the answer; null if there is none.
    /// - Throws: `timedOut`, `disconnected` when the connection ends first, `cancelled` with the task; the cause where the
    ///   namespace is not connected and will not be by itself.
    public func emitWithAck<each Argument: Encodable & Sendable>(
        _ event: Event<repeat each Argument>, _ arguments: repeat each Argument
    ) async throws(SocketIOError) -> JSONValue {
        try await Emitter(core).emitWithAck(event, repeat each arguments)
    }

    /// Emits an event and returns the server's answer to it. It waits for ever, unless there is the option `ackTimeout`, or
    /// a ``timeout(_:)``.
    ///
    /// ```swift
    /// let sum: Int = try await socket.emitWithAck("add", 1, 2)
    /// ```
    ///
    /// - Returns: The first value of the answer.
    /// - Throws: `timedOut`, `disconnected` when the connection ends first, `cancelled` with the task, `codingFailed` if the
    ///   answer is no `Response`; the cause where the namespace is not connected and will not be by itself.
    public func emitWithAck<each Argument: Encodable & Sendable, Response: Decodable & Sendable>(
        _ event: Event<repeat each Argument>, _ arguments: repeat each Argument, as: Response.Type = Response.self
    ) async throws(SocketIOError) -> Response {
        try await Emitter(core).emitWithAck(event, repeat each arguments)
    }

    /// Emits an event and returns the server's answer to it, of the type that the event says. Throws as the other.
    public func emitWithAck<each Argument: Encodable & Sendable, Response: Decodable & Sendable>(
        _ event: AckEvent<repeat each Argument, Response>, _ arguments: repeat each Argument
    ) async throws(SocketIOError) -> Response {
        try await Emitter(core).emitWithAck(event, repeat each arguments)
    }

    /// Emits an event whose arguments are known at run time only, and returns all values of the server's answer.
    public func emitWithAck(_ name: String, arguments: [JSONValue]) async throws(SocketIOError) -> [JSONValue] {
        try await Emitter(core).emitWithAck(name, arguments: arguments)
    }
}
