import COpenSSL
import TestSupport

/// The server's end of a WebSocket whose bytes the test decides, with or without TLS around them.
final class ScriptedWire {
    enum Kind: CaseIterable { case plain, tls12, tls13 }

    enum ClientCertificate { case notAsked, accepted, refused }

    struct Frame {
        let opcode: WebSocketFrame.Opcode?
        let payload: [UInt8]

        var text: String { String(decoding: payload, as: UTF8.self) }
    }

    private let connection: ScriptedConnection
    private var ssl: OpaquePointer?
    private var context: OpaquePointer?

    /// Goes through the TLS handshake, if there is one.
    ///
    /// - Parameter clientCertificate: Whether the client is asked for a certificate, and whether every one is refused.
    init(
        _ connection: ScriptedConnection, _ kind: Kind, _ identity: TestCertificates.Identity,
        clientCertificate: ClientCertificate = .notAsked
    ) throws {
        self.connection = connection
        guard kind != .plain else { return }
        context = SSL_CTX_new(TLS_server_method())
        SSL_CTX_use_certificate_chain_file(context, identity.certificate)
        SSL_CTX_use_PrivateKey_file(context, identity.key, SSL_FILETYPE_PEM)
        switch clientCertificate {
        case .notAsked: break
        case .accepted: SSL_CTX_set_verify(context, SSL_VERIFY_PEER) { _, _ in 1 }
        case .refused: SSL_CTX_set_verify(context, SSL_VERIFY_PEER) { _, _ in 0 }
        }
        let version = Int(kind == .tls12 ? TLS1_2_VERSION : TLS1_3_VERSION)
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, version, nil)
        ssl = SSL_new(context)
        SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()))
        while try step({ SSL_accept(ssl) }) <= 0 {}
    }

    deinit {
        SSL_free(ssl)
        SSL_CTX_free(context)
    }

    /// Calls OpenSSL, sends what it wants sent, and gives it what comes if it wants more.
    private func step(_ call: () -> Int32) throws -> Int32 {
        ERR_clear_error()
        let result = call()
        let error = SSL_get_error(ssl, result)
        try flush()
        if result > 0 { return result }
        guard error == SSL_ERROR_WANT_READ else { throw SupportError("TLS: error \(error)") }
        let bytes = try connection.readSome()
        BIO_write(SSL_get_rbio(ssl), bytes, Int32(bytes.count))
        return result
    }

    private func flush() throws {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = BIO_read(SSL_get_wbio(ssl), &buffer, Int32(buffer.count)), count > 0 {
            try connection.write(Array(buffer.prefix(Int(count))))
        }
    }

    func write(_ bytes: [UInt8]) throws {
        guard ssl != nil else { return try connection.write(bytes) }
        _ = try step { SSL_write(ssl, bytes, Int32(bytes.count)) }
    }

    func read(_ count: Int) throws -> [UInt8] {
        guard ssl != nil else { return try connection.read(count) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < count {
            let wanted = Int32(min(buffer.count, count - bytes.count))
            let got = try step { SSL_read(ssl, &buffer, wanted) }
            if got > 0 { bytes += buffer.prefix(Int(got)) }
        }
        return bytes
    }

    /// Accepts the WebSocket, with `glued` in the same write as the answer.
    func upgrade(headers: String = "", glued: [UInt8] = []) throws {
        var head: [UInt8] = []
        while !head.ends(with: Array("\r\n\r\n".utf8)) { head += try read(1) }
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        let name = "sec-websocket-key: "
        let key = lines.first { $0.lowercased().hasPrefix(name) }?.dropFirst(name.count) ?? ""
        let answer =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\(headers)"
            + "Sec-WebSocket-Accept: \(WebSocketFrame.accept(for: String(key)))\r\n\r\n"
        try write(Array(answer.utf8) + glued)
    }

    func write(text: String) throws { try write(WebSocketFrame.bytes(.text, Array(text.utf8))) }

    /// A frame with a payload of at most 125 bytes.
    func readFrame() throws -> Frame {
        let head = try read(2)
        let mask = try read(4)
        let payload = try read(Int(head[1] & 0x7f)).enumerated().map { $1 ^ mask[$0 & 3] }
        return Frame(opcode: WebSocketFrame.Opcode(rawValue: head[0] & 0xf), payload: payload)
    }

    /// New keys for what comes from here, and if `isRequested` for what is sent to here.
    func updateKeys(isRequested: Bool) {
        SSL_key_update(ssl, isRequested ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED)
    }

    func reset() { connection.reset() }
}

extension [UInt8] {
    fileprivate func ends(with end: [UInt8]) -> Bool { suffix(end.count).elementsEqual(end) }
}
