import CLibuv
import CLibwebsockets
import COpenSSL
import Glibc
import SocketIOProtocol

/// libwebsockets on the loop: its context, its vhosts, and the connections that it calls back.
@LoopActor
final class LWSContext {
    /// The bytes of headers that a request can have.
    nonisolated static let headerRoom = 65_536
    /// The bytes of a frame that are written at once.
    nonisolated static let chunkBytes = 65_536
    /// Node's limit for the head of an answer.
    nonisolated static let answerHeadBytes = 16_384
    /// libwebsockets' own deadlines, in seconds, are put out of the way: the engine has its own.
    private static let noDeadline: UInt32 = 1_000_000
    private static let protocolName: StaticString = "socket.io"

    /// Whether a context has been made. OpenSSL gives libwebsockets 4.1 a new place in every `SSL` each time it is set up.
    private static var hasSetUpOpenSSL = false

    private let context: OpaquePointer
    private let loop: UnsafeMutablePointer<uv_loop_t>
    /// What it has put on the loop for itself.
    let handles: Set<UnsafeMutablePointer<uv_handle_t>>
    private let protocols: UnsafeMutablePointer<lws_protocols>
    /// Where frames are put together before they are written, with the room in front that libwebsockets wants.
    let sendBuffer: UnsafeMutableRawBufferPointer
    private(set) lazy var directBuffers = DirectBuffers()
    /// The connections that libwebsockets may call back for. Nothing else keeps one alive when its owner lets it go.
    private var connections: [ObjectIdentifier: (LWSConnection, VHost)] = [:]
    private var vhosts: [VHost.Key: VHost] = [:]

    /// - Throws: `systemFailure`, usually since the plug-in for libuv is not installed, or no descriptors are left.
    init(loop: UnsafeMutablePointer<uv_loop_t>) throws(SocketIOError) {
        let otherHandles = loop.handles
        guard let context = Self.makeContext(loop) else {
            if let shortage = descriptorShortage(of: 4) { throw .noDescriptors(shortage) }
            throw SocketIOError(
                .systemFailure,
                "libwebsockets cannot use libuv: install its plug-in (Debian package libwebsockets-evlib-uv)")
        }
        self.context = context
        self.loop = loop
        Self.hasSetUpOpenSSL = true
        handles = loop.handles.subtracting(otherHandles)
        // The second one is the end of the list.
        protocols = .allocate(capacity: 2)
        protocols.initialize(repeating: lws_protocols(), count: 2)
        protocols.pointee.name = Self.protocolName.cString
        protocols.pointee.callback = receiveCallback
        // Each connection keeps a buffer of this size, though most are read past libwebsockets.
        protocols.pointee.rx_buffer_size = 1024
        protocols.pointee.tx_packet_size = Self.chunkBytes
        sendBuffer = .allocate(byteCount: Int(CLibwebsockets_LWS_PRE) + Self.chunkBytes, alignment: 16)
    }

    private static func makeContext(_ loop: UnsafeMutablePointer<uv_loop_t>) -> OpaquePointer? {
        lws_set_log_level(0, nil)
        var info = lws_context_creation_info()
        info.port = CONTEXT_PORT_NO_LISTEN
        info.options = UInt64(
            LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_SKIP_SERVER_CANONICAL_NAME)
        if !hasSetUpOpenSSL { info.options |= UInt64(LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT) }
        info.pt_serv_buf_size = UInt32(headerRoom + 4096)
        info.max_http_header_data = UInt16(answerHeadBytes)
        info.timeout_secs = noDeadline
        // libwebsockets ignores SIGPIPE for the whole process, which is not ours to do: it is blocked on this thread.
        var disposition = sigaction()
        sigaction(SIGPIPE, nil, &disposition)
        defer { sigaction(SIGPIPE, &disposition, nil) }
        var foreignLoop: UnsafeMutableRawPointer? = UnsafeMutableRawPointer(loop)
        return withUnsafeMutablePointer(to: &foreignLoop) { foreignLoops in
            info.foreign_loops = foreignLoops
            return lws_create_context(&info)
        }
    }

    isolated deinit {
        protocols.deallocate()
        sendBuffer.deallocate()
    }

    // MARK: The end

    /// Version 4.1 can be destroyed on a foreign loop if one knows how. It closes the descriptor that wakes it up twice,
    /// the second time in a later turn of the loop, when another thread may have its number: that is held meanwhile.
    /// Later versions forget to close it at all.
    private static let canEnd = String(cString: lws_get_library_version()).hasPrefix("4.1.")

    /// The descriptor that it closes twice.
    private var wakeDescriptor: Int32?

    /// Begins to destroy the context, which has no connection any more, and is not to be used from here on.
    ///
    /// - Returns: Whether it can be destroyed; `finishEnd()` is to be called until it has succeeded then.
    func beginEnd() -> Bool {
        let polled = handles.filter { $0.pointee.type == UV_POLL }
        var descriptor: Int32 = -1
        guard Self.canEnd, connections.isEmpty, polled.count == 1, let poll = polled.first,
            uv_fileno(poll, &descriptor) == 0
        else { return false }
        wakeDescriptor = descriptor
        lws_context_destroy(context)
        holdWakeDescriptor()
        return true
    }

    /// - Returns: False if another thread was faster and has the number now, or if something is still on the loop.
    func finishEnd() -> Bool {
        // Most descriptors are open for a moment only.
        for _ in 0..<10 where !holdWakeDescriptor() { usleep(1000) }
        guard holdWakeDescriptor() else { return false }
        // It has libuv close one handle, and then the others. Its memory goes with the second call: not before.
        for _ in 0..<8 where !handles.isDisjoint(with: loop.handles) { uv_run(loop, UV_RUN_NOWAIT) }
        guard handles.isDisjoint(with: loop.handles) else { return false }
        lws_context_destroy(context)
        return true
    }

    /// Puts another descriptor in the place of the one that is closed; the second closing is its.
    @discardableResult
    private func holdWakeDescriptor() -> Bool {
        guard let wakeDescriptor else { return true }
        let held = fcntl(uv_backend_fd(loop), F_DUPFD_CLOEXEC, wakeDescriptor)
        if held == wakeDescriptor { self.wakeDescriptor = nil } else if held >= 0 { close(held) }
        return held == wakeDescriptor
    }

    // MARK: Connections

    /// Starts a connection, which is kept until libwebsockets has destroyed it.
    ///
    /// Not to be called inside a callback of libwebsockets: it would write into the buffer it is reading from.
    ///
    /// - Parameter recorder: What the connection records into; nil lets it have one of its own.
    /// - Returns: False if it has failed at once, for which there need not be a callback.
    func connect(
        _ connection: LWSConnection, to endpoint: Endpoint, _ server: ServerURL, request: UpgradeRequest,
        tls: TLSContext?, recorder: TLSRecorder?, route: Route
    ) throws(SocketIOError) -> Bool {
        let vhost = try vhost(tls, recorder, Self.proxySetting(endpoint, route))
        vhost.connectionCount += 1
        connections[ObjectIdentifier(connection)] = (connection, vhost)
        // The loop goes on until libwebsockets has closed the connection.
        EventLoop.shared.retain()
        var info = lws_client_connect_info()
        info.context = context
        info.vhost = vhost.pointer
        let address: String
        info.port = Int32(server.port)
        switch endpoint {
        case .address(let numbers, let port): (address, info.port) = (numbers.text, Int32(port))
        // What the proxy is asked for: it is itself known to the vhost.
        case .proxy: address = server.bracketedHost
        case .unix(let path): address = "+" + path
        }
        // The certificate's name is checked by `TLSContext`.
        let tlsFlags = tls == nil ? 0 : LCCSCF_USE_SSL.rawValue | LCCSCF_SKIP_SERVER_CERT_HOSTNAME_CHECK.rawValue
        info.ssl_connection = Int32(LCCSCF_HTTP_NO_FOLLOW_REDIRECT.rawValue | tlsFlags)
        info.alpn = ("http/1.1" as StaticString).cString
        // The protocol here, not one that is asked of the server.
        info.local_protocol_name = Self.protocolName.cString
        info.opaque_user_data = Unmanaged.passUnretained(connection).toOpaque()
        // No pings of its own: Engine.IO has some.
        info.retry_and_idle_policy = withoutKeepalive
        let wsi = address.withCString { address in
            request.host.withCString { host in
                request.target.withCString { path in
                    // Empty means none.
                    (route.localAddress ?? "").withCString { localAddress in
                        request.protocols.joined(separator: ", ").withCString { protocols in
                            info.address = address
                            info.host = host
                            info.path = path
                            info.iface = localAddress
                            if !request.protocols.isEmpty { info.protocol = protocols }
                            return lws_client_connect_via_info(&info)
                        }
                    }
                }
            }
        }
        wake()
        // The connection stays here all the same: libwebsockets may still call back for it.
        return wsi != nil
    }

    /// To be called when libwebsockets destroys `connection`.
    func remove(_ connection: LWSConnection) {
        guard let (_, vhost) = connections.removeValue(forKey: ObjectIdentifier(connection)) else { return }
        EventLoop.shared.release()
        vhost.connectionCount -= 1
        let key = vhost.key
        guard vhost.connectionCount == 0, key != VHost.Key() else { return }
        // Not now: libwebsockets still counts the connection.
        EventLoop.shared.atTurnEnd { [self] in
            guard vhost.connectionCount == 0, vhosts[key] === vhost else { return }
            vhosts[key] = nil
            lws_vhost_destroy(vhost.pointer)
        }
    }

    /// Lets libwebsockets look at its timers: on a foreign loop it does so only after an event of its own.
    func wake() { lws_cancel_service(context) }

    // MARK: VHosts

    /// What libwebsockets takes as the proxy, or nothing: an empty setting keeps the environment's `http_proxy` away.
    private static func proxySetting(_ endpoint: Endpoint, _ route: Route) -> String {
        guard case .proxy(let address, let port) = endpoint else { return "" }
        let credentials = route.proxy?.credentials.map { "\($0.user):\($0.password)@" } ?? ""
        return credentials + address.with(port: port)
    }

    /// Where libwebsockets keeps an `SSL_CTX` and a proxy: there is one for ws without a proxy, for ever, and one for
    /// each other pair in use.
    private final class VHost {
        struct Key: Hashable {
            var tls: ObjectIdentifier?
            var recorder: ObjectIdentifier?
            var proxy = ""
        }

        let pointer: OpaquePointer
        let key: Key
        /// Kept, or another one might get its identifier.
        private let tls: TLSContext?
        /// libwebsockets does not free it.
        private let sslContext: OpenSSLReference?
        var connectionCount = 0

        init(_ pointer: OpaquePointer, _ key: Key, _ tls: TLSContext?, _ sslContext: OpenSSLReference?) {
            self.pointer = pointer
            self.key = key
            self.tls = tls
            self.sslContext = sslContext
        }
    }

    private func vhost(
        _ tls: TLSContext?, _ recorder: TLSRecorder?, _ proxy: String
    ) throws(SocketIOError) -> VHost {
        let key = VHost.Key(
            tls: tls.map { ObjectIdentifier($0) }, recorder: recorder.map { ObjectIdentifier($0) }, proxy: proxy)
        if let vhost = vhosts[key] { return vhost }
        var info = lws_context_creation_info()
        info.port = CONTEXT_PORT_NO_LISTEN
        info.protocols = UnsafePointer(protocols)
        info.connect_timeout_secs = Self.noDeadline
        // Each connection decides whether it is offered.
        info.extensions = LWSCompression.extensions
        var sslContext: OpenSSLReference?
        if let tls {
            sslContext = OpenSSLReference(try tls.makeContext(recorder: recorder), SSL_CTX_free)
            // `TLSContext` keeps the sessions.
            info.options = UInt64(LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT) | CLibwebsockets_no_session_cache
            info.provided_client_ssl_ctx = sslContext?.pointer
        }
        let created = proxy.withCString { proxy in
            info.http_proxy_address = proxy
            return lws_create_vhost(context, &info)
        }
        guard let pointer = created else {
            throw SocketIOError(.systemFailure, "lws_create_vhost failed", transport: .websocket)
        }
        let vhost = VHost(pointer, key, tls, sslContext)
        vhosts[key] = vhost
        return vhost
    }
}

/// All zeros. Libwebsockets keeps the pointer.
///
/// Unsafe: never written after its initialisation.
private nonisolated(unsafe) let withoutKeepalive: UnsafePointer<lws_retry_bo_t> = {
    let policy = UnsafeMutablePointer<lws_retry_bo_t>.allocate(capacity: 1)
    policy.initialize(to: lws_retry_bo_t())
    return UnsafePointer(policy)
}()

/// The one callback of libwebsockets. Where there is no connection of ours behind a call, it is about nothing we need.
private func receiveCallback(
    _ wsi: OpaquePointer?, _ reason: lws_callback_reasons, _: UnsafeMutableRawPointer?,
    _ bytes: UnsafeMutableRawPointer?, _ count: Int
) -> Int32 {
    guard let wsi, let pointer = lws_get_opaque_user_data(wsi) else { return 0 }
    // They stay on this thread.
    nonisolated(unsafe) let (sameWSI, sameBytes, connection) = (wsi, bytes, pointer)
    return LoopActor.assumeIsolated {
        Unmanaged<LWSConnection>.fromOpaque(connection).takeUnretainedValue()
            .receive(reason, sameWSI, sameBytes, count)
    }
}

extension StaticString {
    var cString: UnsafePointer<CChar> { UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self) }
}
