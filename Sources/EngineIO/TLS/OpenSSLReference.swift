import COpenSSL

/// A counted reference to one of OpenSSL's objects, given back at the end.
///
/// Unchecked: the object does not change any more when it is shared, and OpenSSL counts its references atomically.
final class OpenSSLReference: @unchecked Sendable {
    let pointer: OpaquePointer
    private let free: @Sendable (OpaquePointer?) -> Void

    /// Takes over `pointer`; nil where OpenSSL made none.
    init?(_ pointer: OpaquePointer?, _ free: @escaping @Sendable (OpaquePointer?) -> Void) {
        guard let pointer else { return nil }
        self.pointer = pointer
        self.free = free
    }

    deinit { free(pointer) }
}

/// The thread's queue of OpenSSL errors.
enum OpenSSLErrors {
    /// What went wrong last, in OpenSSL's words; the queue is empty afterwards.
    static func take() -> String? {
        defer { ERR_clear_error() }
        return peek()
    }

    /// What went wrong last; the queue is left to the library that is about to read it.
    static func peek() -> String? {
        let error = ERR_peek_last_error()
        guard error != 0 else { return nil }
        if let reason = ERR_reason_error_string(error) { return String(cString: reason) }
        return "OpenSSL error \(String(error, radix: 16))"
    }
}
