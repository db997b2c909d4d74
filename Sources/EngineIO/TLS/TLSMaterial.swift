import SocketIOProtocol

/// The certificates, keys and revocation lists of TLS options, read.
///
/// All contexts of the same options and files share it while one is in use: to read it costs a good part of a
/// connection, in time and in memory.
final class TLSMaterial: Sendable {
    let trust: OpenSSLReference
    let identities: [TLSIdentity]
    /// What the files held.
    let fingerprint: [String: Binary]

    private init(_ options: TLSOptions, _ files: TLSFiles) throws(SocketIOError) {
        trust = try TLSTrust.store(options, files)
        identities = try TLSIdentity.all(options, files)
        fingerprint = files.fingerprint
    }

    private struct Weak: Sendable {
        weak let material: TLSMaterial?
    }

    private static let known = Locked<[TLSOptions: Weak]>([:])

    /// - Throws: `tls`, of phase `options`: the message names the option, the file and the reason.
    static func shared(_ options: TLSOptions) throws(SocketIOError) -> TLSMaterial {
        let files = TLSFiles()
        files.read(options.files)
        if let material = known.withLock({ $0[options]?.material }), material.fingerprint == files.fingerprint {
            return material
        }
        let material = try TLSMaterial(options, files)
        known.withLock { known in
            known = known.filter { $0.value.material != nil }
            known[options] = Weak(material: material)
        }
        return material
    }
}
