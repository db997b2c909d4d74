import SocketIOProtocol
import Synchronization

/// Remembers which types are directly codable: asking the runtime costs some hundred instructions.
enum DirectTypes {
    private final class Entry: Sendable {
        let type: ObjectIdentifier
        let direct: (any DirectlyCodable.Type)?

        init(type: ObjectIdentifier, direct: (any DirectlyCodable.Type)?) {
            self.type = type
            self.direct = direct
        }
    }

    /// Addresses of entries, which live for ever; 0 where there is none.
    ///
    /// The first type that comes has its place for good; others of the same place are asked for each time.
    private static let entries = InlineArray<256, Atomic<UInt>> { _ in Atomic(0) }

    /// The address of Foundation's `Data`, once it was asked for and is not directly codable; 0 until then.
    private static let plainData = Atomic<UInt>(0)

    /// Whether `type`, which is not directly codable, is Foundation's `Data`: it is, without the package's trait.
    static func isPlainData(_ type: Any.Type) -> Bool {
        UInt(bitPattern: ObjectIdentifier(type)) == plainData.load(ordering: .relaxed)
    }

    /// `type`, if it is directly codable.
    static func find(_ type: Any.Type) -> (any DirectlyCodable.Type)? {
        let id = ObjectIdentifier(type)
        // The upper bits of the product depend on all bits of the address.
        let place = Int((UInt(bitPattern: id) &* 0x9E37_79B9_7F4A_7C15) >> 56)
        let known = entries[place].load(ordering: .acquiring)
        if let known = UnsafeRawPointer(bitPattern: known) {
            let entry = Unmanaged<Entry>.fromOpaque(known).takeUnretainedValue()
            if entry.type == id { return entry.direct }
        }
        let direct = type as? any DirectlyCodable.Type
        if direct == nil, plainData.load(ordering: .relaxed) == 0, isNamedData(type) {
            plainData.store(UInt(bitPattern: id), ordering: .relaxed)
        }
        if known == 0 { remember(Entry(type: id, direct: direct), at: place) }
        return direct
    }

    private static func isNamedData(_ type: Any.Type) -> Bool {
        ["Foundation.Data", "FoundationEssentials.Data"].contains(String(reflecting: type))
    }

    private static func remember(_ entry: Entry, at place: Int) {
        let reference = Unmanaged.passRetained(entry)
        let address = UInt(bitPattern: reference.toOpaque())
        let (isFirst, _) = entries[place].compareExchange(expected: 0, desired: address, ordering: .releasing)
        if !isFirst { reference.release() }
    }
}

extension DirectlyCodable {
    /// Encodes `value`, which is known to be of this type; a cast would ask the runtime again.
    static func encode<Value>(
        _ value: Value, into writer: inout BinaryWriter, attachments: inout [Binary], depth: Int
    ) throws(JSONError) {
        precondition(Value.self == Self.self)
        try unsafeBitCast(value, to: Self.self).encode(into: &writer, attachments: &attachments, depth: depth)
    }
}

extension EncodingError {
    /// Its bytes would go as an array of numbers, which no server expects.
    static func plainData(_ value: Any, at path: [any CodingKey]) -> EncodingError {
        .invalidValue(
            value,
            Context(
                codingPath: path,
                debugDescription: "Data is binary with the package's trait Foundation; without it there is Binary."))
    }
}
