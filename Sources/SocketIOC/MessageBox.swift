import CSocketIO
import SocketIO

/// What `sio_message` stands for.
///
/// Unchecked: the header has one thread at a time use it.
final class MessageBox: @unchecked Sendable {
    var message: RawMessage

    init(_ name: String) { message = RawMessage(name) }

    /// Memory of the program's, given back when nothing of it is needed any more.
    static func adopt(_ data: UnsafeMutableRawPointer, _ length: Int, _ destroy: sio_free_cb?) -> Binary {
        let destructor = Destructor(function: destroy, userData: data)
        return Binary(adopting: UnsafeMutableRawBufferPointer(start: data, count: length)) { destructor.call() }
    }
}
