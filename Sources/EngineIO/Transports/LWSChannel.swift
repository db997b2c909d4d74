import CLibwebsockets
import SocketIOProtocol

/// Frames by libwebsockets: it compresses them, too, if the server agreed to that.
@LoopActor
final class LWSChannel: WebSocketChannel {
    enum Event {
        case message(Binary, isBinary: Bool)
        case messageTooLong
    }

    /// How many frames are written before others on the loop have their turn.
    private static let framesPerTurn = 64

    /// The message that is being written is to be compressed.
    private(set) var isCompressingMessage = false
    /// The compression holds back a part of what was written, which libwebsockets writes by itself.
    var isDraining = false

    private(set) var sentBytes = 0

    private let context: LWSContext
    private let wsi: OpaquePointer
    private let messageLimit: Int
    private let onEvent: @LoopActor (Event) -> Void
    /// The message whose fragments have not all come.
    private var message: BinaryWriter?
    private var isStopped = false
    /// The payload of a ping that is to be sent.
    private var ping: Binary?
    /// With compression: it may leave a part of what it was given where it is, for later.
    private var ownBuffer: UnsafeMutableRawBufferPointer?

    /// A channel of the open connection `wsi`.
    init(
        _ context: LWSContext, _ wsi: OpaquePointer, hasCompression: Bool, messageLimit: Int,
        onEvent: @escaping @LoopActor (Event) -> Void
    ) {
        self.context = context
        self.wsi = wsi
        self.messageLimit = messageLimit
        self.onEvent = onEvent
        guard hasCompression else { return }
        ownBuffer = .allocate(byteCount: context.sendBuffer.count, alignment: 16)
        lws_set_extension_option(
            wsi, LWSCompression.name.cString, ("tx_buf_size" as StaticString).cString,
            LWSCompression.frameBytesExponent.cString)
    }

    isolated deinit { ownBuffer?.deallocate() }

    /// Takes a part of a message from libwebsockets.
    func receive(_ bytes: UnsafeRawBufferPointer) {
        guard !isStopped else { return }
        guard bytes.count <= messageLimit - (message?.count ?? 0) else { return onEvent(.messageTooLong) }
        if message == nil { message = BinaryWriter(capacity: bytes.count) }
        message?.append(bytes)
        guard lws_is_final_fragment(wsi) != 0, let whole = message.take()?.finish() else { return }
        onEvent(.message(whole, isBinary: lws_frame_is_binary(wsi) != 0))
    }

    // MARK: Sending

    /// Whether the socket has taken everything that was written.
    private var isWritable: Bool { !isStopped && !isDraining && lws_partial_buffered(wsi) == 0 }

    func send(from queue: inout WebSocketSendQueue) -> WebSocketSending {
        guard !isStopped else { return .waiting }
        let buffer = UnsafeMutableRawBufferPointer(
            rebasing: (ownBuffer ?? context.sendBuffer)[Int(CLibwebsockets_LWS_PRE)...])
        var count = 0
        while isWritable {
            // Of the frame before, too.
            queue.confirm()
            guard count < Self.framesPerTurn, let fragment = queue.next(into: buffer) else { break }
            guard write(fragment, buffer) else { return .failed }
            count += 1
        }
        if isWritable, queue.isEmpty, let payload = ping.take() {
            guard writePing(payload, buffer) else { return .failed }
        }
        if isWritable && queue.isEmpty { return .done }
        lws_callback_on_writable(wsi)
        return .waiting
    }

    func ping(_ payload: Binary) {
        ping = payload
        if !isStopped { lws_callback_on_writable(wsi) }
    }

    /// `buffer` has the room in front that libwebsockets needs.
    private func writePing(_ payload: Binary, _ buffer: UnsafeMutableRawBufferPointer) -> Bool {
        isCompressingMessage = false
        payload.withUnsafeBytes { buffer.copyMemory(from: $0) }
        let bytes = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        return lws_write(wsi, bytes, payload.count, LWS_WRITE_PING) >= 0
    }

    /// Writes a frame of what is in `buffer`. What the socket does not take, libwebsockets keeps.
    private func write(_ fragment: WebSocketSendQueue.Fragment, _ buffer: UnsafeMutableRawBufferPointer) -> Bool {
        sentBytes += fragment.count
        isCompressingMessage = fragment.isCompressible
        var kind = fragment.isText ? LWS_WRITE_TEXT : LWS_WRITE_BINARY
        if !fragment.isFirst { kind = LWS_WRITE_CONTINUATION }
        if !fragment.isFinal { kind = lws_write_protocol(kind.rawValue | LWS_WRITE_NO_FIN.rawValue) }
        let payload = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        return lws_write(wsi, payload, fragment.count, kind) >= 0
    }

    // MARK: The end

    func close(code: UInt16) {
        // Not now: inside one of its callbacks, libwebsockets would lose the frame.
        EventLoop.shared.atTurnEnd { [self] in
            guard !isStopped else { return }
            lws_close_reason(wsi, lws_close_status(UInt32(code)), nil, 0)
            lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC)
            context.wake()
        }
    }

    func stop() { isStopped = true }
}
