import CLibuv

/// A timer on the loop that can be set again and again. Cancelled when it is released.
@LoopActor
package final class LoopTimer {
    private let handle: UnsafeMutablePointer<uv_timer_t>
    private let action: @LoopActor () -> Void
    private var isOpen = false
    private var deadline: Duration?

    package init(_ action: @escaping @LoopActor () -> Void) {
        self.action = action
        handle = .allocate(capacity: 1)
        guard let loop = EventLoop.shared.uvLoop else { return }
        uv_timer_init(loop, handle)
        handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        isOpen = true
    }

    isolated deinit {
        guard isOpen else { return handle.deallocate() }
        uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) { handle in
            handle?.deallocate()
        }
    }

    private func fire() {
        deadline = nil
        action()
    }

    /// Runs the action at `deadline`, in the time of `EventLoop.now`; nil cancels.
    package func set(_ deadline: Duration?) {
        guard isOpen, deadline != self.deadline else { return }
        self.deadline = deadline
        guard let deadline else {
            uv_timer_stop(handle)
            return
        }
        let (seconds, attoseconds) = max(.zero, deadline - EventLoop.shared.now).components
        // Rounded up: a timer must not fire before its deadline. About 30 years are far enough for ever.
        let milliseconds =
            min(seconds, 1_000_000_000) * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        uv_timer_start(
            handle,
            { handle in
                guard let data = handle?.pointee.data else { return }
                nonisolated(unsafe) let pointer = data  // stays on this thread
                LoopActor.assumeIsolated {
                    Unmanaged<LoopTimer>.fromOpaque(pointer).takeUnretainedValue().fire()
                }
            }, UInt64(milliseconds), 0)
    }
}
