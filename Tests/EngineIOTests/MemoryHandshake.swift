import COpenSSL
import EngineIO
import SocketIOProtocol
import TestSupport

/// A TLS handshake between a `TLSContext` and a server, in memory.
struct MemoryHandshake {
    struct Server {
        var identity: TestCertificates.Identity
        /// The authority of which a client certificate is demanded.
        var clientCA: String?
        /// Whether the server is content without the certificate it asks for.
        var isClientCertificateOptional = false
        var version = TLS1_3_VERSION
        /// How a client may sign, in OpenSSL's names.
        var clientSignatures: String?
        var ciphers: String?
    }

    let isClientDone: Bool
    /// Whether the server took the client's certificate, or did without.
    let isServerDone: Bool
    let serverName: String?
    /// The subject of the certificate that the client presented.
    let clientSubject: String?
    let recorder: TLSRecorder
    let version: Int32

    /// Runs it to its end, with the client's last word read.
    init(_ context: TLSContext, _ server: Server) throws {
        recorder = TLSRecorder()
        let clientContext = try context.makeContext(recorder: recorder)
        let serverContext = try Self.makeContext(server)
        let client = SSL_new(clientContext)
        let peer = SSL_new(serverContext)
        defer {
            SSL_free(client)
            SSL_free(peer)
            SSL_CTX_free(clientContext)
            SSL_CTX_free(serverContext)
        }
        var clientEnd: OpaquePointer?
        var serverEnd: OpaquePointer?
        BIO_new_bio_pair(&clientEnd, 0, &serverEnd, 0)
        SSL_set_bio(client, clientEnd, clientEnd)
        SSL_set_bio(peer, serverEnd, serverEnd)
        SSL_set_connect_state(client)
        SSL_set_accept_state(peer)
        // As the libraries do, just before they connect.
        SSL_set_verify(client, SSL_VERIFY_NONE, nil)
        X509_VERIFY_PARAM_set1_host(SSL_get0_param(client), "from.the.library", 0)

        for _ in 0..<10 {
            SSL_do_handshake(client)
            SSL_do_handshake(peer)
        }
        isClientDone = SSL_is_init_finished(client) == 1
        var byte: UInt8 = 0
        SSL_read(client, &byte, 1)
        ERR_clear_error()
        isServerDone = SSL_is_init_finished(peer) == 1
        serverName = SSL_get_servername(peer, TLSEXT_NAMETYPE_host_name).map { String(cString: $0) }
        version = SSL_version(client)
        let certificate = SSL_get1_peer_certificate(peer)
        clientSubject = certificate.flatMap { certificate in
            var text = [CChar](repeating: 0, count: 256)
            X509_NAME_oneline(X509_get_subject_name(certificate), &text, Int32(text.count))
            return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
        X509_free(certificate)
    }

    /// The error of a connection that was cut before it carried an answer.
    var error: SocketIOError { recorder.explain(SocketIOError(.connectFailed, "connection reset")) }

    private static func makeContext(_ server: Server) throws -> OpaquePointer {
        guard let context = SSL_CTX_new(TLS_server_method()),
            SSL_CTX_use_certificate_chain_file(context, server.identity.certificate) == 1,
            SSL_CTX_use_PrivateKey_file(context, server.identity.key, SSL_FILETYPE_PEM) == 1
        else { throw SupportError("no server context") }
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(server.version), nil)
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(server.version), nil)
        if let ciphers = server.ciphers { SSL_CTX_set_cipher_list(context, ciphers) }
        server.clientSignatures?.withCString {
            _ = SSL_CTX_ctrl(context, SSL_CTRL_SET_CLIENT_SIGALGS_LIST, 0, UnsafeMutablePointer(mutating: $0))
        }
        if let clientCA = server.clientCA {
            SSL_CTX_load_verify_locations(context, clientCA, nil)
            let demand = server.isClientCertificateOptional ? 0 : SSL_VERIFY_FAIL_IF_NO_PEER_CERT
            SSL_CTX_set_verify(context, SSL_VERIFY_PEER | demand, nil)
        }
        return context
    }
}
