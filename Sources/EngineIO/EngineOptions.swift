public import SocketIOProtocol

/// How an Engine.IO session is made, under Node's names.
public struct EngineOptions: Sendable, Hashable {
    /// The transports to use, in any order: the first opens the session, those behind it are for the upgrade and for
    /// `tryAllTransports`. Nothing is upgraded to polling. Default polling, then WebSocket.
    public var transports: [TransportKind] = [.polling, .websocket]
    /// Whether to move on to a better transport that the server offers. Default true.
    public var upgrade = true
    /// Whether the next of `transports` has its turn where one cannot open the session. All share one `timeout`; the
    /// error at the end is that of the last, and names the others. Default false.
    public var tryAllTransports = false
    /// Whether a session begins with WebSocket where the last one of the same engine or manager worked over WebSocket.
    /// Forgotten when a connection fails. Default false.
    public var rememberUpgrade = false
    /// The path the server listens at. Default `/socket.io/`.
    public var path = "/socket.io/"
    /// Whether a slash is added to `path` where it has none at its end. Default true.
    public var addTrailingSlash = true
    /// Parameters of every request's query. `EIO`, `transport`, `sid`, `b64` and the `timestampParam` are the protocol's
    /// own. A query in the URL replaces these, as in Node.
    public var query: [String: String] = [:]
    /// Headers of every request, on both transports.
    public var extraHeaders: [String: String] = [:]
    /// Whether requests have a parameter that keeps caches away. Default nil: those of polling do, that of WebSocket does
    /// not; true and false are for both.
    public var timestampRequests: Bool?
    /// The name of that parameter. Default `t`.
    public var timestampParam = "t"
    /// Whether binary messages travel as Base64 text on WebSocket, too, in both directions. Default false.
    public var forceBase64 = false
    /// How long one request of polling may take, the waiting for packets included: choose more than the server's ping
    /// interval. Default nil: no limit.
    public var requestTimeout: Duration?
    /// The sub-protocols to offer to the server on WebSocket. It must choose one of them. Default none.
    public var protocols: [String] = []
    /// Compression of WebSocket messages, if the server agrees. Default: those of 1024 bytes or more; nil for none.
    public var perMessageDeflate: PerMessageDeflate? = PerMessageDeflate()
    /// What is different on one of the transports.
    public var transportOptions: [TransportKind: TransportOptions] = [:]
    /// How long an attempt to connect may take, until the session is open; then the same again for the namespace.
    /// Nil waits for ever. Default 20 seconds.
    public var timeout: Duration? = .seconds(20)
    /// How long what was emitted before the end may take to be sent. Default 10 seconds.
    public var closeTimeout: Duration = .seconds(10)
    /// How long after that the server may take to take the goodbye. Default 1 second.
    public var goodbyeTimeout: Duration = .seconds(1)
    /// The certificates to trust. They replace the system's. Default nil: the system's.
    public var ca: [TLSSource]?
    /// The client's certificate, with the chain to its CA behind it. Several are possible, each with a key of another
    /// type (RSA, EC, Ed25519): the server chooses.
    public var cert: [TLSSource]?
    /// The private key of `cert`; of several, each certificate gets the one that matches it.
    public var key: [TLSSource]?
    /// The client's certificate, its key and its chain in one PKCS #12 file (`.p12`, `.pfx`), instead of `cert` and `key`.
    /// Several are possible, as with `cert`.
    public var pfx: [TLSSource]?
    /// The passphrase of `key`, or of `pfx`.
    public var passphrase: String?
    /// Revocation lists. With them, each certificate of the server's chain needs the list of its CA among them, and must
    /// not be on it. Default nil: nothing is checked.
    public var crl: [TLSSource]?
    /// The name to ask the server for (SNI) and to verify its certificate against, instead of the URL's host. Empty: ask
    /// for none, and verify the host. Default nil: the host.
    public var servername: String?
    /// The oldest version of TLS to use. Default nil: TLS 1.2.
    public var minVersion: TLSVersion?
    /// The newest version of TLS to use. Default nil: TLS 1.3.
    public var maxVersion: TLSVersion?
    /// TLS 1.2 ciphers and TLS 1.3 suites in OpenSSL's names, separated by colons; naming those of one version only
    /// switches the other off. Default nil: OpenSSL's own choice.
    public var ciphers: String?
    /// The groups for the key exchange in OpenSSL's names, separated by colons, the best first, for example
    /// `X25519:P-256`. Default nil, like Node's `auto`: OpenSSL's own choice.
    public var ecdhCurve: String?
    /// The signature algorithms to accept in OpenSSL's names, separated by colons, for example
    /// `ECDSA+SHA256:RSA-PSS+SHA256`. Default nil: OpenSSL's own choice.
    public var sigalgs: String?
    /// Whether a server whose certificate cannot be verified is refused. Default true; false is for tests only.
    public var rejectUnauthorized = true
    /// A check of one's own, in place of the one that the certificate is for the host. Not called without
    /// `rejectUnauthorized`. Default nil.
    public var checkServerIdentity: ServerIdentityCheck?
    /// Public keys of which the server's chain must hold one, as `sha256//` and the Base64 of the SHA-256 of the key's
    /// DER; it is asked for in addition to all else. Without `rejectUnauthorized`, the server's own key must be among
    /// them. Default none: any key.
    public var pinnedPublicKeys: [String] = []
    /// Whether the cookies that the server sets are sent back to it, on both transports and over reconnections, as a
    /// load balancer with sticky sessions needs. Cookies in `extraHeaders` go first, and win. Default false.
    public var withCredentials = false
    /// How connections are made and kept: proxy, Unix socket, keep-alive.
    public var agent = Agent()
    /// The IP address of this machine to connect from. Default nil: the system's choice.
    public var localAddress: String?
    /// The version of IP to use. Default nil: either.
    public var family: AddressFamily?
    /// How much is accepted from the server.
    public var limits = Limits()

    /// The defaults.
    public init() {}

    package var tls: TLSOptions {
        var tls = TLSOptions()
        tls.ca = ca
        tls.cert = cert
        tls.key = key
        tls.pfx = pfx
        tls.passphrase = passphrase
        tls.crl = crl
        tls.servername = servername
        tls.minVersion = minVersion
        tls.maxVersion = maxVersion
        tls.ciphers = ciphers
        tls.ecdhCurve = ecdhCurve
        tls.sigalgs = sigalgs
        tls.rejectUnauthorized = rejectUnauthorized
        tls.checkServerIdentity = checkServerIdentity
        tls.pinnedPublicKeys = pinnedPublicKeys
        return tls
    }
}
