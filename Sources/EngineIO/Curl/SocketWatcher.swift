import CLibuv

/// Tells when a socket that somebody else owns is readable or writable. Ends when it is released.
@LoopActor
final class SocketWatcher {
    private let handle: UnsafeMutablePointer<uv_poll_t>
    /// Called with libuv's status, negative for an error, and its events.
    private let action: @LoopActor (Int32, Int32) -> Void

    init?(_ socket: Int32, _ action: @escaping @LoopActor (Int32, Int32) -> Void) {
        handle = .allocate(capacity: 1)
        self.action = action
        guard let loop = EventLoop.shared.uvLoop, uv_poll_init_socket(loop, handle, socket) == 0 else {
            // Not open: `deinit` must not close it.
            handle.initialize(to: uv_poll_t())
            return nil
        }
        handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    }

    isolated deinit {
        guard handle.pointee.data != nil else { return handle.deallocate() }
        uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) { handle in
            handle?.deallocate()
        }
    }

    /// Waits for `events`, which are libuv's; returns whether it can.
    func wait(for events: Int32) -> Bool {
        let status = uv_poll_start(handle, events) { handle, status, events in
            guard let data = handle?.pointee.data else { return }
            nonisolated(unsafe) let pointer = data  // stays on this thread
            LoopActor.assumeIsolated {
                Unmanaged<SocketWatcher>.fromOpaque(pointer).takeUnretainedValue().action(status, events)
            }
        }
        return status == 0
    }
}
