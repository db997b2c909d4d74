import COpenSSL
import SocketIOProtocol

/// Reads certificates and keys from one option, and names it in what it throws.
struct TLSOptionReader {
    let option: String
    let source: TLSSource
    private let content: Binary
    private let passphrase: String?

    /// Reads the source's bytes.
    ///
    /// - Parameter passphrase: What the source needs, where it has none of its own.
    init(
        option: String, source: TLSSource, files: TLSFiles, passphrase: String? = nil
    ) throws(SocketIOError) {
        self.option = option
        self.source = source
        self.passphrase = source.passphrase ?? passphrase
        do {
            content = try files.content(of: source)
        } catch {
            var failure = Self.failure(option, source, error.reason)
            failure.errno = error.errno
            throw failure
        }
    }

    /// An error of this option: `key: /etc/x.key: why`.
    func failure(_ why: String) -> SocketIOError { Self.failure(option, source, why) }

    private static func failure(_ option: String, _ source: TLSSource, _ why: String) -> SocketIOError {
        TLSOptions.invalid(option, source.path.map { "\($0): \(why)" } ?? why)
    }

    /// All certificates, in their order: at least one.
    func certificates() throws(SocketIOError) -> [OpenSSLReference] {
        ERR_clear_error()
        let certificates = isPEM ? try certificatesOfPEM() : try certificatesOfDER()
        guard !certificates.isEmpty else { throw failure("it holds no certificate") }
        return certificates
    }

    /// The private key, which may be PKCS#1, SEC1 or PKCS#8, encrypted or not.
    func privateKey() throws(SocketIOError) -> OpenSSLReference {
        ERR_clear_error()
        var request = PassphraseRequest(passphrase)
        let key = Self.withReader(of: content) { bio in
            withUnsafeMutablePointer(to: &request) { request in
                if isPEM { return PEM_read_bio_PrivateKey(bio, nil, answerPassphrase, request) }
                if let key = d2i_PKCS8PrivateKey_bio(bio, nil, answerPassphrase, request) { return key }
                return request.pointee.wasAsked ? nil : Self.plainKey(der: content)
            }
        }
        if let key = OpenSSLReference(key, EVP_PKEY_free) {
            ERR_clear_error()
            return key
        }
        let reason = OpenSSLErrors.take()
        if request.wasAsked { throw failure("the passphrase is wrong or missing") }
        throw failure("it holds no private key (\(reason ?? "no reason given"))")
    }

    /// The certificate, its chain behind it, and the key of a PKCS #12 bundle.
    func bundle() throws(SocketIOError) -> (certificates: [OpenSSLReference], key: OpenSSLReference) {
        ERR_clear_error()
        let bundle = Self.withReader(of: content) { OpenSSLReference(d2i_PKCS12_bio($0, nil), PKCS12_free) }
        guard let bundle else { throw failure("it is no PKCS #12 (\(OpenSSLErrors.take() ?? "no reason given"))") }
        var key: OpaquePointer?
        var certificate: OpaquePointer?
        var chain: OpaquePointer?
        guard PKCS12_parse(bundle.pointer, passphrase, &key, &certificate, &chain) == 1 else { throw bundleFailure() }
        ERR_clear_error()
        defer { OPENSSL_sk_free(chain) }
        var certificates: [OpenSSLReference] = []
        if let certificate = OpenSSLReference(certificate, X509_free) { certificates.append(certificate) }
        let hasCertificate = !certificates.isEmpty
        for index in 0..<max(0, OPENSSL_sk_num(chain)) {
            let authority = OPENSSL_sk_value(chain, index).map { OpaquePointer($0) }
            if let authority = OpenSSLReference(authority, X509_free) { certificates.append(authority) }
        }
        guard let key = OpenSSLReference(key, EVP_PKEY_free) else { throw failure("it holds no private key") }
        guard hasCertificate else { throw failure("it holds no certificate of its key") }
        return (certificates, key)
    }

    private func bundleFailure() -> SocketIOError {
        let first = ERR_peek_error()
        // Of a bundle before OpenSSL 3, made with RC2 or 3DES.
        let isLegacy = COpenSSL_is_unsupported(first) != 0 || COpenSSL_is_unsupported(ERR_peek_last_error()) != 0
        let isWrong = COpenSSL_is_wrong_passphrase(first) != 0
        let reason = OpenSSLErrors.take() ?? "no reason given"
        if isWrong { return failure("the passphrase is wrong or missing") }
        if isLegacy {
            return failure(
                "it is encrypted with an old algorithm (RC2 or similar), which OpenSSL 3 no longer has: write it again "
                    + "with `openssl pkcs12 -legacy -in OLD -nodes | openssl pkcs12 -export -out NEW`")
        }
        return failure("it cannot be read (\(reason))")
    }

    /// All revocation lists, in their order: at least one.
    func revocationLists() throws(SocketIOError) -> [OpenSSLReference] {
        ERR_clear_error()
        guard isPEM else {
            let list = Self.withReader(of: content) { OpenSSLReference(d2i_X509_CRL_bio($0, nil), X509_CRL_free) }
            guard let list else { throw neitherPEMNorDER }
            return [list]
        }
        let lists = try objectsOfPEM(X509_CRL_free) { PEM_read_bio_X509_CRL($0, nil, answerPassphrase, $1) }
        guard !lists.isEmpty else { throw failure("it holds no revocation list") }
        return lists
    }

    // MARK: Formats

    private var neitherPEMNorDER: SocketIOError {
        failure("it is neither PEM nor DER (\(OpenSSLErrors.take() ?? "no reason given"))")
    }

    private var isPEM: Bool { content.text.contains("-----BEGIN ") }

    private func certificatesOfPEM() throws(SocketIOError) -> [OpenSSLReference] {
        try objectsOfPEM(X509_free) { PEM_read_bio_X509_AUX($0, nil, answerPassphrase, $1) }
    }

    private func certificatesOfDER() throws(SocketIOError) -> [OpenSSLReference] {
        var certificates: [OpenSSLReference] = []
        let isWhole = content.withUnsafeBytes { bytes in
            var rest = bytes.bindMemory(to: UInt8.self).baseAddress
            let end = rest?.advanced(by: bytes.count)
            while let here = rest, let end, here < end {
                guard let certificate = OpenSSLReference(d2i_X509(nil, &rest, end - here), X509_free) else {
                    return false
                }
                certificates.append(certificate)
            }
            return true
        }
        guard isWhole else { throw neitherPEMNorDER }
        return certificates
    }

    /// All objects of one type in PEM; others are passed over.
    private func objectsOfPEM(
        _ free: @escaping @Sendable (OpaquePointer?) -> Void,
        _ read: (OpaquePointer?, UnsafeMutablePointer<PassphraseRequest>) -> OpaquePointer?
    ) throws(SocketIOError) -> [OpenSSLReference] {
        var objects: [OpenSSLReference] = []
        var request = PassphraseRequest(nil)
        Self.withReader(of: content) { bio in
            withUnsafeMutablePointer(to: &request) { request in
                while let object = OpenSSLReference(read(bio, request), free) { objects.append(object) }
            }
        }
        // The end of the content is this error too.
        guard COpenSSL_is_no_start_line(ERR_peek_last_error()) != 0 else {
            throw failure(OpenSSLErrors.take() ?? "it cannot be read")
        }
        ERR_clear_error()
        return objects
    }

    private static func plainKey(der content: Binary) -> OpaquePointer? {
        ERR_clear_error()
        return content.withUnsafeBytes { bytes in
            var start = bytes.bindMemory(to: UInt8.self).baseAddress
            return d2i_AutoPrivateKey(nil, &start, bytes.count)
        }
    }

    private static func withReader<Result>(of content: Binary, _ body: (OpaquePointer?) -> Result) -> Result {
        content.withUnsafeBytes { bytes in
            let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count))
            defer { BIO_free(bio) }
            return body(bio)
        }
    }
}

/// What OpenSSL's question for a passphrase is answered from.
private struct PassphraseRequest {
    private let passphrase: String?
    /// The key is encrypted, or OpenSSL would not have asked.
    private(set) var wasAsked = false

    init(_ passphrase: String?) { self.passphrase = passphrase }

    mutating func answer(into buffer: UnsafeMutableRawBufferPointer) -> Int32 {
        wasAsked = true
        guard var passphrase, passphrase.utf8.count <= buffer.count else { return -1 }
        return passphrase.withUTF8 {
            buffer.copyMemory(from: UnsafeRawBufferPointer($0))
            return Int32($0.count)
        }
    }
}

/// Given to every call that reads PEM: without a callback OpenSSL asks on the terminal.
private let answerPassphrase:
    @convention(c) (UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?) -> Int32 = {
        buffer, size, _, data in
        guard let buffer, let request = data?.assumingMemoryBound(to: PassphraseRequest.self) else { return -1 }
        return request.pointee.answer(into: UnsafeMutableRawBufferPointer(start: buffer, count: Int(size)))
    }
