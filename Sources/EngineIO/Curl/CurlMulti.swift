import CLibcurl
import CLibuv
import SocketIOProtocol

/// libcurl on the loop: the requests under way, and the connections kept alive for the next.
///
/// libcurl does not compare TLS identities when it takes a connection again, so nobody may share one of these who has
/// another identity.
@LoopActor
final class CurlMulti {
    private let handle: UnsafeMutableRawPointer
    private var isOpen = true
    private var transfers: [UnsafeMutableRawPointer: CurlTransfer] = [:]
    private var watchers: [curl_socket_t: SocketWatcher] = [:]
    private var timer: LoopTimer?

    /// - Throws: `systemFailure` where this libcurl cannot be used.
    init() throws(SocketIOError) {
        if let failure = Self.libraryFailure { throw failure }
        guard let resources = EventLoop.shared.resources, let handle = curl_multi_init() else {
            throw SocketIOError(.systemFailure, "curl_multi_init failed")
        }
        self.handle = handle
        timer = LoopTimer { [unowned self] in act(on: CURL_SOCKET_TIMEOUT, 0) }
        CLibcurl_multi_set_watcher(
            handle,
            { _, socket, events, data, _ in
                guard let data else { return -1 }
                nonisolated(unsafe) let pointer = data  // stays on this thread
                return LoopActor.assumeIsolated {
                    Unmanaged<CurlMulti>.fromOpaque(pointer).takeUnretainedValue().watch(socket, events) ? 0 : -1
                }
            }, Unmanaged.passUnretained(self).toOpaque())
        CLibcurl_multi_set_timer(
            handle,
            { _, milliseconds, data in
                guard let data else { return -1 }
                nonisolated(unsafe) let pointer = data  // stays on this thread
                LoopActor.assumeIsolated {
                    Unmanaged<CurlMulti>.fromOpaque(pointer).takeUnretainedValue().setTimer(milliseconds)
                }
                return 0
            }, Unmanaged.passUnretained(self).toOpaque())
        resources.multis[ObjectIdentifier(self)] = self
    }

    /// Drops the requests under way, whose completions are not called, and closes every connection.
    func close() {
        guard isOpen else { return }
        for transfer in transfers.values { transfer.cancel() }
        isOpen = false
        CLibcurl_multi_set_watcher(handle, nil, nil)
        CLibcurl_multi_set_timer(handle, nil, nil)
        for watcher in watchers.values { watcher.stop() }
        watchers = [:]
        timer = nil
        curl_multi_cleanup(handle)
        EventLoop.shared.resources?.multis[ObjectIdentifier(self)] = nil
    }

    /// Begins a request; it ends with a call of `transfer.finish`, never from inside this one.
    ///
    /// - Returns: Whether it has begun.
    func add(_ transfer: CurlTransfer) -> Bool {
        guard isOpen, curl_multi_add_handle(handle, transfer.handle) == CURLM_OK else { return false }
        transfers[transfer.handle] = transfer
        return true
    }

    /// Drops a request, with its connection.
    func remove(_ transfer: CurlTransfer) {
        guard transfers.removeValue(forKey: transfer.handle) != nil else { return }
        curl_multi_remove_handle(handle, transfer.handle)
    }

    // MARK: What libcurl wants to be told

    private func watch(_ socket: curl_socket_t, _ events: Int32) -> Bool {
        guard events != CURL_POLL_REMOVE else {
            watchers[socket]?.stop()
            watchers[socket] = nil
            return true
        }
        let watcher =
            watchers[socket]
            ?? SocketWatcher(socket) { [weak self] status, events in
                // What comes of it may release this object.
                guard let self else { return }
                var happened: Int32 = 0
                if events & Int32(UV_READABLE.rawValue) != 0 { happened |= CURL_CSELECT_IN }
                if events & Int32(UV_WRITABLE.rawValue) != 0 { happened |= CURL_CSELECT_OUT }
                // In an error: libcurl finds out which when it reads.
                act(on: socket, status < 0 ? CURL_CSELECT_IN | CURL_CSELECT_OUT : happened)
                // Else the request would wait for ever, where libcurl finds none.
                if status < 0 { watchers[socket]?.resume() }
            }
        guard let watcher else { return false }
        watchers[socket] = watcher
        var awaited: UInt32 = 0
        if events & CURL_POLL_IN != 0 { awaited |= UV_READABLE.rawValue }
        if events & CURL_POLL_OUT != 0 { awaited |= UV_WRITABLE.rawValue }
        return watcher.wait(for: Int32(awaited))
    }

    private func setTimer(_ milliseconds: Int) {
        timer?.set(milliseconds < 0 ? nil : EventLoop.shared.now + .milliseconds(milliseconds))
    }

    // MARK: Telling it

    private func act(on socket: curl_socket_t, _ events: Int32) {
        var running: Int32 = 0
        let status = curl_multi_socket_action(handle, socket, events, &running)
        // Its own callbacks are over: only now may a completion begin or drop requests.
        deliver()
        if status != CURLM_OK { failAll() }
    }

    private func deliver() {
        var left: Int32 = 0
        while isOpen, let message = curl_multi_info_read(handle, &left)?.pointee {
            guard message.msg == CURLMSG_DONE, let transfer = transfers[message.easy_handle] else { continue }
            remove(transfer)
            transfer.finish(message.data.result)
        }
    }

    /// A socket could not be watched, which is the end of all for libcurl.
    private func failAll() {
        while isOpen, let transfer = transfers.values.first {
            remove(transfer)
            transfer.finish(CURLE_ABORTED_BY_CALLBACK)
        }
    }

    // MARK: The library

    /// Started once for the process.
    nonisolated static let libraryFailure: SocketIOError? = {
        guard curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK else {
            return SocketIOError(.systemFailure, "curl_global_init failed")
        }
        let version = curl_version_info(CURLVERSION_FIRST).pointee
        let tls = version.ssl_version.map { String(cString: $0) } ?? "none"
        guard tls.hasPrefix("OpenSSL/") else {
            return SocketIOError(
                .systemFailure, "this libcurl uses \(tls) for TLS, not OpenSSL: install the package libcurl4")
        }
        return nil
    }()
}
