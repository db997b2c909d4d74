import COpenSSL

enum OpenSSLLibrary {
    /// Whether OpenSSL is ready; asked for before its first use.
    ///
    /// It would else free its tables when the process exits, while the I/O thread may still be using them. The flag counts
    /// for the whole process: nothing of OpenSSL's is freed at its end, and no engine or provider is told of that. It has
    /// no effect where the program has started OpenSSL before.
    static let isReady = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) == 1

    /// Frees what OpenSSL keeps for the calling thread, which it would else do when the thread is already counted out.
    static func endThread() { OPENSSL_thread_stop() }
}
