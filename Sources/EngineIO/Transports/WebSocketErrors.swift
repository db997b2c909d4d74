import Glibc
import SocketIOProtocol

extension SocketIOError {
    private static func webSocket(_ code: Code, _ message: String, _ phase: Phase = .websocket) -> SocketIOError {
        SocketIOError(code, message, phase: phase, transport: .websocket)
    }

    /// No connection to `endpoint`; `errno` is 0 where the system gave none.
    static func unreachable(_ endpoint: Endpoint, from local: String?, errno: Int32) -> SocketIOError {
        let reason = errno == 0 ? "connection failed" : String(cString: strerror(errno)).lowercased()
        let place = endpoint.description + (local.map { ", from \($0)" } ?? "")
        var error = webSocket(.connectFailed, "websocket error: \(reason) (\(place))", endpoint.phase)
        if errno != 0 { error.errno = errno }
        return error
    }

    /// Something else than the answer that was asked for; `detail` is libwebsockets' word for it. Without a prefix, since
    /// TLS may know better.
    static func handshakeFailed(_ detail: String, _ phase: Phase) -> SocketIOError {
        // So it says that the connection has ended before there was an answer, whatever came instead.
        let hasEnded = ["closed", "read failed", "closed before established"].contains(detail)
        let text =
            hasEnded
            ? "the server closed the connection without an HTTP answer"
            : "no valid answer to the handshake (\(detail))"
        return webSocket(.connectFailed, text, phase)
    }

    static func upgradeRefused(_ answer: HTTPAnswer, statusLine: String) -> SocketIOError {
        let body = answer.body.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        var error = webSocket(
            .connectFailed, "websocket error: HTTP \(statusLine)" + (body.isEmpty ? "" : ": \(body)"))
        error.http = answer
        return error
    }

    /// An error that both transports know.
    var onWebSocket: SocketIOError {
        var error = self
        error.message = "websocket error: \(message)"
        error.transport = .websocket
        return error
    }

    /// A close frame of the peer.
    static func closed(_ frame: CloseFrame) -> SocketIOError {
        let reason = frame.reason.isEmpty ? "" : ": \(frame.reason)"
        var error = webSocket(.disconnected, "websocket connection closed (code \(frame.code)\(reason))")
        error.close = frame
        return error
    }

    /// The TCP connection ended without a close frame: RFC 6455 has the code 1006 for it.
    static let connectionLost = closed(CloseFrame(code: 1006, reason: ""))

    static let invalidFrame = webSocket(.protocolViolation, "websocket error: the server sent an invalid frame")

    /// TLS failed after the handshake.
    static func tlsBroken(_ reason: String?) -> SocketIOError {
        webSocket(.disconnected, "websocket error: TLS failed: \(reason ?? "no reason given")", .tls)
    }

    static let invalidText = webSocket(.protocolViolation, "websocket error: the server sent text that is not UTF-8")

    static let invalidBase64 = webSocket(
        .protocolViolation, "websocket error: the server sent a binary message in invalid Base64")

    /// What a server may not say of the sub-protocols and extensions that it was offered.
    static func handshakeViolated(_ what: String) -> SocketIOError {
        webSocket(.protocolViolation, "websocket error: the server \(what)")
    }

    static func messageTooLong(limit: Int) -> SocketIOError {
        webSocket(.limitExceeded, "websocket error: the server sent a message longer than \(limit) bytes")
    }

    static func unknownPacket(_ message: Binary) -> SocketIOError {
        let kind = String(message.text.prefix(1))
        return webSocket(
            .protocolViolation,
            kind.isEmpty ? "websocket error: empty packet" : "websocket error: unknown packet type \"\(kind)\"")
    }
}

extension SocketIOError.HTTPAnswer {
    /// Adds a part of the body, as far as there is room.
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        body += String(decoding: bytes.prefix(max(0, Self.bodyLimit - body.utf8.count)), as: UTF8.self)
    }
}

extension SocketIOError.CloseFrame {
    /// The payload of a close frame; without a code it means 1005.
    init(payload: UnsafeRawBufferPointer) {
        guard payload.count >= 2 else {
            self.init(code: 1005, reason: "")
            return
        }
        let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
        self.init(code: code, reason: String(decoding: payload.dropFirst(2), as: UTF8.self))
    }
}
