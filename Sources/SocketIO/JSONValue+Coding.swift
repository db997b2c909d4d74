public import SocketIOProtocol

extension JSONValue {
    /// What `value` is encoded as in an event's argument; bytes anywhere inside it stay bytes.
    ///
    /// - Throws: `codingFailed`.
    public init(encoding value: some Encodable) throws(SocketIOError) {
        let arguments = try OutgoingArguments(value)
        self = try Arguments(arguments).values.first ?? .null
    }

    /// Decodes the value as an event's argument is.
    ///
    /// - Throws: `codingFailed`, with the place where it is no `Value`.
    public func decode<Value: Decodable>(as type: Value.Type = Value.self) throws(SocketIOError) -> Value {
        let arguments = try Arguments(OutgoingArguments(values: [self]))
        do { return try arguments.decode(as: type) } catch {
            let text = "the value cannot be decoded: \(CodingFailure.text(of: error, after: 1))"
            throw SocketIOError(.codingFailed, text)
        }
    }
}

extension Arguments {
    /// What another program would receive.
    fileprivate init(_ outgoing: OutgoingArguments) throws(SocketIOError) {
        do throws(JSONError) {
            document = try JSONDocument.parse(outgoing.json)
        } catch {
            throw SocketIOError(.codingFailed, "the value is no JSON: \(error)")
        }
        offset = 0
        attachments = outgoing.attachments
    }
}
