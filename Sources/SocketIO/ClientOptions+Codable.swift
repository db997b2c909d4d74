package import EngineIO
import SocketIOProtocol

/// As JSON, under Node's names in one flat object, durations in milliseconds:
///
/// ```json
/// {"ca": "/etc/acme/ca.pem", "reconnectionDelayMax": 30000, "auth": {"token": "abc"}}
/// ```
///
/// A name that is no option is an error, and so is a value of a wrong type. `logger` is not among them, and a provider of
/// `auth`, or a parser of one's own, cannot be written.
extension ClientOptions: Codable {
    /// Reads the options that are given; the others have their defaults.
    public init(from decoder: any Decoder) throws { try self.init(readingFrom: decoder) }

    /// Writes all options.
    public func encode(to encoder: any Encoder) throws { try write(to: encoder) }

    /// The options in a JSON object; those that are not given have their defaults.
    ///
    /// - Throws: `invalidArgument`, with the name of the option that is unknown or has a value of a wrong type.
    public init(json: String) throws(SocketIOError) {
        func invalid(_ why: String) -> SocketIOError {
            SocketIOError(.invalidArgument, "the options cannot be read: \(why)", phase: .options)
        }
        let document: JSONDocument
        do { document = try JSONDocument.parse(Binary(utf8: json)) } catch { throw invalid("\(error)") }
        do {
            self = try ValueDecoder.decode(
                ClientOptions.self, from: document.root, attachments: [], parent: nil, key: nil)
        } catch {
            throw invalid(CodingFailure.text(of: error))
        }
    }
}

extension ClientOptions: NamedOptions {
    package mutating func visit(_ visitor: inout some OptionVisitor) throws {
        try engine.visit(&visitor)
        try socket.visit(&visitor)
        try visitor.value("forceNew", &forceNew)
        try visitor.value("multiplex", &multiplex)
        try visitor.value("reconnection", &reconnection)
        try visitor.value("reconnectionAttempts", &reconnectionAttempts)
        try visitor.milliseconds("reconnectionDelay", &reconnectionDelay)
        try visitor.milliseconds("reconnectionDelayMax", &reconnectionDelayMax)
        try visitor.value("randomizationFactor", &randomizationFactor)
        try visitor.value("autoConnect", &autoConnect)
        var name = ParserName(parser)
        try visitor.value("parser", &name)
        if let named = name.parser { parser = named }
        try visitor.value("autoUnref", &autoUnref)
        try visitor.value("closeOnBeforeunload", &closeOnBeforeunload)
        try visitor.value("watchFiles", &watchFiles)
        try visitor.milliseconds("certificateExpiryWarning", &certificateExpiryWarning)
    }
}

/// A parser by its name.
private struct ParserName: Codable {
    /// Nil for one of the user's.
    private(set) var parser: (any Parser)?

    private enum Name: String, Codable { case `default`, msgpack }

    init(_ parser: any Parser) {
        self.parser = parser is DefaultParser || parser is MessagePackParser ? parser : nil
    }

    init(from decoder: any Decoder) throws {
        switch try Name(from: decoder) {
        case .default: parser = DefaultParser()
        case .msgpack: parser = MessagePackParser()
        }
    }

    func encode(to encoder: any Encoder) throws {
        guard let parser else {
            let context = EncodingError.Context(
                codingPath: encoder.codingPath, debugDescription: "a parser of one's own cannot be written")
            throw EncodingError.invalidValue(self, context)
        }
        try (parser is DefaultParser ? Name.default : .msgpack).encode(to: encoder)
    }
}
