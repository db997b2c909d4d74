import CSocketIO
import Synchronization

/// A function of a program's with its data.
///
/// Unchecked: what the data is, and which threads may use it, the program knows; it has read the header's rules.
struct Callback: @unchecked Sendable {
    let function: sio_event_cb
    let userData: UnsafeMutableRawPointer?

    func call(_ event: EventBox) {
        CallbackPlace.run { function(event.borrowed, userData) }
        // The pointer is the event's own.
        withExtendedLifetime(event) {}
    }
}

/// A destructor of a program's with its data, to be called once.
///
/// Unchecked for the same reason.
struct Destructor: @unchecked Sendable {
    let function: sio_free_cb?
    let userData: UnsafeMutableRawPointer?

    func call() {
        guard let function else { return }
        CallbackPlace.run { function(userData) }
    }
}

/// A listener of a program's.
final class ListenerRecord: Sendable {
    let id: UInt64
    let isOnce: Bool
    let callback: Callback
    let destructor: Destructor

    init(id: UInt64, isOnce: Bool, callback: Callback, destructor: Destructor) {
        self.id = id
        self.isOnce = isOnce
        self.callback = callback
        self.destructor = destructor
    }
}
