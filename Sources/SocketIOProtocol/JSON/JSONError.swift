/// Why a text is not JSON that can be read, or a value cannot be written as JSON.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, for people.
    public let message: String

    package init(_ message: String) { self.message = message }

    /// The message.
    public var description: String { message }

    static let outOfMemory = JSONError("out of memory")
    package static let tooDeep = JSONError("JSON nested deeper than \(JSONDocument.maximumDepth) levels")
}
