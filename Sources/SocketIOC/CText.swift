import Glibc

/// A text in C's form, whose pointer is valid as long as this is.
///
/// Unchecked: it never changes.
final class CText: @unchecked Sendable {
    static let empty = CText("")

    let pointer: UnsafePointer<CChar>

    init(_ text: String) {
        let bytes = Array(text.utf8CString)
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        copy.initialize(from: bytes, count: bytes.count)
        pointer = UnsafePointer(copy)
    }

    deinit { pointer.deallocate() }
}
