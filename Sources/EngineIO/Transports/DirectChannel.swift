import CLibuv
import SocketIOProtocol

/// Frames past libwebsockets, which takes each byte that comes in its hands, and each frame that goes out to the system.
///
/// Libwebsockets does not look at the socket any more: what is agreed on by the handshake must be known here. It closes
/// the connection, when the channel is stopped.
@LoopActor
final class DirectChannel: WebSocketChannel {
    enum Event {
        case message(Binary, isBinary: Bool)
        case messageTooLong
        case invalidFrame
        /// The payload of the peer's close frame. Nothing that comes after it is reported but the end.
        case closeFrame(Binary)
        /// The socket has taken everything.
        case writable
        case pong(Binary)
        /// Nothing comes any more.
        case ended
        /// Neither does it here: TLS is broken, for a reason in OpenSSL's words.
        case tlsFailed(String?)
    }

    /// How many bytes are read, or written, before others on the loop have their turn.
    private static let bytesPerTurn = 1 << 20
    /// How many bytes are read when there is nothing to wait for: more than a socket keeps.
    private static let bytesAtTheEnd = 64 << 20

    private let buffers: DirectBuffers
    /// Nil once stopped.
    private var socket: DirectSocket?
    private var watcher: SocketWatcher?
    private var watchedEvents: Int32 = 0
    private let onEvent: @LoopActor (Event) -> Void

    private var reader: WebSocketFrameReader
    /// What libwebsockets had read before it was stopped, until the first reading.
    private var glued: [UInt8] = []
    /// What comes is of no interest any more, except its end.
    private var isDiscarding = false
    private var hasEnded = false

    /// The payload of the last ping that is not answered.
    private var pong: Binary?
    /// The payload of a ping that is to be sent.
    private var ping: Binary?
    private var closePayload: Binary?
    /// A close frame was written, or is to be; or nothing can be.
    private var isOutputOver = false
    /// Writing has failed: what has come is read, then it is the end.
    private var isBroken = false
    /// Somebody waits for `.writable`.
    private var isAwaited = false

    /// Nil if the system denies what is needed.
    init?(
        _ socket: DirectSocket, _ buffers: DirectBuffers, messageLimit: Int,
        onEvent: @escaping @LoopActor (Event) -> Void
    ) {
        self.buffers = buffers
        self.socket = socket
        self.onEvent = onEvent
        reader = WebSocketFrameReader(messageLimit: messageLimit)
        watcher = SocketWatcher(socket.descriptor) { [unowned self] status, events in
            // libuv has given up on the socket: there is no next event.
            if status < 0 { return readOut() }
            ready(isWritable: events & Int32(UV_WRITABLE.rawValue) != 0)
        }
        guard watcher != nil, watch(Int32(UV_READABLE.rawValue)) else { return nil }
    }

    var sentBytes: Int { socket?.sentBytes ?? 0 }

    /// Begins to read at the end of the turn: first `bytes`, which came behind the server's answer to the handshake.
    func begin(with bytes: [UInt8]) {
        glued = bytes
        // Without an event, too: TLS may hold what none tells of.
        EventLoop.shared.atTurnEnd { [self] in ready(isWritable: false) }
    }

    /// Reads what has come, then ends.
    func readOut() {
        breakOutput()
        read(atMost: Self.bytesAtTheEnd)
        end(.ended)
    }

    func stop() {
        watcher?.stop()
        watcher = nil
        socket?.release()
        socket = nil
    }

    // MARK: The loop

    private func ready(isWritable: Bool) {
        guard let socket, !hasEnded else { return }
        if isWritable, socket.hasUnsent, !socket.flush() { failWriting() }
        read(atMost: Self.bytesPerTurn)
        writeControls()
        if isAwaited && !socket.hasUnsent && !isOutputOver {
            isAwaited = false
            onEvent(.writable)
        }
        updateEvents()
    }

    private func updateEvents() {
        guard let socket, !hasEnded else { return }
        var events = Int32(UV_READABLE.rawValue)
        if isAwaited && !isOutputOver || socket.hasUnsent { events |= Int32(UV_WRITABLE.rawValue) }
        if !watch(events) { failWriting() }
    }

    private func watch(_ events: Int32) -> Bool {
        guard events != watchedEvents else { return true }
        watchedEvents = events
        return watcher?.wait(for: events) ?? false
    }

    private func end(_ event: Event) {
        guard socket != nil, !hasEnded else { return }
        hasEnded = true
        breakOutput()
        onEvent(event)
    }

    // MARK: Reading

    /// Reads what is there, in order, up to about `limit` bytes.
    private func read(atMost limit: Int) {
        if !glued.isEmpty {
            let bytes = glued
            glued = []
            bytes.withUnsafeBytes { take($0) }
        }
        var rest = limit
        while let socket, !hasEnded, rest > 0 || socket.holdsBytes {
            let own = isDiscarding ? nil : reader.room()
            let room = own ?? buffers.reading
            switch socket.read(into: room) {
            case .bytes(let count):
                rest -= count
                if own != nil {
                    takeOwn(count)
                } else {
                    take(UnsafeRawBufferPointer(rebasing: room[..<count]))
                }
                if socket.isEmptied(by: count, of: room.count) { return }
            case .nothing: return
            case .end: end(.ended)
            case .tlsFailure(let reason): end(.tlsFailed(reason))
            }
        }
    }

    private func take(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes
        do {
            while socket != nil, !isDiscarding, let item = try reader.next(&rest) { receive(item) }
        } catch {
            refuse(error)
        }
    }

    private func takeOwn(_ count: Int) {
        do {
            if let item = try reader.received(count) { receive(item) }
        } catch {
            refuse(error)
        }
    }

    private func receive(_ item: WebSocketFrameReader.Item) {
        switch item {
        case .message(let message, let isBinary): onEvent(.message(message, isBinary: isBinary))
        case .ping(let payload): if !isOutputOver { pong = payload }
        case .pong(let payload): onEvent(.pong(payload))
        case .close(let payload):
            isDiscarding = true
            onEvent(.closeFrame(payload))
        }
    }

    private func refuse(_ failure: WebSocketFrameReader.Failure) {
        isDiscarding = true
        switch failure {
        case .invalidFrame: onEvent(.invalidFrame)
        case .messageTooLong: onEvent(.messageTooLong)
        }
    }

    // MARK: Sending

    func send(from queue: inout WebSocketSendQueue) -> WebSocketSending {
        guard let socket, !isOutputOver else { return .waiting }
        var rest = Self.bytesPerTurn
        while !socket.hasUnsent, !isBroken {
            // Of the writing before, too.
            queue.confirm()
            guard rest > 0, !queue.isEmpty else { break }
            var writer = WebSocketFrameWriter(into: buffers.writing)
            appendControls(&writer)
            while writer.count < DirectBuffers.fragmentBytes, append(from: &queue, &writer) {}
            rest -= writer.count
            if !socket.write(writer.bytes) { failWriting() }
        }
        if !socket.hasUnsent, !isBroken, queue.isEmpty { return .done }
        isAwaited = true
        updateEvents()
        return .waiting
    }

    func ping(_ payload: Binary) {
        guard !isOutputOver else { return }
        ping = payload
        writeControls()
        updateEvents()
    }

    /// Sends a close frame with the payload of the peer's, or one of our own.
    func close(payload: Binary) {
        guard !isOutputOver else { return }
        isOutputOver = true
        closePayload = payload
        writeControls()
        updateEvents()
    }

    func close(code: UInt16) { close(payload: [UInt8(code >> 8), UInt8(code & 0xff)]) }

    private func append(from queue: inout WebSocketSendQueue, _ writer: inout WebSocketFrameWriter) -> Bool {
        let written: Void? = queue.next(atMost: DirectBuffers.fragmentBytes) { fragment, mark, bytes in
            let opcode: WebSocketOpcode = !fragment.isFirst ? .continuation : fragment.isText ? .text : .binary
            writer.append(opcode, isFinal: fragment.isFinal, mask: buffers.nextMask(), first: mark, bytes)
        }
        return written != nil
    }

    private func appendControls(_ writer: inout WebSocketFrameWriter) {
        if let payload = pong.take() {
            payload.withUnsafeBytes { writer.append(.pong, mask: buffers.nextMask(), $0) }
        }
        if let payload = ping.take() {
            payload.withUnsafeBytes { writer.append(.ping, mask: buffers.nextMask(), $0) }
        }
        if let payload = closePayload.take() {
            payload.withUnsafeBytes { writer.append(.close, mask: buffers.nextMask(), $0) }
        }
    }

    /// Writes the control frames that wait, unless something is before them.
    private func writeControls() {
        guard pong != nil || ping != nil || closePayload != nil, let socket, !socket.hasUnsent else { return }
        var writer = WebSocketFrameWriter(into: buffers.writing)
        appendControls(&writer)
        if !socket.write(writer.bytes) { failWriting() }
    }

    /// The peer may have sent something before it went away, which is to be read first.
    private func failWriting() {
        guard !isBroken else { return }
        breakOutput()
        EventLoop.shared.atTurnEnd { [self] in readOut() }
    }

    private func breakOutput() {
        isBroken = true
        isOutputOver = true
        socket?.forgetUnsent()
        pong = nil
        ping = nil
        closePayload = nil
    }
}
