/// Bytes that are shared, never copied: a binary argument of an event, an attachment, or a part of a received message.
///
/// A slice of a `Binary` keeps the whole alive. Every `Binary` has `padding` readable bytes behind its end,
/// as the JSON parser needs.
public struct Binary: Sendable {
    package static let padding = 64

    // Unsafe: a `ManagedBuffer` cannot be `Sendable`. This one is written only by the `BinaryWriter` that made it, before
    // anybody else has it.
    nonisolated(unsafe) package let storage: Storage
    private let start: Int
    /// The number of bytes.
    public let count: Int

    package init(storage: Storage, start: Int, count: Int) {
        self.storage = storage
        self.start = start
        self.count = count
    }

    /// No bytes.
    public init() { self.init(storage: .empty, start: 0, count: 0) }

    /// A copy of `bytes`.
    public init(_ bytes: UnsafeRawBufferPointer) {
        var writer = BinaryWriter(capacity: bytes.count)
        writer.append(bytes)
        self = writer.finish()
    }

    /// A copy of `bytes`.
    public init(_ bytes: some Sequence<UInt8>) {
        if let copy = bytes.withContiguousStorageIfAvailable({ Binary(UnsafeRawBufferPointer($0)) }) {
            self = copy
        } else {
            self = Array(bytes).withUnsafeBytes { Binary($0) }
        }
    }

    /// Somebody else's bytes, without a copy, until `release` is called. They have no padding: they can be sent, and not
    /// parsed.
    package init(adopting bytes: UnsafeMutableRawBufferPointer, release: @escaping @Sendable () -> Void) {
        guard let base = bytes.baseAddress else {
            self.init()
            release()
            return
        }
        self.init(storage: .adopt(base, release), start: 0, count: bytes.count)
    }

    /// The UTF-8 bytes of `text`.
    public init(utf8 text: String) { self.init(text.utf8) }

    /// Calls `body` with the bytes; the pointer is valid until `body` returns.
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(storage) {} }
        return try body(UnsafeRawBufferPointer(start: storage.base + start, count: count))
    }

    /// The bytes of `range`, without a copy.
    package func slice(_ range: Range<Int>) -> Binary {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        return Binary(storage: storage, start: start + range.lowerBound, count: range.count)
    }

    package func dropping(first: Int) -> Binary { slice(first..<count) }

    /// The bytes as text, with invalid UTF-8 replaced by U+FFFD.
    package var text: String { String(decoding: self, as: UTF8.self) }

    package var isUTF8: Bool { withUnsafeBytes { $0.isUTF8 } }
}

extension UnsafeRawBufferPointer {
    var isUTF8: Bool { withMemoryRebound(to: UInt8.self) { (try? UTF8Span(validating: $0.span)) != nil } }
}

extension Binary: RandomAccessCollection {
    /// Always 0.
    public var startIndex: Int { 0 }
    /// The number of bytes.
    public var endIndex: Int { count }
    /// The byte at `index`.
    public subscript(index: Int) -> UInt8 {
        precondition(index >= 0 && index < count)
        return storage.base.load(fromByteOffset: start + index, as: UInt8.self)
    }
    /// Calls `body` with the bytes.
    public func withContiguousStorageIfAvailable<Result>(
        _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
    ) rethrows -> Result? {
        try withUnsafeBytes { try $0.withMemoryRebound(to: UInt8.self, body) }
    }
}

extension Binary: Hashable {
    /// Whether both hold the same bytes.
    public static func == (left: Binary, right: Binary) -> Bool {
        guard left.count == right.count else { return false }
        return left.withUnsafeBytes { left in right.withUnsafeBytes { right in left.elementsEqual(right) } }
    }
    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) { withUnsafeBytes { hasher.combine(bytes: $0) } }
}

extension Binary: ExpressibleByArrayLiteral {
    /// The bytes of the literal.
    public init(arrayLiteral bytes: UInt8...) { self.init(bytes) }
}

extension Binary: CustomStringConvertible {
    /// The number of bytes; never their content.
    public var description: String { "\(count) bytes" }
}

extension Binary {
    /// The memory that slices share, in one piece with this object unless it is somebody else's.
    package final class Storage: ManagedBuffer<StorageHeader, UInt8> {
        // Unsafe: nobody writes to it.
        nonisolated(unsafe) package static let empty: Storage = {
            let storage = make(capacity: 0)
            storage.base.initializeMemory(as: UInt8.self, repeating: 0, count: Binary.padding)
            return storage
        }()

        fileprivate static func make(capacity: Int) -> Storage {
            let storage = create(minimumCapacity: capacity + Binary.padding) { storage in
                StorageHeader(base: storage.withUnsafeMutablePointerToElements { UnsafeMutableRawPointer($0) })
            }
            return unsafeDowncast(storage, to: Storage.self)
        }

        fileprivate static func adopt(
            _ base: UnsafeMutableRawPointer, _ release: @escaping @Sendable () -> Void
        ) -> Storage {
            unsafeDowncast(
                create(minimumCapacity: 0) { _ in StorageHeader(base: base, release: release) }, to: Storage.self)
        }

        // By the pointer: `header` is checked for exclusive access.
        deinit { withUnsafeMutablePointerToHeader { $0.pointee.release?() } }

        package var base: UnsafeMutableRawPointer { withUnsafeMutablePointerToHeader { $0.pointee.base } }
    }

    package struct StorageHeader {
        fileprivate let base: UnsafeMutableRawPointer
        /// Gives back memory that is not ours.
        fileprivate var release: (@Sendable () -> Void)?
    }
}

/// Builds a `Binary` by appending.
package struct BinaryWriter: ~Copyable {
    private var storage: Binary.Storage
    private var base: UnsafeMutableRawPointer
    /// Without the padding behind it.
    private var capacity: Int
    package private(set) var count = 0

    package init(capacity: Int = 128) {
        self.capacity = capacity
        storage = capacity == 0 ? .empty : .make(capacity: capacity)
        base = storage.base
    }

    /// Room for `extra` more bytes, to be filled through the returned pointer and taken over with `advance(by:)`.
    @inline(__always)
    package mutating func reserve(_ extra: Int) -> UnsafeMutableRawPointer {
        if count + extra > capacity { grow(to: Swift.max(count + extra, capacity * 2)) }
        return base + count
    }

    @inline(never)
    private mutating func grow(to wanted: Int) {
        let larger = Binary.Storage.make(capacity: wanted)
        larger.base.copyMemory(from: base, byteCount: count)
        storage = larger
        base = larger.base
        capacity = wanted
    }

    package mutating func advance(by written: Int) {
        precondition(count + written <= capacity)
        count += written
    }

    /// Forgets all but the first `count` bytes.
    package mutating func truncate(to count: Int) {
        precondition(count <= self.count)
        self.count = count
    }

    /// Changes one of the bytes that are there.
    mutating func replaceByte(at index: Int, by byte: UInt8) {
        precondition(index < count)
        base.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
    }

    package mutating func append(_ byte: UInt8) {
        reserve(1).storeBytes(of: byte, as: UInt8.self)
        count += 1
    }

    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    package mutating func append(_ binary: Binary) { binary.withUnsafeBytes { append($0) } }

    package mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    package mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        body(UnsafeRawBufferPointer(start: base, count: count))
    }

    package consuming func finish() -> Binary {
        guard capacity > 0 else { return Binary() }
        // The JSON parser reads the padding; it never acts on it.
        (base + count).initializeMemory(as: UInt8.self, repeating: 0, count: Binary.padding)
        return Binary(storage: storage, start: 0, count: count)
    }
}
