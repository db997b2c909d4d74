import CLibwebsockets
import Glibc
import SocketIOProtocol

/// One attempt of libwebsockets to have a WebSocket with one address: from the TCP connection to its end.
///
/// What libwebsockets keeps of it lives longer than the interest in it, so its callbacks end here, and go on to
/// `onEvent` only while that is set.
@LoopActor
final class LWSConnection {
    enum Event {
        case opened
        case message(Binary, isBinary: Bool)
        /// The message itself is not reported.
        case messageTooLong
        /// After `send(from:)` had to wait.
        case writable
        /// The answer to a ping, or one that nobody has asked for.
        case pong(Binary)
        /// The last event.
        indirect case ended(SocketIOError)
    }

    /// Set to nil before the last event, and by `kill()`.
    var onEvent: ((Event) -> Void)?
    private(set) var phase: SocketIOError.Phase
    /// Once the WebSocket is open.
    private(set) var info: ConnectionInfo?
    /// There is a connection to the server, or to the proxy.
    private(set) var isConnected = false

    private let context: LWSContext
    private let endpoint: Endpoint
    private let server: ServerURL
    private let request: UpgradeRequest
    private let tls: TLSContext?
    private let route: Route
    private let cookies: CookieJar?
    private let messageLimit: Int
    /// How long the peer has to answer a close frame.
    private let goodbyeTimeout: Duration
    private var allowsDirect: Bool
    /// Nil until the first callback, and again when libwebsockets has destroyed it.
    private var wsi: OpaquePointer?
    private var isOpen = false
    /// The server agreed to compression.
    var hasCompression = false
    /// It chose what was not offered.
    private var hasUnwantedExtension = false
    /// Once the WebSocket is open: one of the two.
    private(set) var lwsChannel: LWSChannel?
    private var directChannel: DirectChannel?
    private var channel: (any WebSocketChannel)? { directChannel ?? lwsChannel }
    var isDirect: Bool { directChannel != nil }
    /// What libwebsockets hands over when it is left by the direct channel.
    private var glued: [UInt8] = []
    private var hasTakenAll = false
    /// There was a close frame, from here or from the peer.
    private var isClosing = false
    private var isKilled = false
    /// An answer that is not the one asked for, and its status with the server's words for it.
    private var refusal: (answer: SocketIOError.HTTPAnswer, statusLine: String)?
    private var tlsRecorder: TLSRecorder?
    private var proxyReply: ProxyReply?
    private var closeTimer: LoopTimer?

    /// Connects at the end of the turn.
    init(
        context: LWSContext, endpoint: Endpoint, request: UpgradeRequest, _ configuration: TransportConfiguration
    ) {
        self.context = context
        self.endpoint = endpoint
        server = configuration.server
        self.request = request
        tls = configuration.tls
        route = configuration.route
        cookies = configuration.cookies
        messageLimit = configuration.limits.messageBytes
        goodbyeTimeout = configuration.goodbyeTimeout
        allowsDirect = configuration.allowsDirectWebSocket
        phase = endpoint.phase
        // libwebsockets connects and goes through the handshake at once: a failure comes before its first callback.
        if case .unix = endpoint, tls != nil { tlsRecorder = TLSRecorder() }
        EventLoop.shared.atTurnEnd { [self] in connect() }
    }

    private func connect() {
        guard !isKilled else { return }
        if let failure = endpoint.immediateFailure(from: route.localAddress) {
            return fail(.unreachable(endpoint, from: route.localAddress, errno: failure))
        }
        do {
            let hasBegun = try context.connect(
                self, to: endpoint, server, request: request, tls: tls, recorder: tlsRecorder, route: route)
            if !hasBegun { fail(handshakeFailure("closed")) }
        } catch {
            fail(error)
        }
    }

    // MARK: Sending

    /// Writes what waits in `queue`. Reports nothing meanwhile; if it fails, `lose()` is to be called.
    func send(from queue: inout WebSocketSendQueue) -> WebSocketSending {
        guard let channel, !isClosing, !isKilled else { return .waiting }
        return channel.send(from: &queue)
    }

    /// How many bytes the system has taken, or libwebsockets.
    var sentBytes: Int { channel?.sentBytes ?? 0 }

    /// Sends a ping, whose answer is reported.
    func ping(_ payload: Binary) {
        if !isClosing && !isKilled { channel?.ping(payload) }
    }

    // MARK: Closing

    /// Sends a close frame and waits a while for the peer's; then, or if the connection ends otherwise, reports `.ended`.
    func close(code: UInt16) {
        guard isOpen, !isClosing, !isKilled else { return }
        isClosing = true
        startCloseTimer()
        channel?.close(code: code)
    }

    private func startCloseTimer() {
        closeTimer = LoopTimer { [self] in fail(.connectionLost) }
        closeTimer?.set(EventLoop.shared.now + goodbyeTimeout)
    }

    /// The connection is broken: drops it and reports `.ended`.
    func lose() { fail(.connectionLost) }

    /// Drops the connection and reports nothing.
    func kill() { drop(isInOrder: false) }

    /// - Parameter isInOrder: Nothing is on its way any more but TLS's goodbye.
    private func drop(isInOrder: Bool) {
        onEvent = nil
        closeTimer = nil
        guard !isKilled else { return }
        isKilled = true
        channel?.stop()
        // Not now: this may be one of its callbacks.
        EventLoop.shared.atTurnEnd { [self] in
            guard let wsi else { return }
            // Else libwebsockets would first try to send what it has kept.
            if !isInOrder { shutdown(lws_get_socket_fd(wsi), Int32(SHUT_RDWR)) }
            lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC)
            context.wake()
        }
    }

    private func fail(_ error: SocketIOError) {
        let report = onEvent
        kill()
        report?(.ended(error))
    }

    private func end(_ error: @autoclosure () -> SocketIOError) {
        let report = onEvent
        onEvent = nil
        closeTimer = nil
        report?(.ended(error()))
    }

    // MARK: Callbacks

    /// - Returns: What libwebsockets is told; it closes the connection if that is not 0.
    func receive(
        _ reason: lws_callback_reasons, _ wsi: OpaquePointer, _ bytes: UnsafeMutableRawPointer?, _ count: Int
    ) -> Int32 {
        self.wsi = wsi
        if tls != nil && tlsRecorder == nil { tlsRecorder = lws_get_ssl(wsi).flatMap { TLSRecorder.of($0) } }
        switch reason {
        case LWS_CALLBACK_WSI_CREATE:
            isConnected = true
            route.tune(lws_get_socket_fd(wsi))
            if let proxy = route.proxy { awaitTunnel(proxy, wsi) } else { phase = tls == nil ? .websocket : .tls }
        case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
            phase = .websocket
            guard appendHeaders(bytes, count) else { return -1 }
        case LWS_CALLBACK_CLIENT_CONFIRM_EXTENSION_SUPPORTED:
            if !request.offersCompression { return 1 }
        case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
            readCookies(wsi)
            readAnswer(wsi)
        case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
            let bytes = UnsafeRawBufferPointer(start: bytes, count: count)
            if isOpen { takeGlued(bytes) } else { refusal?.answer.append(bytes) }
        case LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH:
            readCookies(wsi)
            guard !hasUnwantedExtension else {
                end(.handshakeViolated("chose an extension that was not offered so"))
                return -1
            }
            // libwebsockets would read a body, where there is none.
            if hasHeader(WSI_TOKEN_HTTP_TRANSFER_ENCODING) || hasHeader(WSI_TOKEN_HTTP_CONTENT_LENGTH) {
                allowsDirect = false
            }
            // One that was not offered, libwebsockets refuses by itself.
            guard
                request.protocols.isEmpty || lws_http_client_http_response(wsi) != 101
                    || hasHeader(WSI_TOKEN_PROTOCOL)
            else {
                end(.handshakeViolated("chose none of the sub-protocols"))
                return -1
            }
        case LWS_CALLBACK_CLIENT_ESTABLISHED:
            isOpen = true
            let socket = lws_get_socket_fd(wsi)
            info = ConnectionInfo(
                transport: .websocket, localAddress: SocketAddress.name(of: socket, getsockname),
                remoteAddress: SocketAddress.name(of: socket, getpeername), tls: tlsRecorder?.info)
            openChannel(wsi)
            onEvent?(.opened)
        case LWS_CALLBACK_CLIENT_RECEIVE:
            if !isClosing { lwsChannel?.receive(UnsafeRawBufferPointer(start: bytes, count: count)) }
        case LWS_CALLBACK_CLIENT_WRITEABLE:
            if lwsChannel != nil { onEvent?(.writable) }
        case LWS_CALLBACK_CLIENT_RECEIVE_PONG:
            onEvent?(.pong(Binary(UnsafeRawBufferPointer(start: bytes, count: count))))
        case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
            // The answer to ours is the end. To the peer's own, libwebsockets sends the answer.
            if isClosing { return -1 }
            isClosing = true
            end(.closed(CloseFrame(payload: UnsafeRawBufferPointer(start: bytes, count: count))))
            if !isKilled { startCloseTimer() }
        case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
            end(handshakeFailure(String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)))
        case LWS_CALLBACK_CLIENT_CLOSED, LWS_CALLBACK_CLOSED_CLIENT_HTTP:
            // If libwebsockets was the first to see the end, there may be something to read.
            directChannel?.readOut()
            end(isOpen ? closeCause() : handshakeFailure("closed"))
        case LWS_CALLBACK_WSI_DESTROY:
            self.wsi = nil
            channel?.stop()
            proxyReply = nil
            context.remove(self)
            end(isOpen ? .connectionLost : handshakeFailure("closed"))
        default:
            return 0
        }
        return isKilled ? -1 : 0
    }

    /// libwebsockets is about to ask `proxy` for a tunnel; it reads the answer when it is known to be the right one.
    private func awaitTunnel(_ proxy: ProxyURL, _ wsi: OpaquePointer) {
        lws_rx_flow_control(wsi, 0)
        proxyReply = ProxyReply(of: lws_get_socket_fd(wsi)) { [unowned self] outcome in
            proxyReply = nil
            switch outcome {
            case .accepted:
                guard !isKilled, let wsi = self.wsi else { return }
                phase = tls == nil ? .websocket : .tls
                lws_rx_flow_control(wsi, 1)
                context.wake()
            case .refused(let status): fail(.proxyRefused(proxy, status: status).onWebSocket)
            case .invalid(let why): fail(.proxyFailed(proxy, why).onWebSocket)
            }
        }
        // Then libwebsockets' own look at the answer has to do.
        if proxyReply == nil { lws_rx_flow_control(wsi, 1) }
    }

    private func appendHeaders(_ cursor: UnsafeMutableRawPointer?, _ room: Int) -> Bool {
        guard let cursor = cursor?.assumingMemoryBound(to: UnsafeMutableRawPointer.self) else { return false }
        let lines = Array(request.headers.map(\.line).joined().utf8)
        guard lines.count <= room else { return false }
        cursor.pointee.copyMemory(from: lines, byteCount: lines.count)
        cursor.pointee += lines.count
        return true
    }

    /// Each `Set-Cookie` header is a fragment of its own.
    private func readCookies(_ wsi: OpaquePointer) {
        guard let cookies else { return }
        var buffer = [CChar](repeating: 0, count: LWSContext.answerHeadBytes)
        for index in 0... {
            let count = lws_hdr_copy_fragment(
                wsi, &buffer, Int32(buffer.count), WSI_TOKEN_HTTP_SET_COOKIE, Int32(index))
            guard count > 0 else { return }
            cookies.receive(String(decoding: buffer.prefix(Int(count)).map(UInt8.init(bitPattern:)), as: UTF8.self))
        }
    }

    /// Takes the start of the body of an answer that refuses, as far as it has come.
    private func readAnswer(_ wsi: OpaquePointer) {
        let status = Int(lws_http_client_http_response(wsi))
        guard status != 101, status > 0 else { return }
        var line = [UInt8](repeating: 0, count: 128)
        let lineLength = line.withUnsafeMutableBytes {
            lws_hdr_copy(wsi, $0.baseAddress, Int32($0.count), WSI_TOKEN_HTTP)
        }
        let statusLine = String(decoding: line.prefix(Int(max(0, lineLength))), as: UTF8.self)
        refusal = (SocketIOError.HTTPAnswer(status: status, body: ""), statusLine.isEmpty ? "\(status)" : statusLine)
        context.sendBuffer.withMemoryRebound(to: CChar.self) { buffer in
            var start = buffer.baseAddress
            var length = Int32(SocketIOError.HTTPAnswer.bodyLimit)
            _ = lws_http_client_read(wsi, &start, &length)
        }
    }

    /// Whether the answer chooses no extension but compression, once and as it was offered. Libwebsockets would take
    /// compression that it did not offer, and has room for one extension alone, which it does not look to.
    func acceptsExtensions(_ wsi: OpaquePointer) -> Bool {
        var line = [CChar](repeating: 0, count: LWSContext.answerHeadBytes)
        let count = lws_hdr_copy(wsi, &line, Int32(line.count), WSI_TOKEN_EXTENSIONS)
        let extensions = line.prefix(Int(max(0, count))).map(UInt8.init(bitPattern:))
        hasUnwantedExtension =
            hasUnwantedExtension || count < 0 || !request.offersCompression
            || !LWSCompression.isOffered(String(decoding: extensions, as: UTF8.self))
        return !hasUnwantedExtension
    }

    private func hasHeader(_ token: lws_token_indexes) -> Bool {
        wsi.map { lws_hdr_total_length($0, token) > 0 } ?? false
    }

    // MARK: The open WebSocket

    private func openChannel(_ wsi: OpaquePointer) {
        directChannel = takeOver(wsi)
        guard directChannel == nil else { return }
        lwsChannel = LWSChannel(context, wsi, hasCompression: hasCompression, messageLimit: messageLimit) {
            [unowned self] event in
            switch event {
            case .message(let message, let isBinary): onEvent?(.message(message, isBinary: isBinary))
            case .messageTooLong: onEvent?(.messageTooLong)
            }
        }
    }

    /// Leaves libwebsockets nothing but the end of the connection. Nil if that is not possible: then nothing has changed.
    private func takeOver(_ wsi: OpaquePointer) -> DirectChannel? {
        guard allowsDirect, !hasCompression,
            let socket = DirectSocket(lws_get_socket_fd(wsi), ssl: lws_get_ssl(wsi), context.directBuffers),
            let channel = DirectChannel(
                socket, context.directBuffers, messageLimit: messageLimit,
                onEvent: { [unowned self] event in receive(event) })
        else { return nil }
        lws_rx_flow_control(wsi, 0)
        guard takeGlued(wsi) else {
            lws_rx_flow_control(wsi, 1)
            channel.stop()
            return nil
        }
        // The reading has let libwebsockets look at the socket again.
        lws_rx_flow_control(wsi, 1)
        lws_rx_flow_control(wsi, 0)
        channel.begin(with: glued)
        glued = []
        return channel
    }

    /// Takes what libwebsockets has read beyond the answer, which it hands to no other call than this one, and then from
    /// the socket, by which it is known that there is no more of it.
    private func takeGlued(_ wsi: OpaquePointer) -> Bool {
        hasTakenAll = false
        while !hasTakenAll {
            let before = glued.count
            let status = context.directBuffers.reading.withMemoryRebound(to: CChar.self) { buffer in
                var start = buffer.baseAddress
                var length = Int32(buffer.count)
                return lws_http_client_read(wsi, &start, &length)
            }
            // The connection's end is met again by those who read next.
            if status != 0 { return !glued.isEmpty }
            if glued.count == before { return true }
        }
        return true
    }

    private func takeGlued(_ bytes: UnsafeRawBufferPointer) {
        glued += bytes
        hasTakenAll = bytes.baseAddress == UnsafeRawPointer(context.directBuffers.reading.baseAddress)
    }

    private func receive(_ event: DirectChannel.Event) {
        switch event {
        case .message(let message, let isBinary): if !isClosing { onEvent?(.message(message, isBinary: isBinary)) }
        case .messageTooLong: onEvent?(.messageTooLong)
        case .invalidFrame:
            let report = onEvent
            onEvent = nil
            close(code: 1002)
            report?(.ended(.invalidFrame))
        case .closeFrame(let payload):
            // The answer to ours is the end.
            if isClosing { return endInOrder() }
            isClosing = true
            directChannel?.close(payload: payload)
            end(.closed(payload.withUnsafeBytes { CloseFrame(payload: $0) }))
            if !isKilled { startCloseTimer() }
        case .writable: onEvent?(.writable)
        case .pong(let payload): if !isClosing { onEvent?(.pong(payload)) }
        case .ended: if isClosing { endInOrder() } else { fail(.connectionLost) }
        case .tlsFailed(let reason): if isClosing { endInOrder() } else { fail(.tlsBroken(reason)) }
        }
    }

    private func endInOrder() {
        let report = onEvent
        drop(isInOrder: true)
        report?(.ended(.connectionLost))
    }

    // MARK: Errors

    private typealias CloseFrame = SocketIOError.CloseFrame

    /// Why the connection ended before the WebSocket was there.
    private func handshakeFailure(_ text: String) -> SocketIOError {
        tls?.forgetSession()
        if let refusal {
            let error = SocketIOError.upgradeRefused(refusal.answer, statusLine: refusal.statusLine)
            return tlsRecorder?.explain(refusal: error) ?? error
        }
        if !isConnected && tlsRecorder?.hasBegun != true {
            return .unreachable(endpoint, from: route.localAddress, errno: socketError())
        }
        if phase == .proxy, let proxy = route.proxy { return .proxyFailed(proxy, text).onWebSocket }
        var error = SocketIOError.handshakeFailed(text, phase)
        if let tlsRecorder { error = tlsRecorder.explain(error) }
        error.message = "websocket error: \(error.message)"
        return error
    }

    /// Why an open connection ended. libwebsockets does not say it: if it is not the peer that has gone away, it was for
    /// what the peer had sent.
    private func closeCause() -> SocketIOError {
        guard !isClosing, let wsi, socketError() == 0 else { return .connectionLost }
        var byte: UInt8 = 0
        let count = recv(lws_get_socket_fd(wsi), &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
        let isGone = count == 0 || count < 0 && errno != EAGAIN
        return isGone ? .connectionLost : .invalidFrame
    }

    private func socketError() -> Int32 {
        guard let wsi else { return 0 }
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(lws_get_socket_fd(wsi), SOL_SOCKET, SO_ERROR, &error, &size)
        return error
    }
}
