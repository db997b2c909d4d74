package import SocketIOProtocol
import Synchronization

/// Answers the server, once: a second call does nothing, as in Node. From any thread.
///
/// A handler asks for it like for an argument, last as a rule.
public struct Ack: Sendable {
    private final class Right: Sendable {
        let isUsed = Atomic(false)
    }

    /// For an event that asks for no answer.
    static let unwanted = Ack(namespace: "/", id: 0) { _ in }

    private let send: @Sendable (ParserPacket) throws(SocketIOError) -> Void
    private let namespace: String
    private let id: UInt64
    private let right = Right()

    init(namespace: String, id: UInt64, send: @escaping @Sendable (ParserPacket) throws(SocketIOError) -> Void) {
        self.namespace = namespace
        self.id = id
        self.send = send
    }

    /// Answers with `values`.
    ///
    /// - Throws: `codingFailed` if a value cannot be encoded; the right to answer is kept then.
    public func callAsFunction<each Value: Encodable & Sendable>(_ values: repeat each Value) throws(SocketIOError) {
        try respond(OutgoingArguments(repeat each values))
    }

    /// Answers with values whose number is known at run time only.
    public func callAsFunction(arguments: [JSONValue]) throws(SocketIOError) {
        try respond(OutgoingArguments(values: arguments))
    }

    /// Answers with JSON text and attachments: see ``RawMessage``.
    package func callAsFunction(json: Binary?, attachments: [Binary]) throws(SocketIOError) {
        try respond(OutgoingArguments(json: json, attachments: attachments))
    }

    private func respond(_ arguments: OutgoingArguments) throws(SocketIOError) {
        guard !right.isUsed.exchange(true, ordering: .relaxed) else { return }
        try send(
            ParserPacket(.ack, namespace: namespace, id: id, json: arguments.json, attachments: arguments.attachments))
    }
}

/// Only so that it can stand among the arguments of a handler: it is no data.
extension Ack: Codable {
    /// Always throws.
    public init(from decoder: any Decoder) throws {
        throw DecodingError.dataCorrupted(
            DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "An Ack is not sent."))
    }

    /// Always throws.
    public func encode(to encoder: any Encoder) throws {
        throw EncodingError.invalidValue(
            self, EncodingError.Context(codingPath: encoder.codingPath, debugDescription: "An Ack cannot be sent."))
    }
}
