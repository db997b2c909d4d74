import EngineIO
import Foundation
import Glibc

/// A connection to a `ScriptedServer`, for the thread of its script: reading blocks, a minute at most.
package final class ScriptedConnection: Sendable {
    package enum Failure: Error {
        /// The client has closed the connection, or the server was stopped.
        case closed
        /// The client has sent nothing for a minute.
        case silent
    }

    /// The number of connections that the server had before.
    package let index: Int

    private let requests: Inbox<HTTPRequest>
    /// Nil once closed.
    private let open: Locked<Int32?>
    private let received = Locked<[UInt8]>([])

    init(_ descriptor: Int32, index: Int, requests: Inbox<HTTPRequest>) {
        self.index = index
        self.requests = requests
        open = Locked(descriptor)
        setOption(descriptor, SOL_SOCKET, SO_RCVTIMEO, to: timeval(tv_sec: 60, tv_usec: 0))
        setOption(descriptor, SOL_SOCKET, SO_SNDTIMEO, to: timeval(tv_sec: 60, tv_usec: 0))
        setOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, to: Int32(1))
    }

    // MARK: Bytes

    /// Exactly `count` bytes.
    package func read(_ count: Int) throws -> [UInt8] {
        while received.withLock({ $0.count }) < count { try receive() }
        return received.withLock { received in
            defer { received.removeFirst(count) }
            return Array(received.prefix(count))
        }
    }

    /// What has come, or comes next.
    package func readSome() throws -> [UInt8] {
        while received.withLock({ $0.isEmpty }) { try receive() }
        return received.withLock { received in
            defer { received = [] }
            return received
        }
    }

    /// The bytes before `end`, which is dropped.
    package func read(until end: String) throws -> [UInt8] {
        let end = Array(end.utf8)
        while true {
            let range = received.withLock { $0.firstRange(of: end) }
            if let range {
                let bytes = try read(range.upperBound)
                return Array(bytes.dropLast(end.count))
            }
            try receive()
        }
    }

    private func receive() throws {
        let descriptor = try descriptor()
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count < 0, errno == EINTR { return }
        if count < 0, errno == EAGAIN { throw Failure.silent }
        guard count > 0 else { throw Failure.closed }
        received.withLock { $0 += buffer[..<count] }
    }

    package func write(_ bytes: [UInt8]) throws {
        let descriptor = try descriptor()
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw errno == EAGAIN ? Failure.silent : Failure.closed }
            rest = rest.dropFirst(count)
        }
    }

    package func write(_ text: String) throws { try write(Array(text.utf8)) }

    // MARK: HTTP

    /// The next request, with its body, which has a Content-Length if it is there.
    @discardableResult
    package func readHTTPRequest() throws -> HTTPRequest {
        let head = String(decoding: try read(until: "\r\n\r\n"), as: UTF8.self)
        let length = try HTTPRequest(head: head, body: [], connection: index)[header: "content-length"].flatMap(
            Int.init)
        let request = try HTTPRequest(head: head, body: try read(length ?? 0), connection: index)
        requests.put(request)
        return request
    }

    /// Sends a response with its Content-Length.
    package func respond(
        _ status: Int = 200, headers: KeyValuePairs<String, String> = [:], body: String = ""
    ) throws {
        var head = "HTTP/1.1 \(status) Status\r\nContent-Length: \(body.utf8.count)\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        try write(head + "\r\n" + body)
    }

    // MARK: WebSocket

    /// Accepts the upgrade that `request` asks for.
    package func upgradeToWebSocket(_ request: HTTPRequest, headers: KeyValuePairs<String, String> = [:]) throws {
        guard let key = request[header: "sec-websocket-key"] else {
            throw SupportError("no WebSocket request: \(request)")
        }
        var head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        head += "Sec-WebSocket-Accept: \(WebSocketFrame.accept(for: key))\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        try write(head + "\r\n")
    }

    package func readFrame() throws -> WebSocketFrame {
        let head = try read(2)
        guard let opcode = WebSocketFrame.Opcode(rawValue: head[0] & 0x0f) else {
            throw SupportError("no opcode: \(head[0] & 0x0f)")
        }
        func number(_ count: Int) throws -> Int { try read(count).reduce(0) { $0 << 8 | Int($1) } }
        let length =
            switch head[1] & 0x7f {
            case 126: try number(2)
            case 127: try number(8)
            case let short: Int(short)
            }
        let isMasked = head[1] & 0x80 != 0
        let mask = isMasked ? try read(4) : [0, 0, 0, 0]
        var payload = try read(length)
        // Not `map`, which takes seconds for a megabyte in a debug build.
        payload.withUnsafeMutableBufferPointer { bytes in
            for index in 0..<bytes.count { bytes[index] ^= mask[index & 3] }
        }
        return WebSocketFrame(
            isFinal: head[0] & 0x80 != 0, isCompressed: head[0] & 0x40 != 0, opcode: opcode, isMasked: isMasked,
            payload: payload)
    }

    package func writeFrame(_ opcode: WebSocketFrame.Opcode, _ payload: [UInt8], isFinal: Bool = true) throws {
        try write(WebSocketFrame.bytes(opcode, payload, isFinal: isFinal))
    }

    /// Sends a text message.
    package func writeText(_ text: String) throws { try writeFrame(.text, Array(text.utf8)) }

    // MARK: The end

    /// Keeps the connection open, without reading, until the server is stopped.
    package func hang() throws {
        var poll = pollfd(fd: try descriptor(), events: 0, revents: 0)
        while Glibc.poll(&poll, 1, -1) < 0, errno == EINTR {}
        throw Failure.closed
    }

    /// Waits until the client's system has taken everything that was written, or has cut the connection.
    package func waitUntilTaken() {
        var left: Int32 = 1
        while left > 0, let descriptor = try? descriptor(), ioctl(descriptor, UInt(TIOCOUTQ), &left) == 0, left > 0 {
            var end = pollfd(fd: descriptor, events: 0, revents: 0)
            // What was on its way stays there for ever then.
            guard poll(&end, 1, 1) == 0 else { return }
        }
    }

    /// Throws if the client has closed the connection, or the server was stopped.
    package func checkIsOpen() throws {
        var byte: UInt8 = 0
        guard recv(try descriptor(), &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) != 0 else { throw Failure.closed }
    }

    /// Closes the connection in order.
    package func close() { close(linger: nil) }

    /// Cuts the connection: the client gets a TCP reset.
    package func reset() { close(linger: linger(l_onoff: 1, l_linger: 0)) }

    private func close(linger: linger?) {
        open.withLock { open in
            guard let descriptor = open.take() else { return }
            if let linger {
                setOption(descriptor, SOL_SOCKET, SO_LINGER, to: linger)
            } else {
                shutdown(descriptor, Int32(SHUT_RDWR))
            }
            Glibc.close(descriptor)
        }
    }

    /// Makes everything that blocks end, from another thread.
    func interrupt() {
        open.withLock { open in
            if let open { shutdown(open, Int32(SHUT_RDWR)) }
        }
    }

    private func descriptor() throws -> Int32 {
        guard let descriptor = open.withLock({ $0 }) else { throw Failure.closed }
        return descriptor
    }
}
