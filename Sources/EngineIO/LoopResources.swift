package import CLibuv
import SocketIOProtocol

/// What the I/O thread works with: libuv's loop and the libraries on it.
///
/// It is made once and kept from one run of the thread to the next, at the cost of six descriptors. It could not be
/// taken down safely: destroying its context on a foreign loop, libwebsockets 4.1 closes a descriptor twice, the second
/// time when another thread may have it already, and 4.3 forgets one.
@LoopActor
package final class LoopResources {
    package let loop: UnsafeMutablePointer<uv_loop_t>
    let waker: LoopWaker
    private let prepare: UnsafeMutablePointer<uv_prepare_t>
    private let onTurnEnd: @LoopActor () -> Void
    private(set) var lws: LWSContext?
    /// Those that are open.
    var multis: [ObjectIdentifier: CurlMulti] = [:]

    init(onTurnEnd: @escaping @LoopActor () -> Void) throws(SocketIOError) {
        // Where it gets none, libuv ends the process.
        if let shortage = descriptorShortage(of: 8) { throw .noDescriptors(shortage) }
        self.onTurnEnd = onTurnEnd
        loop = .allocate(capacity: 1)
        waker = LoopWaker(handle: .allocate(capacity: 1))
        prepare = .allocate(capacity: 1)
        try check(uv_loop_init(loop), "uv_loop_init")
        // A wake-up has nothing to do: `prepare` runs in every turn.
        try check(uv_async_init(loop, waker.handle) { _ in }, "uv_async_init")
        try check(uv_prepare_init(loop, prepare), "uv_prepare_init")
        prepare.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        uv_prepare_start(prepare) { handle in
            guard let data = handle?.pointee.data else { return }
            nonisolated(unsafe) let pointer = data  // stays on this thread
            LoopActor.assumeIsolated {
                Unmanaged<LoopResources>.fromOpaque(pointer).takeUnretainedValue().onTurnEnd()
            }
        }
        do throws(SocketIOError) {
            guard OpenSSLLibrary.isReady else { throw SocketIOError(.systemFailure, "OPENSSL_init_crypto failed") }
            lws = try LWSContext(loop: loop)
        } catch {
            close()
            throw error
        }
    }

    /// Closes what a run of the thread has left open on the loop.
    func endRun() {
        for multi in multis.values { multi.close() }
        // libuv closes a handle in the next turn.
        uv_run(loop, UV_RUN_NOWAIT)
    }

    /// Undoes an `init` that has failed.
    private func close() {
        uv_close(UnsafeMutableRawPointer(prepare).assumingMemoryBound(to: uv_handle_t.self), nil)
        uv_close(UnsafeMutableRawPointer(waker.handle).assumingMemoryBound(to: uv_handle_t.self), nil)
        uv_run(loop, UV_RUN_DEFAULT)
        uv_loop_close(loop)
        waker.handle.deallocate()
        prepare.deallocate()
        loop.deallocate()
    }

    private func check(_ status: Int32, _ call: String) throws(SocketIOError) {
        guard status < 0 else { return }
        throw SocketIOError(.systemFailure, "\(call): \(String(cString: uv_strerror(status)))")
    }
}
