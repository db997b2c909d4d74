import COpenSSL
import SocketIOProtocol

/// Which versions, ciphers, groups and signatures are offered: `minVersion`, `maxVersion`, `ciphers`, `ecdhCurve`,
/// `sigalgs`.
struct TLSPolicy {
    private let ciphers: CipherList?
    private let versions: (oldest: TLSVersion, newest: TLSVersion)
    private let groups: String?
    private let signatures: String?

    init(_ options: TLSOptions) throws(SocketIOError) {
        ciphers = if let ciphers = options.ciphers { try CipherList(ciphers) } else { nil }
        let named = ciphers?.versions ?? .v1_0 ... .v1_3
        versions = (
            max(options.minVersion ?? .v1_2, named.lowerBound), min(options.maxVersion ?? .v1_3, named.upperBound)
        )
        guard versions.oldest <= versions.newest else {
            throw TLSOptions.invalid(
                options.minVersion == nil && options.maxVersion != nil ? "maxVersion" : "minVersion",
                "no version of TLS is left: none is at least \(versions.oldest.rawValue) "
                    + "and at most \(versions.newest.rawValue)")
        }
        // Node's word for OpenSSL's own choice.
        groups = options.ecdhCurve == "auto" ? nil : options.ecdhCurve
        signatures = options.sigalgs
    }

    func apply(to context: OpaquePointer) throws(SocketIOError) {
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(versions.oldest.number), nil)
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(versions.newest.number), nil)
        try ciphers?.apply(to: context)
        try set(SSL_CTRL_SET_GROUPS_LIST, groups, "ecdhCurve", context)
        try set(SSL_CTRL_SET_SIGALGS_LIST, signatures, "sigalgs", context)
    }

    private func set(
        _ command: Int32, _ list: String?, _ option: String, _ context: OpaquePointer
    ) throws(SocketIOError) {
        guard let list else { return }
        let status = list.withCString { SSL_CTX_ctrl(context, command, 0, UnsafeMutablePointer(mutating: $0)) }
        // OpenSSL takes an empty list for none, and then nothing could be agreed upon.
        guard status == 1, !list.isEmpty else {
            ERR_clear_error()
            throw TLSOptions.invalid(option, "\"\(list)\" names something that OpenSSL does not know, or nothing")
        }
    }
}
