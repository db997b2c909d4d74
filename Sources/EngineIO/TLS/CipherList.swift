import COpenSSL
import SocketIOProtocol

/// Node's `ciphers`: one list for both versions of TLS. Naming ciphers of one version only switches the other off.
struct CipherList {
    private let suites: String
    private let list: String

    init(_ text: String) throws(SocketIOError) {
        let names = text.split(separator: ":")
        suites = names.filter { $0.hasPrefix("TLS_") }.joined(separator: ":")
        list = names.filter { !$0.hasPrefix("TLS_") }.joined(separator: ":")
        guard !names.isEmpty else { throw TLSOptions.invalid("ciphers", "the list is empty") }
    }

    /// Those for which a cipher is named.
    var versions: ClosedRange<TLSVersion> {
        if suites.isEmpty { return .v1_0 ... .v1_2 }
        return list.isEmpty ? .v1_3 ... .v1_3 : .v1_0 ... .v1_3
    }

    func apply(to context: OpaquePointer) throws(SocketIOError) {
        if !suites.isEmpty, SSL_CTX_set_ciphersuites(context, suites) != 1 { throw failure(suites) }
        // Without a certificate there would be nothing to verify.
        if !list.isEmpty, SSL_CTX_set_cipher_list(context, "\(list):!aNULL:!eNULL") != 1 { throw failure(list) }
    }

    private func failure(_ list: String) -> SocketIOError {
        TLSOptions.invalid("ciphers", "\(list): \(OpenSSLErrors.take() ?? "no cipher match")")
    }
}
