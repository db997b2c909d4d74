import SocketIOProtocol

/// Encodes the value at one place of an argument.
final class ValueEncoder: Encoder {
    private enum Shape { case none, single, array, object, finished }

    /// Where a value stands in its parent.
    enum Place {
        case member(any CodingKey)
        case element(Int)
        /// The value is all that its parent has, as that of a single-value container.
        case whole

        fileprivate var key: (any CodingKey)? {
            switch self {
            case .member(let key): key
            case .element(let index): ArgumentKey(intValue: index)
            case .whole: nil
            }
        }
    }

    let output: EncodingOutput
    let text: EncodedText
    private let parent: ValueEncoder?
    private let place: Place
    /// Where the outermost of the parents stands.
    private let origin: [any CodingKey]
    private let depth: Int
    private var shape = Shape.none
    private(set) var count = 0

    init(output: EncodingOutput) {
        self.output = output
        text = output
        parent = nil
        place = .whole
        origin = []
        depth = 0
    }

    private init(parent: ValueEncoder, place: Place) {
        output = parent.output
        text = parent.text
        self.parent = parent
        self.place = place
        origin = []
        depth = parent.depth + 1
    }

    /// Has no parent: the parent's text keeps it alive.
    private init(inGapOf parent: ValueEncoder, place: Place) {
        output = parent.output
        text = EncodedText()
        self.parent = nil
        self.place = place
        origin = parent.codingPath
        depth = parent.depth + 1
    }

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    var codingPath: [any CodingKey] {
        var path = parent?.codingPath ?? origin
        if let key = place.key { path.append(key) }
        return path
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(KeyedEncoding(encoder: opened(as: .object, by: UInt8(ascii: "{"))))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        UnkeyedEncoding(encoder: opened(as: .array, by: UInt8(ascii: "[")))
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { SingleValueEncoding(encoder: self) }

    /// Writes what ends the value.
    ///
    /// A value that encoded nothing is an empty object, as for Foundation.
    func finish() {
        switch shape {
        case .none: text.writer.append("{}" as StaticString)
        case .array: text.writer.append(UInt8(ascii: "]"))
        case .object: text.writer.append(UInt8(ascii: "}"))
        case .single, .finished: break
        }
        shape = .finished
    }

    // MARK: For the containers

    /// Begins the only value of a single-value container.
    func beginSingle() throws {
        try output.check()
        guard shape == .none else { throw misuse("A second value was encoded where there is room for one.") }
        shape = .single
    }

    /// Begins the next element of an array.
    func beginElement() throws {
        try beginItem()
        if count > 1 { text.writer.append(UInt8(ascii: ",")) }
    }

    /// Begins the next member of an object.
    func beginMember(_ name: String) throws {
        try beginItem()
        text.writer.appendJSON(name: name, isFirst: count == 1)
    }

    @inline(__always)
    private func beginItem() throws {
        try output.check()
        guard shape != .finished else { throw misuse("The container was used after its value had been encoded.") }
        count += 1
    }

    /// Writes `value` where an element, a member or the single value began.
    func write<Value: Encodable>(_ value: Value, at place: @autoclosure () -> Place) throws {
        if let type = DirectTypes.find(Value.self) {
            do throws(JSONError) {
                return try type.encode(value, into: &text.writer, attachments: &output.attachments, depth: depth + 1)
            } catch {
                throw invalid(value, error, at: place())
            }
        }
        let encoder = ValueEncoder(parent: self, place: place())
        guard !DirectTypes.isPlainData(Value.self) else { throw EncodingError.plainData(value, at: encoder.codingPath) }
        guard encoder.depth < JSONDocument.maximumDepth else { throw encoder.invalid(value, JSONError.tooDeep) }
        try value.encode(to: encoder)
        encoder.finish()
    }

    @inline(__always)
    func write(_ value: some DirectlyCodable, at place: @autoclosure () -> Place) throws {
        do throws(JSONError) {
            try value.encode(into: &text.writer, attachments: &output.attachments, depth: depth + 1)
        } catch {
            throw invalid(value, error, at: place())
        }
    }

    /// The encoder of a nested container, or of a superclass, whose value may be written at any time.
    func nested(at place: Place) -> ValueEncoder {
        let encoder = ValueEncoder(inGapOf: self, place: place)
        if encoder.depth < JSONDocument.maximumDepth {
            text.addGap(for: encoder)
        } else {
            output.note(encoder.invalid(place.key?.stringValue ?? "", JSONError.tooDeep))
        }
        return encoder
    }

    private func opened(as wanted: Shape, by bracket: UInt8) -> ValueEncoder {
        switch shape {
        case wanted: return self
        case .none:
            shape = wanted
            text.writer.append(bracket)
            return self
        default:
            output.note(misuse("A second container of another kind was asked for."))
            // What goes there is lost; the failure is thrown at the next chance.
            return ValueEncoder(inGapOf: self, place: .whole)
        }
    }

    private func misuse(_ text: String) -> EncodingError {
        .invalidValue(self, EncodingError.Context(codingPath: codingPath, debugDescription: text))
    }

    private func invalid(_ value: Any, _ error: JSONError, at place: Place = .whole) -> EncodingError {
        let path = place.key.map { codingPath + [$0] } ?? codingPath
        return .invalidValue(value, EncodingError.Context(codingPath: path, debugDescription: error.message))
    }
}
