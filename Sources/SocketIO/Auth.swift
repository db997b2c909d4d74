/// What a client shows to the server when a namespace is connected: something that encodes as a JSON object.
public struct Auth: Sendable {
    private enum Source {
        case value(any Encodable & Sendable)
        case provider(@Sendable () async throws -> any Encodable & Sendable)
    }

    private let source: Source

    /// The same value at every connection.
    public static func value(_ value: some Encodable & Sendable) -> Auth { Auth(source: .value(value)) }

    /// A value that is made anew at every connection, so that a refreshed token is used when reconnecting.
    ///
    /// `body` runs on Swift's own threads. If it throws, `connect_error` tells, and the connection is tried again later;
    /// if it takes longer than the option `timeout`, likewise.
    public static func provider<Value: Encodable & Sendable>(
        _ body: @escaping @Sendable @concurrent () async throws -> Value
    ) -> Auth {
        Auth(source: .provider { try await body() })
    }

    func json() async throws(SocketIOError) -> Binary {
        let json: Binary
        do {
            switch source {
            case .value(let value): json = try Self.encode(value)
            case .provider(let make): json = try Self.encode(try await make())
            }
        } catch let error as SocketIOError {
            throw error
        } catch {
            // The error's text may hold what was to stay secret: its type says enough.
            throw SocketIOError(.codingFailed, "auth failed with \(type(of: error))", phase: .namespace)
        }
        guard json.first == UInt8(ascii: "{") else {
            throw SocketIOError(.codingFailed, "auth does not encode as a JSON object", phase: .namespace)
        }
        return json
    }

    private static func encode(_ value: some Encodable) throws -> Binary {
        var writer = BinaryWriter()
        var attachments: [Binary] = []
        try ArgumentEncoder.encode(value, into: &writer, attachments: &attachments)
        guard attachments.isEmpty else {
            throw SocketIOError(.codingFailed, "auth cannot hold binary values", phase: .namespace)
        }
        return writer.finish()
    }
}

/// As JSON, `auth` is its value.
extension Auth: Codable {
    /// Reads an object.
    public init(from decoder: any Decoder) throws {
        self = .value(try [String: JSONValue](from: decoder))
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
