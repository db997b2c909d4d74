/// The error of every operation of this package.
///
/// A message never holds a passphrase, `auth` data, a cookie or the value of a query parameter.
public struct SocketIOError: Error, Sendable, Equatable {
    /// What went wrong, as a stable number.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The number.
        public let rawValue: Int32
        /// A code by its number.
        public init(rawValue: Int32) { self.rawValue = rawValue }

        /// An option or an argument has a value that cannot be used.
        public static let invalidArgument = Code(rawValue: 2)
        /// The URL cannot be used.
        public static let invalidURL = Code(rawValue: 10)
        /// The name of the event is reserved: `connect`, `disconnect`, …
        public static let reservedEventName = Code(rawValue: 12)
        /// A limit was exceeded.
        public static let limitExceeded = Code(rawValue: 13)
        /// The operation needs a connection.
        public static let notConnected = Code(rawValue: 20)
        /// The connection ended before the operation did.
        public static let disconnected = Code(rawValue: 21)
        /// The server could not be reached, or refused.
        public static let connectFailed = Code(rawValue: 22)
        /// The server refused the namespace: see ``SocketIOError/data``.
        public static let connectRejected = Code(rawValue: 23)
        /// A deadline passed.
        public static let timedOut = Code(rawValue: 24)
        /// The task was cancelled.
        public static let cancelled = Code(rawValue: 25)
        /// The provider of `auth` threw.
        public static let authFailed = Code(rawValue: 26)
        /// TLS could not be set up.
        public static let tls = Code(rawValue: 40)
        /// A certificate was not accepted: see ``SocketIOError/certificate``.
        public static let certificateRejected = Code(rawValue: 41)
        /// The server broke the protocol.
        public static let protocolViolation = Code(rawValue: 50)
        /// A value could not be encoded or decoded.
        public static let codingFailed = Code(rawValue: 51)
        /// A handler threw something that is no ``SocketIOError``.
        public static let handlerFailed = Code(rawValue: 52)
        /// A library underneath failed.
        public static let systemFailure = Code(rawValue: 99)
    }

    /// Where on the way it went wrong.
    public enum Phase: String, Sendable {
        /// Reading the options, before anything is sent.
        case options
        /// Resolving the host's name.
        case dns
        /// Connecting to an address.
        case tcp
        /// Reaching the proxy, or asking it for a tunnel.
        case proxy
        /// The TLS handshake.
        case tls
        /// An HTTP request of the polling transport.
        case http
        /// The WebSocket handshake or connection.
        case websocket
        /// The Engine.IO session.
        case engine
        /// The Socket.IO namespace.
        case namespace
    }

    /// An HTTP answer that was not the expected one.
    public struct HTTPAnswer: Sendable, Equatable {
        /// The status, for example 401.
        public var status: Int
        /// The first bytes of the body, at most ``bodyLimit``, as text.
        public var body: String
        /// How many bytes of a body are kept.
        public static let bodyLimit = 512

        /// An answer with its status and the start of its body.
        public init(status: Int, body: String) {
            self.status = status
            self.body = body
        }
    }

    /// Why a certificate was not accepted.
    public struct CertificateFailure: Sendable, Equatable {
        /// OpenSSL's `X509_V_ERR_…`.
        public var code: Int
        /// OpenSSL's text for the code, for example `certificate has expired`.
        public var text: String
        /// The certificate's place in the chain; 0 is the server's own.
        public var depth: Int
        /// The certificate itself, with its issuer and its validity.
        public var certificate: Certificate

        /// The certificate's subject, in RFC 2253 form.
        public var subject: String { certificate.subject }

        /// A failure of the certificate at `depth`.
        public init(code: Int, text: String, depth: Int, certificate: Certificate) {
            self.code = code
            self.text = text
            self.depth = depth
            self.certificate = certificate
        }
    }

    /// The close frame of a WebSocket.
    public struct CloseFrame: Sendable, Equatable {
        /// The code, for example 1009; 1006 when the connection ended without a close frame.
        public var code: UInt16
        /// The reason the peer gave.
        public var reason: String

        /// A close frame.
        public init(code: UInt16, reason: String) {
            self.code = code
            self.reason = reason
        }
    }

    /// What went wrong.
    public var code: Code
    /// What went wrong, in one line for people. For a refused namespace it is the server's own message.
    public var message: String
    /// Where it went wrong.
    public var phase: Phase?
    /// The transport it happened on.
    public var transport: TransportKind?
    /// The system's error number.
    public var errno: Int32?
    private var box = DetailsBox.none

    /// The HTTP answer, where one was the cause.
    public var http: HTTPAnswer? {
        get { details.http }
        set { details.http = newValue }
    }
    /// The certificate's failure, where one was the cause.
    public var certificate: CertificateFailure? {
        get { details.certificate }
        set { details.certificate = newValue }
    }
    /// The name of the TLS alert the server sent.
    public var tlsAlert: String? {
        get { details.tlsAlert }
        set { details.tlsAlert = newValue }
    }
    /// Whether the server asked for a client certificate during the TLS handshake.
    public var clientCertificateRequested: Bool? {
        get { details.clientCertificateRequested }
        set { details.clientCertificateRequested = newValue }
    }
    /// The close frame, where the WebSocket was closed by the server.
    public var close: CloseFrame? {
        get { details.close }
        set { details.close = newValue }
    }
    /// What the server sent along when it refused the namespace.
    public var data: JSONValue? {
        get { details.data }
        set { details.data = newValue }
    }

    /// An error with its code and message; what else applies is set afterwards.
    public init(_ code: Code, _ message: String, phase: Phase? = nil, transport: TransportKind? = nil) {
        self.code = code
        self.message = message
        self.phase = phase
        self.transport = transport
    }

    private var details: Details {
        get { if case .some(let details) = box { details } else { Details() } }
        set { box = newValue == Details() ? .none : .some(newValue) }
    }

    /// What few errors have.
    private struct Details: Sendable, Equatable {
        var http: HTTPAnswer?
        var certificate: CertificateFailure?
        var tlsAlert: String?
        var clientCertificateRequested: Bool?
        var close: CloseFrame?
        var data: JSONValue?
    }

    /// Out of line: every connection has room for errors, and every result may be one.
    private indirect enum DetailsBox: Sendable, Equatable {
        case none
        case some(Details)
    }
}

extension SocketIOError: CustomStringConvertible {
    /// The message.
    public var description: String { message }
}

extension SocketIOError.Code: CustomStringConvertible {
    /// The name, for example `timedOut`.
    public var description: String {
        switch self {
        case .invalidArgument: "invalidArgument"
        case .invalidURL: "invalidURL"
        case .reservedEventName: "reservedEventName"
        case .limitExceeded: "limitExceeded"
        case .notConnected: "notConnected"
        case .disconnected: "disconnected"
        case .connectFailed: "connectFailed"
        case .connectRejected: "connectRejected"
        case .timedOut: "timedOut"
        case .cancelled: "cancelled"
        case .authFailed: "authFailed"
        case .tls: "tls"
        case .certificateRejected: "certificateRejected"
        case .protocolViolation: "protocolViolation"
        case .codingFailed: "codingFailed"
        case .handlerFailed: "handlerFailed"
        case .systemFailure: "systemFailure"
        default: "code \(rawValue)"
        }
    }
}
