package import SocketIOProtocol

/// Makes the received arguments of an event into values, straight from the parsed text.
package enum ArgumentDecoder {
    /// The argument `element`, the one at `index`, as `Value`.
    ///
    /// A missing argument (nil) is nil for a type that has it, and an error for every other. Throws `DecodingError`,
    /// and what `Value` itself throws.
    package static func decode<Value: Decodable>(
        _ type: Value.Type, from element: JSONElement?, attachments: [Binary], index: Int
    ) throws -> Value {
        guard let element else { return try none(type, index: index) }
        return try ValueDecoder.decode(
            type, from: element, attachments: attachments, parent: nil, key: ArgumentKey(intValue: index))
    }

    /// Apart from the other function, which would ask the runtime for `Value?` at each call.
    @inline(never)
    private static func none<Value>(_ type: Value.Type, index: Int) throws -> Value {
        if let type = type as? any ExpressibleByNilLiteral.Type, let none = type.init(nilLiteral: ()) as? Value {
            return none
        }
        let key = ArgumentKey(intValue: index)
        throw DecodingError.valueNotFound(
            type, DecodingError.Context(codingPath: [key], debugDescription: "Argument \(index) is missing."))
    }
}
