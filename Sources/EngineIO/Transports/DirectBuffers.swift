import CLibuv
import COpenSSL
import SocketIOProtocol

/// What all direct channels of the loop share, since each uses it only while it is at work.
@LoopActor
final class DirectBuffers {
    /// A fragment's payload has at most so many bytes, and a write about twice as many.
    static let fragmentBytes = 65_536
    private static let maskCount = 1024

    /// What is read from a socket.
    let reading = UnsafeMutableRawBufferPointer.allocate(byteCount: 262_144, alignment: 64)
    /// Frames before they are written: control frames, less than a fragment, and a fragment.
    let writing = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * fragmentBytes + 1024, alignment: 64)
    /// What TLS writes, until it is sent: a BIO.
    let records = BIO_new(BIO_s_mem())
    private var masks: [UInt32] = []

    isolated deinit {
        BIO_free(records)
        reading.deallocate()
        writing.deallocate()
    }

    /// A random number that nobody can foresee: see RFC 6455, section 10.3.
    func nextMask() -> UInt32 {
        if let mask = masks.popLast() { return mask }
        masks = [UInt32](repeating: 0, count: Self.maskCount)
        let status = masks.withUnsafeMutableBytes { uv_random(nil, nil, $0.baseAddress, $0.count, 0, nil) }
        guard status == 0, let mask = masks.popLast() else {
            masks = []
            return UInt32.random(in: 0...UInt32.max)
        }
        return mask
    }
}
