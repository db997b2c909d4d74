/// What a client shows to the server when a namespace is connected: something that encodes as a JSON object.
public struct Auth: Sendable {
    private enum Source {
        case value(any Encodable & Sendable)
        case provider(@Sendable () async throws -> any Encodable & Sendable)
    }

    private let source: Source

    /// The same value at every connection. One that is no object is refused where options are: `invalidArgument`.
    public static func value(_ value: some Encodable & Sendable) -> Auth { Auth(source: .value(value)) }

    /// The same, for a literal with values of several types: `.value(["token": "secret", "version": 2])`.
    public static func value(_ value: JSONValue) -> Auth { Auth(source: .value(value)) }

    /// A value that is made anew at every connection, so that a refreshed token is used when reconnecting.
    ///
    /// `body` runs on the library's I/O thread: it may await, but must not block. If it throws, `connect_error` tells, and the connection is tried again later;
    /// if it takes longer than the option `timeout`, likewise. If what it returns is no object, `connect_error` tells with
    /// `invalidArgument`, and it is not tried again.
    public static func provider<Value: Encodable & Sendable>(
        _ body: @escaping @Sendable @concurrent () async throws -> Value
    ) -> Auth {
        Auth(source: .provider { try await body() })
    }

    /// - Throws: `invalidArgument` for a fixed value that is of no use.
    func validate() throws(SocketIOError) {
        if case .value(let value) = source { _ = try Self.encode(value) }
    }

    func json() async throws(SocketIOError) -> Binary {
        do {
            switch source {
            case .value(let value): return try Self.encode(value)
            case .provider(let make): return try Self.encode(try await make())
            }
        } catch let error as SocketIOError {
            throw error
        } catch {
            throw Self.failure(.authFailed, error)
        }
    }

    /// Node's server takes anything but an object for a fault, and ends the whole connection.
    private static func encode(_ value: some Encodable) throws(SocketIOError) -> Binary {
        var writer = BinaryWriter()
        var attachments: [Binary] = []
        do {
            try ArgumentEncoder.encode(value, into: &writer, attachments: &attachments)
        } catch {
            throw failure(.invalidArgument, error)
        }
        let json = writer.finish()
        guard json.first == UInt8(ascii: "{") else {
            throw SocketIOError(.invalidArgument, "the option auth does not encode as a JSON object", phase: .namespace)
        }
        guard attachments.isEmpty else {
            throw SocketIOError(.invalidArgument, "the option auth cannot hold binary values", phase: .namespace)
        }
        return json
    }

    /// The error's text may hold what was to stay secret: its type says enough.
    private static func failure(_ code: SocketIOError.Code, _ error: any Error) -> SocketIOError {
        SocketIOError(code, "auth failed with \(type(of: error))", phase: .namespace)
    }
}

/// As JSON, `auth` is its value.
extension Auth: Codable {
    /// Reads an object.
    public init(from decoder: any Decoder) throws {
        self = .value(try JSONObject(from: decoder))
    }

    /// Writes the value; throws where there is a provider instead.
    public func encode(to encoder: any Encoder) throws {
        guard case .value(let value) = source else {
            let context = EncodingError.Context(
                codingPath: encoder.codingPath, debugDescription: "a provider of auth cannot be written")
            throw EncodingError.invalidValue(self, context)
        }
        try value.encode(to: encoder)
    }
}
