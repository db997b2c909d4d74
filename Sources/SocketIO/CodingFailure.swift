/// What the errors of Swift's coders say, in one line and without the values.
enum CodingFailure {
    /// - Parameter start: How much of the place is left out.
    static func text(of error: any Error, after start: Int = 0) -> String {
        switch error {
        case EncodingError.invalidValue(_, let context):
            text(context.codingPath.dropFirst(start), context.debugDescription)
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context):
            text(context.codingPath.dropFirst(start), context.debugDescription)
        case DecodingError.keyNotFound(let key, let context):
            text(context.codingPath.dropFirst(start), "there is no \"\(key.stringValue)\"")
        default: "\(error)"
        }
    }

    private static func text(_ path: ArraySlice<any CodingKey>, _ description: String) -> String {
        guard !path.isEmpty else { return description }
        let place = path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        return "\(place): \(description)"
    }
}
