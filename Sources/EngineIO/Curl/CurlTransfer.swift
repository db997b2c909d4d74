import CLibcurl
import Glibc
import SocketIOProtocol

/// One method of requests to one server, made one after the other.
@LoopActor
final class CurlTransfer {
    enum Method { case get, post }

    struct Response {
        var status: Int
        /// The first line, as it came.
        var firstLine: String
        var body: Binary

        /// For example `401 Unauthorized`.
        var statusLine: String { firstLine.drop { $0 != " " }.summary }
    }

    typealias Completion = @LoopActor (Result<Response, SocketIOError>) -> Void

    /// From when on a server may have closed a kept connection. Most wait for two seconds or longer.
    private static let idleTime = Duration.seconds(1)

    /// The easy handle.
    let handle: UnsafeMutableRawPointer
    let server: ServerURL
    let route: Route
    let limit: Int
    let recorder = TLSRecorder()
    private let multi: CurlMulti
    /// For the next connection that is made.
    var tls: TLSContext?
    private(set) var connectionInfo: ConnectionInfo?
    let requestTimeout: Duration?
    private let errorText: UnsafeMutablePointer<CChar>
    private let headers: CurlHeaders
    private let cookies: CookieJar?
    private let reuse: ConnectionReuse
    private let path: String
    private let userCookies: String?
    private var requestBody: Binary?
    private var firstLine = ""
    private var responseBody: BinaryWriter?
    private var completion: Completion?
    private(set) var isTooLarge = false
    private var hasSent = false
    private var lastEnd = Duration.zero
    private var wasIdle = false
    /// A request was to be sent a second time.
    private(set) var isRepeating = false
    /// When the connection was there, and TLS was set up for it.
    private(set) var tlsStart: ContinuousClock.Instant?
    /// Why TLS could not be set up.
    private(set) var setupFailure: SocketIOError?

    init(
        _ method: Method, on multi: CurlMulti, _ configuration: TransportConfiguration
    ) throws(SocketIOError) {
        guard let handle = curl_easy_init() else { throw SocketIOError(.systemFailure, "curl_easy_init failed") }
        self.handle = handle
        self.multi = multi
        server = configuration.server
        route = configuration.route
        tls = configuration.tls
        limit = configuration.limits.messageBytes
        requestTimeout = configuration.requestTimeout
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        cookies = configuration.cookies
        reuse = configuration.reuse
        path = configuration.path
        userCookies = configuration.headers.first { $0.isNamed("cookie") }?.value
        // With a jar, they are sent together with its own.
        let hasJar = configuration.cookies != nil
        let ownHeaders = configuration.headers.filter { !hasJar || !$0.isNamed("cookie") }
        headers = CurlHeaders(ownHeaders, method, keepsAlive: configuration.route.keepsAlive)
        setOptions(method)
        setRoute()
    }

    isolated deinit {
        curl_easy_cleanup(handle)
        errorText.deallocate()
    }

    var isRunning: Bool { completion != nil }

    /// Begins a request. `completion` is called once, unless `cancel()` comes first.
    func start(_ target: String, body: Binary? = nil, completion: @escaping Completion) {
        self.completion = completion
        requestBody = body
        firstLine = ""
        responseBody = BinaryWriter()
        isTooLarge = false
        hasSent = false
        wasIdle = EventLoop.shared.now - lastEnd > Self.idleTime
        isRepeating = false
        setupFailure = nil
        errorText.pointee = 0
        let scheme = server.isSecure ? "https" : "http"
        CLibcurl_set_string(handle, CURLOPT_URL, "\(scheme)://\(server.bracketedHost):\(server.port)\(target)")
        if let cookies { CLibcurl_set_string(handle, CURLOPT_COOKIE, cookies.header(for: path, user: userCookies)) }
        body?.withUnsafeBytes { bytes in
            // Where it is as long as `requestBody` holds it.
            CLibcurl_set_pointer(handle, CURLOPT_POSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
            CLibcurl_set_size(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count))
        }
        let usesOnce = !route.keepsAlive || !reuse.isAllowed
        CLibcurl_set_long(handle, CURLOPT_FRESH_CONNECT, usesOnce ? 1 : 0)
        CLibcurl_set_long(handle, CURLOPT_FORBID_REUSE, usesOnce ? 1 : 0)
        if !multi.add(self) { finish(CURLE_FAILED_INIT) }
    }

    /// Drops the request, with its connection.
    func cancel() {
        completion = nil
        multi.remove(self)
    }

    func finish(_ code: CURLcode) {
        guard let completion else { return }
        self.completion = nil
        let bodySize = requestBody.take()?.count ?? 0
        lastEnd = EventLoop.shared.now
        noteReuse(code)
        let body = responseBody.take()?.finish() ?? Binary()
        guard code == CURLE_OK else { return completion(.failure(failure(code))) }
        noteConnection()
        // What is known of the handshake does not explain a later end of the connection.
        recorder.forget()
        let status = CLibcurl_get_long(handle, CURLINFO_RESPONSE_CODE)
        // Where the server closes the connection behind an early answer, libcurl has nothing to complain of.
        guard status != 200 || sentBytes >= bodySize else { return completion(.failure(.answeredEarly)) }
        completion(.success(Response(status: status, firstLine: firstLine, body: body)))
    }

    private func noteReuse(_ code: CURLcode) {
        let isReused = CLibcurl_get_long(handle, CURLINFO_NUM_CONNECTS) == 0
        let isLoss = [CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR].contains(code) && !hasAnswer
        if isRepeating || isReused && isLoss {
            reuse.noteLoss(after: .microseconds(CLibcurl_get_size(handle, CURLINFO_TOTAL_TIME_T)))
        } else if isReused && code == CURLE_OK {
            reuse.noteAnswer()
        }
    }

    func noteConnection() {
        func address(_ text: CURLINFO, _ port: CURLINFO) -> String? {
            guard route.socketPath == nil, let text = CLibcurl_get_string(handle, text) else { return nil }
            let number = UInt16(truncatingIfNeeded: CLibcurl_get_long(handle, port))
            return SocketAddress(String(cString: text))?.with(port: number)
        }
        connectionInfo = ConnectionInfo(
            transport: .polling, localAddress: address(CURLINFO_LOCAL_IP, CURLINFO_LOCAL_PORT),
            remoteAddress: address(CURLINFO_PRIMARY_IP, CURLINFO_PRIMARY_PORT), tls: tls == nil ? nil : recorder.info)
    }

    /// libcurl's own words for what went wrong.
    var detail: String { String(cString: errorText) }

    /// Whether the server began to answer.
    var hasAnswer: Bool { !firstLine.isEmpty }

    /// How much of its body the system has taken.
    var sentBytes: Int { Int(CLibcurl_get_size(handle, CURLINFO_SIZE_UPLOAD_T)) }

    /// How far the request has come.
    var phase: SocketIOError.Phase {
        if CLibcurl_get_size(handle, CURLINFO_PRETRANSFER_TIME_T) > 0 { return .http }
        if recorder.isHandshaking { return .tls }
        if route.proxy != nil { return .proxy }
        return CLibcurl_get_size(handle, CURLINFO_NAMELOOKUP_TIME_T) > 0 ? .tcp : .dns
    }

    // MARK: What libcurl is told

    private func setOptions(_ method: Method) {
        let data = Unmanaged.passUnretained(self).toOpaque()
        CLibcurl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText)
        CLibcurl_set_pointer(handle, CURLOPT_HTTPHEADER, headers.list)
        CLibcurl_set_string(handle, CURLOPT_USERAGENT, "socketio-linux/\(version)")
        CLibcurl_set_long(handle, method == .get ? CURLOPT_HTTPGET : CURLOPT_POST, 1)
        CLibcurl_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        // All that this libcurl can decompress.
        CLibcurl_set_string(handle, CURLOPT_ACCEPT_ENCODING, "")
        CLibcurl_set_string(handle, CURLOPT_PROTOCOLS_STR, "http,https")
        CLibcurl_set_long(handle, CURLOPT_PATH_AS_IS, 1)
        // Of more than 0: that would be for ever.
        let timeout = requestTimeout.map { max(1, Int(min($0 / .milliseconds(1), 1e9).rounded(.up))) }
        CLibcurl_set_long(handle, CURLOPT_TIMEOUT_MS, timeout ?? 0)
        CLibcurl_set_long(handle, CURLOPT_TCP_NODELAY, 1)
        CLibcurl_set_long(handle, CURLOPT_NOSIGNAL, 1)
        // Else dropping a request would wait for its name to be looked up.
        CLibcurl_set_long(handle, CURLOPT_QUICK_EXIT, 1)

        CLibcurl_set_receiver(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, data in
            CurlTransfer.from(data) { $0.receive(body: UnsafeRawBufferPointer(start: bytes, count: size * count)) }
        }
        CLibcurl_set_pointer(handle, CURLOPT_WRITEDATA, data)
        CLibcurl_set_receiver(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, data in
            CurlTransfer.from(data) { $0.receive(header: UnsafeRawBufferPointer(start: bytes, count: size * count)) }
        }
        CLibcurl_set_pointer(handle, CURLOPT_HEADERDATA, data)

        // The handshake is verified by ours, see `TLSContext`; libcurl is to load no roots of its own.
        CLibcurl_set_string(handle, CURLOPT_CAINFO, nil)
        CLibcurl_set_string(handle, CURLOPT_CAPATH, nil)
        CLibcurl_set_long(handle, CURLOPT_SSL_VERIFYPEER, 0)
        CLibcurl_set_long(handle, CURLOPT_SSL_VERIFYHOST, 0)
        // A session taken up again is not verified again.
        CLibcurl_set_long(handle, CURLOPT_SSL_SESSIONID_CACHE, 0)
        CLibcurl_set_tls_setup(handle) { _, context, data in
            guard let context else { return CURLE_ABORTED_BY_CALLBACK }
            let sslContext = UInt(bitPattern: context)
            let isSetUp = CurlTransfer.from(data) { $0.setUpTLS(OpaquePointer(bitPattern: sslContext)) ? 1 : 0 }
            return isSetUp == 1 ? CURLE_OK : CURLE_ABORTED_BY_CALLBACK
        }
        CLibcurl_set_pointer(handle, CURLOPT_SSL_CTX_DATA, data)
        CLibcurl_set_gate(
            handle,
            { data, _, _, _, _ in
                Int32(CurlTransfer.from(data) { $0.mayBeSent() ? Int(CURL_PREREQFUNC_OK) : Int(CURL_PREREQFUNC_ABORT) })
            }, data)
    }

    private func setRoute() {
        // Set in any case: otherwise it is the environment's.
        CLibcurl_set_string(handle, CURLOPT_PROXY, route.proxy.map { "http://\($0.authority)" } ?? "")
        CLibcurl_set_string(handle, CURLOPT_NOPROXY, "")
        CLibcurl_set_long(handle, CURLOPT_HTTPPROXYTUNNEL, 1)
        // Else they would be taken for the server's.
        CLibcurl_set_long(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        if let credentials = route.proxy?.credentials {
            CLibcurl_set_long(handle, CURLOPT_PROXYAUTH, Int(CLibcurl_CURLAUTH_BASIC))
            CLibcurl_set_string(handle, CURLOPT_PROXYUSERNAME, credentials.user)
            CLibcurl_set_string(handle, CURLOPT_PROXYPASSWORD, credentials.password)
        }
        if let path = route.socketPath { CLibcurl_set_string(handle, CURLOPT_UNIX_SOCKET_PATH, path) }
        CLibcurl_set_socket_setup(
            handle,
            { data, socket, _ in
                Int32(
                    CurlTransfer.from(data) {
                        // A child process would keep the connection, and the loop's watch on it, when it is closed here.
                        _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
                        $0.route.tune(socket)
                        return Int(CURL_SOCKOPT_OK)
                    })
            }, Unmanaged.passUnretained(self).toOpaque())
        switch route.family {
        case .ipv4: CLibcurl_set_long(handle, CURLOPT_IPRESOLVE, Int(CURL_IPRESOLVE_V4))
        case .ipv6: CLibcurl_set_long(handle, CURLOPT_IPRESOLVE, Int(CURL_IPRESOLVE_V6))
        case nil: break
        }
        // With the prefix it is not taken for the name of an interface.
        if let address = route.localAddress { CLibcurl_set_string(handle, CURLOPT_INTERFACE, "host!\(address)") }
    }

    // MARK: What libcurl calls

    private nonisolated static func from(
        _ data: UnsafeMutableRawPointer?, _ body: @LoopActor (CurlTransfer) -> Int
    ) -> Int {
        guard let data else { return 0 }
        nonisolated(unsafe) let pointer = data  // stays on this thread
        return LoopActor.assumeIsolated { body(Unmanaged<CurlTransfer>.fromOpaque(pointer).takeUnretainedValue()) }
    }

    /// Another number than that of the bytes ends the transfer.
    private func receive(body bytes: UnsafeRawBufferPointer) -> Int {
        // libcurl may try again with less.
        isTooLarge = isTooLarge || (responseBody?.count ?? 0) + bytes.count > limit
        if isTooLarge { return bytes.isEmpty ? 1 : 0 }
        responseBody?.append(bytes)
        return bytes.count
    }

    private func receive(header bytes: UnsafeRawBufferPointer) -> Int {
        if bytes.starts(with: "HTTP/".utf8) {
            firstLine = String(decoding: bytes, as: UTF8.self)
        } else if let cookies, let value = Self.cookie(in: bytes) {
            cookies.receive(String(decoding: value, as: UTF8.self).summary)
        }
        return bytes.count
    }

    /// The value of a header `Set-Cookie`; nil for others. On bytes, for there are some headers with each answer.
    private static func cookie(in header: UnsafeRawBufferPointer) -> Slice<UnsafeRawBufferPointer>? {
        let name = "set-cookie:"
        let length = name.utf8.count
        guard let start = header.baseAddress?.assumingMemoryBound(to: CChar.self), header.count >= length,
            strncasecmp(start, name, length) == 0
        else { return nil }
        return header.dropFirst(length)
    }

    /// Where a kept connection ends without an answer, libcurl sends the request again, on a new one. That is right if
    /// the server had closed it for being idle. Otherwise the server may have taken the first: packets would come twice,
    /// or be lost with its answer, and nobody would know.
    private func mayBeSent() -> Bool {
        isRepeating = hasSent && !wasIdle
        hasSent = true
        return !isRepeating
    }

    private func setUpTLS(_ context: OpaquePointer?) -> Bool {
        guard let context, let tls else { return false }
        tlsStart = .now
        do {
            try tls.configure(context, recorder: recorder)
            return true
        } catch {
            setupFailure = error
            return false
        }
    }
}
