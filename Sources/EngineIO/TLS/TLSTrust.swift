import COpenSSL
import SocketIOProtocol

/// What makes a server's certificate trusted: `ca`, and `crl`.
enum TLSTrust {
    /// The store to verify with.
    static func store(_ options: TLSOptions, _ files: TLSFiles) throws(SocketIOError) -> OpenSSLReference {
        if options.ca == nil && options.crl == nil {
            guard let systemRoots else { throw TLSContext.failure("X509_STORE_set_default_paths") }
            return systemRoots
        }
        guard let store = OpenSSLReference(X509_STORE_new(), X509_STORE_free) else {
            throw TLSContext.failure("X509_STORE_new")
        }
        if let sources = options.ca {
            try add("ca", sources, files, TLSOptionReader.certificates) { X509_STORE_add_cert(store.pointer, $0) }
        } else if X509_STORE_set_default_paths(store.pointer) != 1 {
            throw TLSContext.failure("X509_STORE_set_default_paths")
        }
        if let sources = options.crl {
            try add("crl", sources, files, TLSOptionReader.revocationLists) { X509_STORE_add_crl(store.pointer, $0) }
            X509_STORE_set_flags(store.pointer, UInt(X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL))
        }
        ERR_clear_error()
        return store
    }

    /// Reads what an option's sources hold, and adds each object.
    private static func add(
        _ option: String, _ sources: [TLSSource], _ files: TLSFiles,
        _ read: (TLSOptionReader) -> () throws(SocketIOError) -> [OpenSSLReference], _ add: (OpaquePointer) -> Int32
    ) throws(SocketIOError) {
        for source in sources {
            let reader = try TLSOptionReader(option: option, source: source, files: files)
            for object in try read(reader)() {
                guard add(object.pointer) == 1 else {
                    throw reader.failure(OpenSSLErrors.take() ?? "it cannot be used")
                }
            }
        }
    }

    /// Loaded once for the process: it takes some 20 ms.
    private static let systemRoots: OpenSSLReference? = {
        let store = OpenSSLReference(X509_STORE_new(), X509_STORE_free)
        guard let store, X509_STORE_set_default_paths(store.pointer) == 1 else { return nil }
        ERR_clear_error()
        return store
    }()
}
