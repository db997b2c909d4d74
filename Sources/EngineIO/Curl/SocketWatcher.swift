import CLibuv

/// Tells when a socket that somebody else owns is readable or writable, until it is told to stop.
@LoopActor
final class SocketWatcher {
    private let handle: UnsafeMutablePointer<uv_poll_t>
    private var isOpen = false
    private var awaited: Int32 = 0
    /// Called with libuv's status, negative for an error, and its events.
    private let action: @LoopActor (Int32, Int32) -> Void

    init?(_ socket: Int32, _ action: @escaping @LoopActor (Int32, Int32) -> Void) {
        self.action = action
        let handle = UnsafeMutablePointer<uv_poll_t>.allocate(capacity: 1)
        self.handle = handle
        guard let loop = EventLoop.shared.uvLoop, uv_poll_init_socket(loop, handle, socket) == 0 else {
            handle.deallocate()
            return nil
        }
        isOpen = true
        handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    }

    isolated deinit { stop() }

    /// Lets go of the socket. To be called before it is closed: to release the watcher is not enough, which may have to
    /// wait, for the end of its own action for one. The loop would go on to hear of a connection that is open elsewhere,
    /// too, as what happens to the next descriptor of the same number; or let go of that instead.
    func stop() {
        guard isOpen else { return }
        isOpen = false
        handle.pointee.data = nil
        uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) { handle in
            handle?.deallocate()
        }
    }

    /// Waits for `events`, which are libuv's; returns whether it can.
    func wait(for events: Int32) -> Bool {
        guard isOpen else { return false }
        awaited = events
        let status = uv_poll_start(handle, events) { handle, status, events in
            guard let data = handle?.pointee.data else { return }
            nonisolated(unsafe) let pointer = data  // stays on this thread
            LoopActor.assumeIsolated {
                Unmanaged<SocketWatcher>.fromOpaque(pointer).takeUnretainedValue().action(status, events)
            }
        }
        return status == 0
    }

    /// Waits on, where libuv has given up for an error that the socket does not have.
    func resume() { if awaited != 0 { _ = wait(for: awaited) } }
}
