package import SocketIOProtocol

/// Makes the arguments of an event into JSON text and attachments.
package enum ArgumentEncoder {
    /// Appends `arguments` to `writer`, separated by commas, and the bytes anywhere inside them to `attachments`.
    ///
    /// Throws what the arguments themselves throw, and `EncodingError` where one of them is nested too deep or uses its
    /// encoder wrongly. Part of the text may have been written then.
    package static func encode<each Argument: Encodable>(
        _ arguments: repeat each Argument, into writer: inout BinaryWriter, attachments: inout [Binary]
    ) throws {
        var isFirst = true
        // A loop would copy the arguments.
        repeat try encode(one: each arguments, isFirst: &isFirst, into: &writer, attachments: &attachments)
    }

    private static func encode<Argument: Encodable>(
        one argument: Argument, isFirst: inout Bool, into writer: inout BinaryWriter, attachments: inout [Binary]
    ) throws {
        if !isFirst { writer.append(UInt8(ascii: ",")) }
        isFirst = false
        guard let type = DirectTypes.find(Argument.self) else {
            guard !DirectTypes.isPlainData(Argument.self) else { throw EncodingError.plainData(argument, at: []) }
            return try EncodingOutput.encode(argument, into: &writer, attachments: &attachments)
        }
        do throws(JSONError) {
            try type.encode(argument, into: &writer, attachments: &attachments, depth: 0)
        } catch {
            throw EncodingError.invalidValue(
                argument, EncodingError.Context(codingPath: [], debugDescription: error.message))
        }
    }
}

/// The outermost text, and what all encoders inside one argument share.
final class EncodingOutput: EncodedText {
    // Unchecked: as for `writer`.
    @exclusivity(unchecked) var attachments: [Binary] = []
    /// The first wrong use of an encoder in a place that cannot throw.
    @exclusivity(unchecked) private(set) var failure: (any Error)?

    static func encode(
        _ argument: some Encodable, into writer: inout BinaryWriter, attachments: inout [Binary]
    ) throws {
        let output = EncodingOutput()
        output.exchange(&writer, &attachments)
        defer {
            output.exchange(&writer, &attachments)
            output.forget()
        }
        let root = ValueEncoder(output: output)
        try argument.encode(to: root)
        root.finish()
        output.fillGaps()
        try output.check()
    }

    func note(_ failure: any Error) { if self.failure == nil { self.failure = failure } }

    @inline(__always)
    func check() throws { if let failure { throw failure } }

    private func exchange(_ writer: inout BinaryWriter, _ attachments: inout [Binary]) {
        swap(&self.writer, &writer)
        swap(&self.attachments, &attachments)
    }

    /// Lets go of the encoders, which hold this.
    private func forget() {
        failure = nil
        removeGaps()
    }
}

/// JSON text with gaps, whose own text comes later: a nested container may be filled after its parent went on.
class EncodedText {
    // Unchecked: only code of ours runs while it is written to, never that of the user's types.
    @exclusivity(unchecked) final var writer = BinaryWriter(capacity: 0)
    @exclusivity(unchecked) private final var gaps: [(offset: Int, encoder: ValueEncoder)] = []

    final func addGap(for encoder: ValueEncoder) { gaps.append((writer.count, encoder)) }

    final func removeGaps() { gaps = [] }

    final func fillGaps() {
        guard !gaps.isEmpty else { return }
        var whole = BinaryWriter(capacity: 2 * writer.count)
        flatten(into: &whole)
        swap(&writer, &whole)
    }

    /// Appends the text with its gaps filled.
    private final func flatten(into result: inout BinaryWriter) {
        var start = 0
        for gap in gaps {
            append(start..<gap.offset, to: &result)
            start = gap.offset
            gap.encoder.finish()
            gap.encoder.text.flatten(into: &result)
        }
        append(start..<writer.count, to: &result)
    }

    private final func append(_ range: Range<Int>, to result: inout BinaryWriter) {
        writer.withUnsafeBytes { result.append(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }
}
