import COpenSSL
import SocketIOProtocol

/// A client's certificate, its chain and its key.
struct TLSIdentity {
    private let certificate: OpenSSLReference
    /// A stack that shares its certificates with `authorities`.
    private let chain: OpenSSLReference
    private let authorities: [OpenSSLReference]
    private let key: OpenSSLReference
    private let reader: TLSOptionReader

    /// All identities of the options: of each type of key one at the most, of which the server chooses.
    static func all(_ options: TLSOptions, _ files: TLSFiles) throws(SocketIOError) -> [TLSIdentity] {
        let identities =
            if let bundles = options.pfx {
                try all(bundles, options, files)
            } else {
                try pairs(options, files)
            }
        var types: Set<Int32> = []
        for identity in identities {
            guard types.insert(EVP_PKEY_get_base_id(identity.key.pointer)).inserted else {
                throw identity.reader.failure("it is the second one with a key of its type")
            }
        }
        return identities
    }

    private static func all(
        _ bundles: [TLSSource], _ options: TLSOptions, _ files: TLSFiles
    ) throws(SocketIOError) -> [TLSIdentity] {
        guard options.cert == nil && options.key == nil else {
            throw TLSOptions.invalid("pfx", "it takes the place of cert and key, which are set too")
        }
        var identities: [TLSIdentity] = []
        for source in bundles {
            let reader = try TLSOptionReader(
                option: "pfx", source: source, files: files, passphrase: options.passphrase)
            let content = try reader.bundle()
            guard X509_check_private_key(content.certificates[0].pointer, content.key.pointer) == 1 else {
                ERR_clear_error()
                throw reader.failure("its key does not match its certificate")
            }
            identities.append(try TLSIdentity(content.certificates, content.key, reader))
        }
        return identities
    }

    /// Each certificate with the key that matches it, in whatever order they are given.
    private static func pairs(_ options: TLSOptions, _ files: TLSFiles) throws(SocketIOError) -> [TLSIdentity] {
        let (certs, keys) = (options.cert ?? [], options.key ?? [])
        guard !certs.isEmpty || keys.isEmpty else { throw TLSOptions.invalid("cert", "it is missing, key needs it") }
        guard certs.isEmpty || !keys.isEmpty else { throw TLSOptions.invalid("key", "it is missing, cert needs it") }
        var chains: [(reader: TLSOptionReader, certificates: [OpenSSLReference])] = []
        for source in certs {
            let reader = try TLSOptionReader(option: "cert", source: source, files: files)
            chains.append((reader, try reader.certificates()))
        }
        var identities: [TLSIdentity] = []
        for source in keys {
            let reader = try TLSOptionReader(
                option: "key", source: source, files: files, passphrase: options.passphrase)
            let key = try reader.privateKey()
            let match = chains.firstIndex { X509_check_private_key($0.certificates[0].pointer, key.pointer) == 1 }
            ERR_clear_error()
            guard let match else { throw reader.failure("it does not match cert") }
            let chain = chains.remove(at: match)
            identities.append(try TLSIdentity(chain.certificates, key, chain.reader))
        }
        if let unmatched = chains.first { throw unmatched.reader.failure("no key matches it") }
        return identities
    }

    private init(
        _ certificates: [OpenSSLReference], _ key: OpenSSLReference, _ reader: TLSOptionReader
    ) throws(SocketIOError) {
        self.reader = reader
        self.key = key
        certificate = certificates[0]
        authorities = Array(certificates.dropFirst())
        guard let chain = OpenSSLReference(OPENSSL_sk_new_null(), OPENSSL_sk_free) else {
            throw TLSContext.failure("OPENSSL_sk_new_null")
        }
        for authority in authorities { OPENSSL_sk_push(chain.pointer, UnsafeRawPointer(authority.pointer)) }
        self.chain = chain
        guard X509_cmp_time(X509_get0_notAfter(certificate.pointer), nil) > 0 else {
            throw reader.failure("the certificate has expired")
        }
    }

    /// The certificate and its chain.
    var certificates: [Certificate] { ([certificate] + authorities).map { Certificate(x509: $0.pointer) } }

    func apply(to context: OpaquePointer) throws(SocketIOError) {
        // The last argument replaces what the library has set.
        guard SSL_CTX_use_cert_and_key(context, certificate.pointer, key.pointer, chain.pointer, 1) == 1 else {
            throw reader.failure(OpenSSLErrors.take() ?? "it cannot be used")
        }
    }
}
