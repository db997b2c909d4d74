import CSocketIO
import SocketIO

/// What became of the wish to listen.
enum Listening {
    /// With the listener's number, which the program has to know before it is called, and what begins the calls.
    case began(UInt64, () -> Void)
    case noSuchEvent
    case ended
}

/// Runs what a function does that adds a listener; the destructor is called where it fails.
func begin(
    _ destructor: Destructor, _ place: UnsafeMutablePointer<sio_listener>?,
    _ body: () throws(SocketIOError) -> Listening
) -> sio_code {
    place?.pointee = 0
    let code = attempt { () throws(SocketIOError) in
        switch try body() {
        case .began(let id, let start):
            place?.pointee = id
            start()
        case .noSuchEvent: throw .invalid("the event's name")
        case .ended: throw .freed
        }
    }
    if code != SIO_OK { destructor.call() }
    return code
}
