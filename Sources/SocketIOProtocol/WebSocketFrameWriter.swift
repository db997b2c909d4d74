/// Writes the frames that a client sends on a WebSocket, one after the other into memory of the caller's.
package struct WebSocketFrameWriter: ~Copyable {
    /// The most that a frame has before its payload.
    package static let headLimit = 14

    private let buffer: UnsafeMutableRawBufferPointer
    /// The bytes that are written.
    package private(set) var count = 0

    package init(into buffer: UnsafeMutableRawBufferPointer) { self.buffer = buffer }

    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: buffer[..<count]) }

    package func hasRoom(forPayload count: Int) -> Bool { buffer.count - self.count >= Self.headLimit + count }

    /// Writes a frame, for which there must be room.
    ///
    /// - Parameters:
    ///   - mask: A random number that nobody can foresee.
    ///   - first: A byte in front of the payload.
    package mutating func append(
        _ opcode: WebSocketOpcode, isFinal: Bool = true, mask: UInt32, first: UInt8? = nil,
        _ payload: UnsafeRawBufferPointer
    ) {
        let length = payload.count + (first == nil ? 0 : 1)
        precondition(hasRoom(forPayload: length))
        put((isFinal ? 0x80 : 0) | opcode.rawValue)
        switch length {
        case ..<126: put(0x80 | UInt8(length))
        case ..<65_536:
            put(UInt8(0x80 | 126))
            put(UInt16(length).bigEndian)
        default:
            put(UInt8(0x80 | 127))
            put(UInt64(length).bigEndian)
        }
        put(mask)
        var mask = mask
        if let first {
            put(first ^ UInt8(truncatingIfNeeded: mask.littleEndian))
            // The payload begins with the mask's second byte.
            mask = UInt32(littleEndian: mask.littleEndian >> 8 | mask.littleEndian << 24)
        }
        put(payload, mask: mask)
    }

    private mutating func put(_ value: some BitwiseCopyable & FixedWidthInteger) {
        buffer.storeBytes(of: value, toByteOffset: count, as: type(of: value))
        count += value.bitWidth / 8
    }

    /// Copies and masks in one pass.
    private mutating func put(_ payload: UnsafeRawBufferPointer, mask: UInt32) {
        guard let source = payload.baseAddress, let start = buffer.baseAddress else { return }
        let target = start + count
        count += payload.count
        let wide = SIMD16<UInt32>(repeating: mask)
        let step = MemoryLayout<SIMD16<UInt32>>.size
        var index = 0
        while index + step <= payload.count {
            let masked = source.loadUnaligned(fromByteOffset: index, as: SIMD16<UInt32>.self) ^ wide
            target.storeBytes(of: masked, toByteOffset: index, as: SIMD16<UInt32>.self)
            index += step
        }
        var rest = mask.littleEndian
        while index < payload.count {
            let byte = source.load(fromByteOffset: index, as: UInt8.self) ^ UInt8(truncatingIfNeeded: rest)
            target.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
            rest = rest >> 8 | rest << 24
            index += 1
        }
    }
}
