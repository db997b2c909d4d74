import ArgumentParser
import SocketIO

/// The options that every command has: where and how to connect.
struct ConnectionOptions: ParsableArguments {
    @Argument(help: "The server; http, https, ws or wss. The path is the namespace.")
    var url: String

    @Option(
        help: ArgumentHelp(
            "A JSON file of options, under the names of Node's client. Those given here count more. (default: none)",
            valueName: "file"),
        completion: .file(extensions: ["json"]))
    var options: String?

    @Option(
        help: """
            The transports: polling, websocket, or both with a comma. The first one opens the connection. \
            (default: polling,websocket)
            """,
        completion: .list(TransportList.examples))
    var transports: TransportList?

    @Option(help: "The path that the server listens at. (default: /socket.io/)")
    var path: String?

    @Option(
        help: ArgumentHelp(
            "A parameter of every request, unless the URL has a query. May be repeated. (default: none)",
            valueName: "name=value"),
        transform: NamedValue.init(query:))
    var query: [NamedValue] = []

    @Option(
        help: ArgumentHelp("A header of every request. May be repeated. (default: none)", valueName: "name: value"),
        transform: NamedValue.init(header:))
    var header: [NamedValue] = []

    @Option(
        help: ArgumentHelp("What to show to the server: a JSON object. (default: nothing)", valueName: "json"),
        transform: JSONValue.init(argument:))
    var auth: JSONValue?

    @Option(
        help: ArgumentHelp(
            "Certificates to trust: PEM or DER. May be repeated. (default: the system's)", valueName: "file"),
        completion: .file())
    var ca: [String] = []

    @Option(
        help: ArgumentHelp("The client's certificate and its chain: PEM or DER. (default: none)", valueName: "file"),
        completion: .file())
    var cert: [String] = []

    @Option(
        help: ArgumentHelp("The certificate's private key: PEM or DER. (default: none)", valueName: "file"),
        completion: .file())
    var key: [String] = []

    @Option(
        help: ArgumentHelp(
            "Certificate, key and chain in PKCS #12, instead of both. (default: none)", valueName: "file"),
        completion: .file())
    var pfx: [String] = []

    @Option(
        help: ArgumentHelp(
            "The private key's passphrase. Others on this machine can see it. (default: none)", valueName: "text"))
    var passphrase: String?

    @Option(
        help: ArgumentHelp(
            "A file whose first line is the private key's passphrase. (default: none)", valueName: "file"),
        completion: .file())
    var passphraseFile: String?

    @Option(
        help: ArgumentHelp(
            "TLS 1.2 ciphers and TLS 1.3 suites, with colons between. (default: OpenSSL's)", valueName: "list"))
    var ciphers: String?

    @Option(
        help: ArgumentHelp(
            "Groups for the key exchange, with colons between, for example X25519:P-256. (default: OpenSSL's)",
            valueName: "list"))
    var ecdhCurve: String?

    @Option(
        help: ArgumentHelp("Signatures to accept, with colons between. (default: OpenSSL's)", valueName: "list"))
    var sigalgs: String?

    @Option(
        help: ArgumentHelp("Revocation lists to look into: PEM or DER. (default: none)", valueName: "file"),
        completion: .file())
    var crl: [String] = []

    @Option(
        help: ArgumentHelp("The name to ask the server for and to verify. (default: the URL's)", valueName: "name"))
    var servername: String?

    @Option(
        help: ArgumentHelp(
            "The oldest version: TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3. (default: TLSv1.2)", valueName: "version"),
        completion: .list(TLSVersion.allCases.map(\.rawValue)), transform: TLSVersion.init(argument:))
    var minVersion: TLSVersion?

    @Option(
        help: ArgumentHelp("The newest version. (default: TLSv1.3)", valueName: "version"),
        completion: .list(TLSVersion.allCases.map(\.rawValue)), transform: TLSVersion.init(argument:))
    var maxVersion: TLSVersion?

    @Option(
        help: ArgumentHelp(
            "A public key that the server's chain must hold: sha256//… May be repeated. (default: any)",
            valueName: "pin"))
    var pin: [String] = []

    @Flag(help: "Do not verify the server's certificate. For tests only.")
    var insecure = false

    @OptionGroup var route: RouteOptions

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            How many seconds each step may take: to connect, to join the namespace, to send an event, to acknowledge it. \
            (default: 20)
            """, valueName: "seconds"),
        transform: Seconds.init(argument:))
    var timeout: Seconds?

    @Flag(help: "Do not connect again after a failure. \"emit\" never does.")
    var noReconnect = false

    @Flag(
        name: .shortAndLong, help: "Tell on standard error what becomes of the connection: its states, its transports.")
    var verbose = false

    func validate() throws {
        if let auth, auth.objectValue == nil { throw ValidationError("--auth takes a JSON object.") }
        if passphrase != nil, passphraseFile != nil {
            throw ValidationError("--passphrase and --passphrase-file exclude one another.")
        }
    }

    /// Runs `body` with a socket that is not connected yet, and says goodbye when it ends, or when a signal wants the end.
    func withSocket(_ options: ClientOptions, _ body: (Socket) async throws -> Void) async throws {
        let server = try ServerURL(url)
        let manager = try Manager(url, options)
        let socket = manager.socket(server.namespace)
        if verbose {
            Output.tell("connecting to \(server.authority)")
            ConnectionLog.follow(socket)
        }
        StopSignals.setGoodbye { await manager.shutdown(deadline: StopSignals.patience) }
        do {
            try await body(socket)
        } catch {
            await manager.shutdown(deadline: StopSignals.patience)
            throw error
        }
        await manager.shutdown()
    }

    private static func readOptions(_ path: String) throws -> ClientOptions {
        let json = try File.read(path).text
        do throws(SocketIOError) { return try ClientOptions(json: json) } catch {
            var error = error
            error.message = "\(path): \(error.message)"
            throw error
        }
    }

    func clientOptions() throws -> ClientOptions {
        var options = try self.options.map(Self.readOptions) ?? ClientOptions()
        // What is not given leaves what the file says.
        func set<Value>(_ option: WritableKeyPath<ClientOptions, Value>, _ value: Value?) {
            if let value { options[keyPath: option] = value }
        }
        set(\.engine.transports, transports?.kinds)
        set(\.engine.path, path)
        if !query.isEmpty { options.query = NamedValue.dictionary(query) }
        if !header.isEmpty { options.extraHeaders = NamedValue.dictionary(header) }
        set(\.socket.auth, auth.map { .value($0) })
        for (option, paths) in [
            (\ClientOptions.engine.ca, ca), (\.engine.cert, cert), (\.engine.key, key), (\.engine.pfx, pfx),
            (\.engine.crl, crl),
        ] where !paths.isEmpty {
            options[keyPath: option] = paths.map { .file($0) }
        }
        set(\.engine.servername, servername)
        set(\.engine.minVersion, minVersion)
        set(\.engine.maxVersion, maxVersion)
        if !pin.isEmpty { options.pinnedPublicKeys = pin }
        set(\.engine.passphrase, passphrase)
        set(\.engine.passphrase, try passphraseFile.map(File.firstLine))
        set(\.engine.ciphers, ciphers)
        set(\.engine.ecdhCurve, ecdhCurve)
        set(\.engine.sigalgs, sigalgs)
        set(\.engine.timeout, timeout?.duration)
        if insecure { options.rejectUnauthorized = false }
        if noReconnect { options.reconnection = false }
        route.apply(to: &options)
        return options
    }
}

extension TLSVersion {
    fileprivate init(argument: String) throws {
        guard let version = TLSVersion(rawValue: argument) else {
            let names = TLSVersion.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("a version of TLS is one of \(names)")
        }
        self = version
    }
}
