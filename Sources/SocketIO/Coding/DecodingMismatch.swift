import SocketIOProtocol

/// A value that is not of the wanted type.
///
/// It becomes a `DecodingError` where the place of the value is known.
package struct DecodingMismatch: Error {
    private let wanted: any Any.Type
    private let element: JSONElement
    /// The way from where decoding began to the value, outermost key first.
    private var path: [any CodingKey] = []

    init(_ wanted: any Any.Type, _ element: JSONElement) {
        self.wanted = wanted
        self.element = element
    }

    func inside(_ key: any CodingKey) -> DecodingMismatch {
        var outer = self
        outer.path.insert(key, at: 0)
        return outer
    }

    /// The error for users, with `outerPath` the way to where decoding began.
    func decodingError(at outerPath: [any CodingKey]) -> DecodingError {
        func context(_ text: String) -> DecodingError.Context {
            DecodingError.Context(codingPath: outerPath + path, debugDescription: text)
        }
        switch element.kind {
        case .null:
            return .valueNotFound(wanted, context("Expected \(wanted), found null."))
        case .number where wanted is any Numeric.Type:
            let number = element.value(attachments: []).description
            return .dataCorrupted(context("The number \(number) does not fit in \(wanted)."))
        case let kind:
            return .typeMismatch(wanted, context("Expected \(wanted), found \(kind.withArticle)."))
        }
    }
}

extension JSONElement.Kind {
    fileprivate var withArticle: String {
        switch self {
        case .array, .object: "an \(rawValue)"
        case .null: rawValue
        case .bool, .number, .string: "a \(rawValue)"
        }
    }
}
