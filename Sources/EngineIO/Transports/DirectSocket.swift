import COpenSSL
import Glibc

/// Reads and writes the socket of a connection that libwebsockets has made, through its TLS if there is some.
///
/// It has a descriptor of its own, since libuv has one watcher for each. Until that is closed, too, the TCP connection
/// stays.
///
/// TLS writes to memory here, to a BIO that all connections share. So it never has a record that is half written, over
/// which it would stumble if the peer asked for new keys meanwhile; and many records go out at once.
@LoopActor
final class DirectSocket {
    enum Reading {
        case bytes(Int)
        /// There is nothing more now.
        case nothing
        case end
        /// The socket may be good, but TLS is broken, for a reason in OpenSSL's words.
        case tlsFailure(String?)
    }

    /// What a peer may make us keep that asks for new keys again and again, and never reads.
    private static let unsentLimit = 1 << 20

    let descriptor: Int32
    private let buffers: DirectBuffers
    private var ssl: OpaquePointer?
    /// What the system did not take.
    private var unsent: [UInt8] = []
    private var unsentStart = 0
    /// How many bytes the system has taken.
    private(set) var sentBytes = 0

    /// - Parameter ssl: It is libwebsockets', and goes with the connection.
    init?(_ connection: Int32, ssl: OpaquePointer?, _ buffers: DirectBuffers) {
        self.buffers = buffers
        descriptor = fcntl(connection, F_DUPFD_CLOEXEC, 0)
        guard descriptor >= 0 else { return nil }
        self.ssl = ssl
    }

    isolated deinit { if descriptor >= 0 { close(descriptor) } }

    /// Gives TLS back to libwebsockets, which ends the connection.
    func release() {
        guard let ssl else { return }
        self.ssl = nil
        // A goodbye in the middle of something else would be none.
        if hasUnsent { SSL_set_quiet_shutdown(ssl, 1) }
    }

    /// Calls OpenSSL, which writes to memory meanwhile: at other times it may do so for libwebsockets.
    private func withRecords<Result>(_ ssl: OpaquePointer, _ call: () -> Result) -> Result {
        let original = SSL_get_wbio(ssl)
        BIO_up_ref(original)
        BIO_up_ref(buffers.records)
        SSL_set0_wbio(ssl, buffers.records)
        defer { SSL_set0_wbio(ssl, original) }
        return call()
    }

    // MARK: Reading

    /// Whether what comes after a reading of `count` bytes into `room` is left for the loop to tell of.
    func isEmptied(by count: Int, of room: Int) -> Bool { ssl == nil && count < room }

    /// Whether TLS holds what the loop does not know of.
    var holdsBytes: Bool { ssl.map { SSL_has_pending($0) == 1 } ?? false }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Reading {
        guard let ssl else {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
            if count > 0 { return .bytes(count) }
            return count < 0 && (errno == EAGAIN || errno == EINTR) ? .nothing : .end
        }
        ERR_clear_error()
        let count = withRecords(ssl) { SSL_read(ssl, buffer.baseAddress, Int32(clamping: buffer.count)) }
        let error = count > 0 ? SSL_ERROR_NONE : SSL_get_error(ssl, count)
        let isUnexpectedEnd = COpenSSL_is_unexpected_eof(ERR_peek_last_error()) != 0
        let reason = OpenSSLErrors.take()
        // The answer to new keys, or an alert. Whoever writes next meets with what is wrong.
        _ = sendRecords()
        switch error {
        case SSL_ERROR_NONE: return .bytes(Int(count))
        case SSL_ERROR_WANT_READ: return .nothing
        // Many servers end without a goodbye.
        case SSL_ERROR_SSL where !isUnexpectedEnd: return .tlsFailure(reason)
        default: return .end
        }
    }

    // MARK: Writing

    /// Whether some of what was written waits for the system to take it.
    var hasUnsent: Bool { !unsent.isEmpty }

    /// Writes `bytes`; the system takes what it can, the rest is kept. False if that is not possible any more.
    func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let ssl else { return send(bytes) }
        ERR_clear_error()
        let isWritten = withRecords(ssl) {
            var rest = bytes
            while !rest.isEmpty, case let count = SSL_write(ssl, rest.baseAddress, Int32(clamping: rest.count)),
                count > 0
            {
                rest = UnsafeRawBufferPointer(rebasing: rest[Int(count)...])
            }
            return rest.isEmpty
        }
        return sendRecords() && isWritten
    }

    /// Goes on with what was kept. False if that is not possible any more.
    func flush() -> Bool {
        let sent = unsent.withUnsafeBytes { put(UnsafeRawBufferPointer(rebasing: $0[unsentStart...])) }
        guard let sent else { return false }
        unsentStart += sent
        if unsentStart == unsent.count { forgetUnsent() }
        return true
    }

    func forgetUnsent() {
        unsent = []
        unsentStart = 0
    }

    /// Sends what TLS has written to memory, which others use, too: nothing may stay there.
    private func sendRecords() -> Bool {
        var isSent = true
        while case let count = BIO_read(buffers.records, buffers.writing.baseAddress, Int32(buffers.writing.count)),
            count > 0
        {
            isSent = isSent && send(UnsafeRawBufferPointer(rebasing: buffers.writing[..<Int(count)]))
        }
        return isSent
    }

    private func send(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let sent = hasUnsent ? 0 : put(bytes)
        guard let sent, unsent.count - unsentStart < Self.unsentLimit else { return false }
        if sent < bytes.count { unsent += bytes[sent...] }
        return true
    }

    /// Gives the system as much as it takes; nil if it is broken.
    private func put(_ bytes: UnsafeRawBufferPointer) -> Int? {
        var sent = 0
        while sent < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[sent...])
            let count = Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
            if count < 0 { return errno == EAGAIN || errno == EINTR ? sent : nil }
            sent += count
            sentBytes += count
        }
        return sent
    }
}
