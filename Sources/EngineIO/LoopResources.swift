package import CLibuv
import SocketIOProtocol

/// What the I/O thread works with: libuv's loop and the libraries on it.
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
        do throws(SocketIOError) {
            try check(uv_loop_init(loop), "uv_loop_init")
        } catch {
            deallocate()
            throw error
        }
        // A wake-up has nothing to do: `prepare` runs in every turn. The loop has the descriptor for it already.
        uv_async_init(loop, waker.handle) { _ in }
        uv_prepare_init(loop, prepare)
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
            closeHandles()
            closeLoop()
            throw error
        }
    }

    /// Closes what a run of the thread has left open on the loop.
    func endRun() {
        for multi in multis.values { multi.close() }
        // libuv closes a handle in the next turn.
        uv_run(loop, UV_RUN_NOWAIT)
    }

    // MARK: The end

    /// Begins to destroy all this.
    ///
    /// - Returns: False if it has to be kept, and can be used again: libwebsockets cannot be destroyed, or an object is
    ///   alive that has something on the loop. Otherwise `finishEnd()` is to be called until it has succeeded.
    func beginEnd() -> Bool {
        guard let lws, loop.handles == lws.handles.union(handles), lws.beginEnd() else { return false }
        closeHandles()
        return true
    }

    /// - Returns: False if it has to wait. Nothing is lost but memory and some descriptors if it is not called again.
    func finishEnd() -> Bool {
        guard lws?.finishEnd() != false else { return false }
        lws = nil
        closeLoop()
        return true
    }

    private var handles: Set<UnsafeMutablePointer<uv_handle_t>> {
        [
            UnsafeMutableRawPointer(prepare).assumingMemoryBound(to: uv_handle_t.self),
            UnsafeMutableRawPointer(waker.handle).assumingMemoryBound(to: uv_handle_t.self),
        ]
    }

    private func closeHandles() { for handle in handles { uv_close(handle, nil) } }

    private func closeLoop() {
        uv_run(loop, UV_RUN_NOWAIT)
        // It refuses if something is left on it, which needs its memory then.
        if uv_loop_close(loop) == 0 { deallocate() }
    }

    private func deallocate() {
        waker.handle.deallocate()
        prepare.deallocate()
        loop.deallocate()
    }

    private func check(_ status: Int32, _ call: String) throws(SocketIOError) {
        guard status < 0 else { return }
        throw SocketIOError(.systemFailure, "\(call): \(String(cString: uv_strerror(status)))")
    }
}

extension UnsafeMutablePointer<uv_loop_t> {
    /// All that are on the loop, those too that are being closed.
    var handles: Set<UnsafeMutablePointer<uv_handle_t>> {
        var found: Set<UnsafeMutablePointer<uv_handle_t>> = []
        withUnsafeMutablePointer(to: &found) {
            uv_walk(
                self,
                { handle, found in
                    guard let handle else { return }
                    found?.assumingMemoryBound(to: Set<UnsafeMutablePointer<uv_handle_t>>.self).pointee.insert(handle)
                }, $0)
        }
        return found
    }
}
