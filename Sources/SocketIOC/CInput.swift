import CSocketIO
import Glibc
import SocketIO

/// What a C caller passes in, copied.
enum CInput {
    /// A text up to its NUL; nil for NULL, and for what is not UTF-8.
    static func text(_ pointer: UnsafePointer<CChar>?) -> String? {
        pointer.flatMap { String(validatingCString: $0) }
    }

    /// Bytes with a length, which may be `SIO_NUL_TERMINATED`; nil for NULL, unless there are none.
    static func bytes(_ pointer: UnsafeRawPointer?, _ length: Int) -> Binary? {
        // The macro's value, which Swift does not import.
        if length == -1 {
            return pointer.map { pointer in
                let count = strlen(pointer.assumingMemoryBound(to: CChar.self))
                return Binary(UnsafeRawBufferPointer(start: pointer, count: count))
            }
        }
        guard length >= 0, pointer != nil || length == 0 else { return nil }
        return Binary(UnsafeRawBufferPointer(start: pointer, count: length))
    }

    /// A JSON text; nil if it is none.
    static func json(_ pointer: UnsafePointer<CChar>?, _ length: Int) -> JSONValue? {
        bytes(pointer, length).flatMap { try? JSONDocument.parse($0).root.value(attachments: []) }
    }

    /// Milliseconds, of which negative ones are for ever.
    static func duration(_ milliseconds: Int64) -> Duration? {
        // A century is for ever, too, and does not overflow.
        guard milliseconds >= 0, milliseconds < 4_000_000_000_000 else { return nil }
        return .milliseconds(milliseconds)
    }

    /// Writes `text` as far as there is room, as `snprintf` does.
    static func copy(_ text: String, to buffer: UnsafeMutablePointer<CChar>?, size: Int) -> Int {
        var text = text
        return text.withUTF8 { bytes in
            if let buffer, size > 0 {
                let count = min(bytes.count, size - 1)
                if let start = bytes.baseAddress { memcpy(buffer, start, count) }
                buffer[count] = 0
            }
            return bytes.count
        }
    }
}
