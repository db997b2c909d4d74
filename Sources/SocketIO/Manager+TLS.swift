public import SocketIOProtocol

extension Manager {
    /// Replaces the certificates while the manager is at work: the files are read again, and `change` may give others.
    ///
    /// ```swift
    /// try manager.reloadTLS()
    /// try manager.reloadTLS { $0.cert = .pem(newCertificate) }
    /// ```
    ///
    /// All is read and checked first. Connections that are there stay; the next one, over either transport, uses what is
    /// new. Managers share nothing of this: reload each.
    ///
    /// - Parameters:
    ///   - reconnect: Whether a connection that is there is closed in order, which `disconnect` tells with the reason
    ///     `forced close`, and made again, as after a loss. Not where the TLS options and the files are as they were.
    ///   - change: Changes the options, of TLS or others: see ``setOptions(_:)``. It must not change the manager's options
    ///     in another way, nor wait.
    /// - Returns: Whether anything of TLS is new.
    /// - Throws: `tls`, or as `init`; all is as before then.
    @discardableResult
    public func reloadTLS(
        reconnect: Bool = false, _ change: (inout ClientOptions) -> Void = { _ in }
    ) throws(SocketIOError) -> Bool {
        try core.reloadTLS(reconnect: reconnect, change)
    }

    /// The certificates that are presented when the server asks for one, each with the chain behind it. See
    /// ``Certificate/notAfter``.
    public var clientCertificates: [Certificate] { core.settings.clientCertificates }
}
