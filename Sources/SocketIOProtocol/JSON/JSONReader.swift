import CJSONTape

/// Parses one text after the other and uses its memory again, so that a text whose document nobody keeps costs none.
///
/// Not more than one thread may use it: many decoders can share it there.
package final class JSONReader {
    /// Memory for texts longer than this is given back at once: simdjson needs about 14 times the text's size.
    private static let keptCapacity = 256 << 10

    /// Of the first parser: its memory grows with the depth that it allows, and hardly any text is deeper.
    private static let usualDepth = 32

    private var parser: OpaquePointer?
    private var depth = usualDepth
    private var document: JSONDocument?

    package init() {}

    /// Has `body` called once when the process exits, before what readers need is destroyed. They are not to be used
    /// behind it.
    package static func beforeTeardown(_ body: @escaping @convention(c) () -> Void) { json_before_teardown(body) }

    deinit { json_parser_free(parser) }

    /// The document of `text`, which must be one value and white space.
    package func read(_ text: Binary) throws(JSONError) -> JSONDocument {
        let document = try unusedDocument(for: text)
        self.document = document
        defer {
            if text.count > JSONReader.keptCapacity { releaseMemory() }
        }
        do {
            try document.parse(text, with: try readyParser())
        } catch {
            guard error == .tooDeep, depth < JSONDocument.maximumDepth else { throw error }
            releaseParser()
            depth = JSONDocument.maximumDepth
            try document.parse(text, with: try readyParser())
        }
        return document
    }

    private func unusedDocument(for text: Binary) throws(JSONError) -> JSONDocument {
        if isKnownUniquelyReferenced(&document), let document { return document }
        return try JSONDocument(capacity: text.count)
    }

    private func readyParser() throws(JSONError) -> OpaquePointer {
        if let parser { return parser }
        // simdjson refuses what reaches its limit, and does not count an array or object that is empty.
        guard let parser = json_parser_new(depth + 1) else { throw .outOfMemory }
        self.parser = parser
        return parser
    }

    private func releaseMemory() {
        releaseParser()
        document = nil
    }

    private func releaseParser() {
        json_parser_free(parser)
        parser = nil
    }
}
