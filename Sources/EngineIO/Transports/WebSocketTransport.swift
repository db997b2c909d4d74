package import SocketIOProtocol

/// Engine.IO over a WebSocket: each packet is one message.
@LoopActor
package final class WebSocketTransport: Transport {
    package let kind = TransportKind.websocket
    package var onEvent: (TransportEvent) -> Void = { _ in }
    package var sessionID: String?
    package var maxPayload: Int?

    private enum State { case idle, resolving, connecting, open, closing, closed }

    /// How long one of several addresses has to take a TCP connection before the next is tried.
    private static let addressTimeout = Duration.seconds(5)

    private var configuration: TransportConfiguration
    private let resolve: Resolve
    private var state = State.idle
    private var resolver: Resolver?
    private var request: UpgradeRequest?
    private var endpoints: ArraySlice<Endpoint> = []
    private var connection: LWSConnection?
    /// For an address, or for what is still to be sent at the end.
    private var timer: LoopTimer?
    private var queue: WebSocketSendQueue
    package private(set) var unsent = Load()
    /// The payload of the ping whose answer confirms what was sent before.
    private var confirmation: Binary?
    /// The engine waits for `.drained`.
    private var isSending = false

    typealias Resolve = @LoopActor (String, @escaping Resolver.Completion) -> Resolver?

    package convenience init(_ configuration: TransportConfiguration) {
        self.init(configuration, resolve: Resolver.resolve)
    }

    /// With a name service of its own. For tests.
    init(_ configuration: TransportConfiguration, resolve: @escaping Resolve) {
        self.configuration = configuration
        self.resolve = resolve
        queue = WebSocketSendQueue(
            isBase64: configuration.forceBase64, compressionThreshold: configuration.perMessageDeflate?.threshold)
    }

    package var phase: SocketIOError.Phase {
        switch state {
        case .idle, .resolving: configuration.route.proxy == nil ? .dns : .proxy
        case .open: .engine
        default: connection?.phase ?? .websocket
        }
    }

    /// Whether client and server agreed to compress messages.
    package var hasCompression: Bool { connection?.hasCompression ?? false }

    /// Whether frames go past libwebsockets.
    package var isDirect: Bool { connection?.isDirect ?? false }

    package var connectionInfo: ConnectionInfo? { connection?.info }

    package var progress: Int? { isSending ? connection?.sentBytes : nil }

    package func useTLS(_ tls: TLSContext?) { configuration.tls = tls }

    // MARK: Connecting

    package func open() {
        guard case .idle = state else { return }
        do {
            request = try UpgradeRequest(configuration, sessionID: sessionID)
        } catch {
            return finish(error)
        }
        state = .resolving
        let (server, route) = (configuration.server, configuration.route)
        if let path = route.socketPath { return connect(to: [.unix(path: path)]) }
        let host = route.proxy?.host ?? server.host
        resolver = resolve(host) { [self] result in
            resolver = nil
            guard case .resolving = state else { return }
            switch result.flatMap({ Resolver.filter($0, route.family, of: host) }) {
            case .success(let found):
                connect(
                    to: found.map { address in
                        if let proxy = route.proxy { return .proxy(address, port: proxy.port) }
                        return .address(address, port: server.port)
                    })
            case .failure(var error):
                if let proxy = route.proxy { error = .proxyFailed(proxy, error.message) }
                error.transport = .websocket
                finish(error)
            }
        }
    }

    private func connect(to endpoints: [Endpoint]) {
        self.endpoints = endpoints[...]
        state = .connecting
        connectToNextAddress()
    }

    private func connectToNextAddress() {
        guard let endpoint = endpoints.popFirst(), let request, let context = EventLoop.shared.lws else { return }
        let connection = LWSConnection(context: context, endpoint: endpoint, request: request, configuration)
        connection.onEvent = { [self] event in receive(event) }
        self.connection = connection
        timer = nil
        guard !endpoints.isEmpty else { return }
        timer = LoopTimer { [self] in
            guard case .connecting = state, !connection.isConnected else { return }
            connection.kill()
            connectToNextAddress()
        }
        timer?.set(EventLoop.shared.now + Self.addressTimeout)
    }

    private func receive(_ event: LWSConnection.Event) {
        switch event {
        case .opened:
            timer = nil
            state = .open
            onEvent(.opened)
        case .message(let data, let isBinary):
            receive(data, isBinary: isBinary)
        case .messageTooLong:
            guard case .open = state else { return }
            fail(.messageTooLong(limit: configuration.limits.messageBytes), code: 1009)
        case .writable:
            flush()
        case .pong(let payload):
            // A peer may send pongs that nobody has asked for.
            guard payload == confirmation else { return }
            confirmation = nil
            onEvent(.confirmed)
        case .ended(let error):
            switch state {
            case .connecting where connection?.isConnected == false && !endpoints.isEmpty: connectToNextAddress()
            case .closing: finish(unsent == Load() ? nil : error)
            default: finish(error)
            }
        }
    }

    // MARK: Receiving

    private func receive(_ data: Binary, isBinary: Bool) {
        guard case .open = state else { return }
        if isBinary { return onEvent(.packet(.message(.binary(data)))) }
        guard data.isUTF8 else { return fail(.invalidText, code: 1007) }
        if data.first == Payload.binaryMark {
            guard let packet = try? Payload.binaryPacket(data) else { return fail(.invalidBase64, code: 1002) }
            return onEvent(.packet(packet))
        }
        guard let packet = EnginePacket(text: data) else { return fail(.unknownPacket(data), code: 1002) }
        onEvent(.packet(packet))
    }

    // MARK: Sending

    package func send(_ packets: [EnginePacket]) {
        guard case .open = state else { return }
        queue.append(packets)
        unsent = queue.unsent
        isSending = true
        flush()
    }

    package func sendFirst(_ packet: EnginePacket) {
        guard case .open = state else { return }
        queue.appendUrgent(packet)
        isSending = true
        flush()
    }

    private func flush() {
        guard let connection else { return }
        let sending = connection.send(from: &queue)
        unsent = queue.unsent
        switch sending {
        case .waiting: return
        case .failed: return connection.lose()
        case .done: break
        }
        if case .closing = state {
            timer = nil
            connection.close(code: 1000)
        } else if isSending {
            isSending = false
            onEvent(.drained)
        }
    }

    /// A peer answers a ping in its turn, behind what came before.
    package func confirm() {
        guard case .open = state else { return }
        let payload = Binary(utf8: String(UInt64.random(in: 0...UInt64.max), radix: 16))
        confirmation = payload
        connection?.ping(payload)
    }

    package func pause() {}
    package func resume() {}

    // MARK: The end

    package func close() {
        switch state {
        case .idle, .resolving, .connecting:
            drop()
            finish(nil)
        case .open:
            state = .closing
            timer = LoopTimer { [self] in
                drop()
                finish(unsent == Load() ? nil : .notTaken(after: configuration.goodbyeTimeout, by: .websocket))
            }
            timer?.set(EventLoop.shared.now + configuration.goodbyeTimeout)
            flush()
        case .closing, .closed: break
        }
    }

    package func abort() {
        drop()
        release()
    }

    /// Ends the connection for what the server did, and tells it so.
    private func fail(_ error: SocketIOError, code: UInt16) {
        connection?.onEvent = nil
        connection?.close(code: code)
        finish(error)
    }

    private func drop() {
        resolver?.cancel()
        connection?.kill()
    }

    private func finish(_ error: SocketIOError?) {
        if case .closed = state { return }
        let report = onEvent
        release()
        var error = error
        error?.transport = .websocket
        report(.closed(error))
    }

    /// Nothing is reported any more, and nothing kept.
    private func release() {
        state = .closed
        onEvent = { _ in }
        resolver = nil
        connection = nil
        timer = nil
        queue = WebSocketSendQueue()
    }
}
