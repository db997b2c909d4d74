import Glibc
import SocketIO
import TestSupport
import Testing

@testable import sio

/// What is advised for which error.
@Suite(.timeLimit(.minutes(5))) struct AdviceTests {
    private static let now = UnixTime(secondsSince1970: 1_800_000_000)
    private static let setting = Setting(host: "gateway.example", isSecure: true, now: now)

    private static func certificate(
        subject: String = "CN=gateway", issuer: String = "CN=Acme CA", names: String = "", from: Int64 = -10,
        to: Int64 = 10
    ) -> Certificate {
        Certificate(
            subject: subject, issuer: issuer, subjectAltName: names,
            notBefore: UnixTime(secondsSince1970: now.secondsSince1970 + from * 86_400),
            notAfter: UnixTime(secondsSince1970: now.secondsSince1970 + to * 86_400))
    }

    private static func error(
        _ code: SocketIOError.Code = .connectFailed, _ message: String = "", phase: SocketIOError.Phase? = nil,
        errno: Int32? = nil, http: Int? = nil, body: String = "", alert: String? = nil
    ) -> SocketIOError {
        var error = SocketIOError(code, message, phase: phase)
        error.errno = errno
        error.http = http.map { SocketIOError.HTTPAnswer(status: $0, body: body) }
        error.tlsAlert = alert
        return error
    }

    // MARK: The way to the server

    @Test(arguments: [
        (error(.connectFailed, "could not resolve host \"x\"", phase: .dns), "Check the name in the URL, "),
        (error(.timedOut, phase: .dns), "The name servers do not answer: "),
        (
            error(.connectFailed, "could not resolve host \"x\" to an IPv6 address", phase: .dns),
            "Allow the other version of IP, "
        ),
    ])
    func dns(_ error: SocketIOError, _ advice: String) {
        let text = Advice.text(for: error, in: .dns, Self.setting)
        #expect(text.hasPrefix(advice), "\(text)")
    }

    @Test(arguments: [
        (error(errno: ECONNREFUSED), "Nothing listens there: start the server, or correct the port."),
        (error(errno: ENOENT), "There is no such Unix socket: "), (error(errno: EACCES), "This user may not "),
        (error(errno: ENETUNREACH), "There is no route to the server: "),
        (error(errno: EADDRNOTAVAIL), "Correct the option localAddress: "),
        (error(errno: ECONNRESET), "The connection was cut: "), (error(errno: ETIMEDOUT), "Nobody answers "),
        (error(.timedOut), "Nobody answers at this address: "), (error(), "Check the address, "),
    ])
    func tcp(_ error: SocketIOError, _ advice: String) {
        let text = Advice.text(for: error, in: .tcp, Self.setting)
        #expect(text.hasPrefix(advice), "\(text)")
    }

    @Test func proxy() {
        var setting = Self.setting
        setting.proxy = "proxy:3128"
        func text(_ error: SocketIOError, _ step: DiagnosisStep.Name = .tcp) -> String {
            Advice.text(for: error, in: step, setting)
        }
        #expect(text(Self.error(http: 407)).hasPrefix("Give the proxy's user and password "))
        #expect(text(Self.error(http: 403)).hasPrefix("Let the proxy allow the tunnel "))
        #expect(text(Self.error(errno: ECONNREFUSED)).contains("start the proxy proxy:3128"))
        #expect(text(Self.error(), .dns).contains("agent.proxy"))
    }

    // MARK: The server's certificate

    @Test(arguments: [
        (10, 0, "Renew the server's certificate, or set this machine's clock, which says 2027-01-15T08:00:00Z."),
        (10, 1, "Renew the certificate of the CA CN=gateway and give the new one with --ca, "),
        (9, 0, "Set this machine's clock, which says 2027-01-15T08:00:00Z, or wait: "),
        (20, 0, "Give the CA CN=Acme CA with --ca; if it is an intermediate one, "),
        (21, 0, "Give the CA CN=Acme CA with --ca; if it is an intermediate one, "),
        (18, 0, "If this is the right server, "), (19, 1, "Give the CA CN=gateway with --ca: "),
        (23, 0, "Replace the server's certificate: its CA has revoked it."),
        (3, 0, "Give the revocation list of CN=Acme CA with --crl, too, "),
        (12, 0, "Get a current revocation list of CN=Acme CA "),
        (
            62, 0,
            """
            Use a URL with a name that the certificate is for (DNS:other.example), give that name with --servername, or \
            give the server a certificate for gateway.example.
            """
        ),
        (64, 0, "Use a URL with a name "), (26, 0, "Replace the server's certificate: it was not issued for this "),
        (79, 1, "Replace the certificate of the CA CN=gateway: it may not issue others."),
        (66, 0, "Replace the server's certificate by one with a larger key "),
        (50, 0, "If the server has a new key that you know of, give its pin with --pin; "),
        (1, 0, "Replace the server's certificate, or trust other CAs with --ca."),
    ])
    func serverCertificate(_ code: Int, _ depth: Int, _ advice: String) {
        var error = Self.error(.certificateRejected, phase: .tls)
        error.certificate = SocketIOError.CertificateFailure(
            code: code, text: "", depth: depth, certificate: Self.certificate(names: "DNS:other.example"))
        let text = Advice.text(for: error, in: .tls, Self.setting)
        #expect(text.hasPrefix(advice), "\(text)")
    }

    @Test func unknownIssuerOfAWholeChain() {
        var setting = Self.setting
        var tls = TLSInfo()
        tls.chain = [Self.certificate(issuer: "CN=Sub"), Self.certificate(subject: "CN=Sub")]
        setting.tls = tls
        var error = Self.error(.certificateRejected, phase: .tls)
        error.certificate = SocketIOError.CertificateFailure(
            code: 20, text: "", depth: 1, certificate: tls.chain[1])
        #expect(
            Advice.text(for: error, in: .tls, setting) == "Give the CA CN=Acme CA with --ca: it is not trusted.")
    }

    // MARK: The client's certificate

    struct ClientCertificate: Sendable {
        var issuers = ["CN=Client CA"]
        var presented: Certificate?
        var alert: String?
        let advice: String
    }

    @Test(arguments: [
        ClientCertificate(
            issuers: ["CN=A", "CN=B"],
            advice: "Give --cert and --key with a certificate of one of these issuers: CN=A; CN=B."),
        ClientCertificate(
            issuers: [], advice: "Give --cert and --key with a certificate of a CA that the server trusts."),
        ClientCertificate(
            presented: certificate(to: -1), alert: "bad certificate", advice: "Renew the client's certificate: "),
        ClientCertificate(
            presented: certificate(), alert: "certificate expired", advice: "Renew the client's certificate: "),
        ClientCertificate(presented: certificate(from: 1), alert: "bad certificate", advice: "Wait, or set "),
        ClientCertificate(
            presented: certificate(), alert: "certificate revoked", advice: "Replace the client's certificate: "),
        ClientCertificate(
            presented: certificate(issuer: "CN=X"), alert: "unknown CA",
            advice: "Give a certificate of one of these issuers: CN=Client CA; this one is issued by CN=X. "),
        ClientCertificate(
            presented: certificate(issuer: "CN=Client CA"), alert: "unknown CA",
            advice: "The server refuses this client certificate: "),
    ])
    func clientCertificate(_ one: ClientCertificate) {
        var setting = Self.setting
        var tls = TLSInfo()
        tls.clientCertificateRequest = TLSInfo.ClientCertificateRequest(issuers: one.issuers, presented: one.presented)
        setting.tls = tls
        var error = Self.error(.tls, phase: .tls, alert: one.alert)
        error.clientCertificateRequested = true
        #expect(Advice.text(for: error, in: .tls, setting).hasPrefix(one.advice))
        #expect(Advice.text(for: error, in: .websocket, setting).hasPrefix(one.advice), "in every step")
    }

    @Test func clientCertificateThatIsRefusedByHTTP() {
        var setting = Self.setting
        var tls = TLSInfo()
        tls.clientCertificateRequest = TLSInfo.ClientCertificateRequest(issuers: ["CN=A"])
        setting.tls = tls
        var refused = Self.error(http: 400, body: "No required SSL certificate was sent")
        refused.clientCertificateRequested = true
        #expect(Advice.text(for: refused, in: .polling, setting).hasPrefix("Give --cert and --key "))
        let other = Self.error(http: 404, body: "no such page")
        #expect(Advice.text(for: other, in: .polling, setting).contains("--path"))
    }

    // MARK: The handshake

    @Test(arguments: [
        (error(alert: "protocol version"), "No version of TLS is allowed on both sides: "),
        (error(alert: "handshake failure"), "No cipher is allowed on both sides: "),
        (error(alert: "unrecognized name"), "The server does not know the name "),
        (error(alert: "no application protocol"), "The server must allow http/1.1 "),
        (error(alert: "internal error"), "The server ends the handshake: "),
        (error(.timedOut), "The server takes the connection and does not speak TLS: "),
        (error(.tls, "TLS handshake failed: wrong version number"), "The server does not speak TLS on this port: "),
        (error(.tls, "TLS handshake failed: unsupported protocol"), "No version of TLS is allowed on both sides: "),
        (error(.tls, "TLS handshake failed: dh key too small"), "The two sides have no acceptable parameters "),
        (error(.tls, "TLS handshake failed: the server ended the connection"), "The server hangs up "),
        (error(.tls, "TLS handshake failed: anything else"), "Look into the server's log; "),
    ])
    func handshake(_ error: SocketIOError, _ advice: String) {
        let text = Advice.text(for: error, in: .tls, Self.setting)
        #expect(text.hasPrefix(advice), "\(text)")
    }

    // MARK: HTTP

    @Test(arguments: [
        (200, "", "What answers there is no Socket.IO server "), (302, "", "Redirections are not followed: "),
        (400, #"{"code":5,"message":"Unsupported protocol version"}"#, "The server speaks Socket.IO 2: "),
        (400, #"{"code":0,"message":"Transport unknown"}"#, "The server does not allow polling: "),
        (400, "", "The server does not like the request; "), (401, "", "The server wants to know who asks: "),
        (404, "", "The server does not listen at /socket.io/: give its path with --path, "),
        (407, "", "A proxy wants to know who asks: "), (429, "", "There are too many requests: "),
        (502, "", "A proxy answers for a server that it does not reach: "), (500, "", "The server has failed: "),
        (204, "", "This is not what a Socket.IO server answers: "),
    ])
    func polling(_ status: Int, _ body: String, _ advice: String) {
        let text = Advice.text(for: Self.error(http: status, body: body), in: .polling, Self.setting)
        #expect(text.hasPrefix(advice), "\(text)")
    }

    @Test func pollingWithoutAnAnswer() {
        var setting = Self.setting
        func text(_ error: SocketIOError) -> String { Advice.text(for: error, in: .polling, setting) }
        #expect(text(Self.error(.timedOut, phase: .http)).hasPrefix("The server has taken the request and does not "))
        #expect(text(Self.error()).hasSuffix("look into its log."))
        setting.isSecure = false
        #expect(text(Self.error()).hasSuffix("if it speaks TLS on this port, use https://."))
        #expect(text(Self.error(.protocolViolation, phase: .http)).hasPrefix("Use https:// if the server speaks TLS "))
        #expect(text(Self.error(http: 400, body: "sent to HTTPS port")).hasPrefix("Use https://: "))
    }

    @Test func webSocket() {
        var setting = Self.setting
        func text(_ error: SocketIOError) -> String { Advice.text(for: error, in: .websocket, setting) }
        #expect(text(Self.error(http: 404)).contains("--path"), "as polling has it")
        setting.pollingWorks = true
        for status in [200, 400, 426, 502] {
            #expect(text(Self.error(http: status)).contains("does not pass on the Upgrade; "))
        }
        #expect(text(Self.error(http: 403)).hasPrefix("The server wants to know who asks: "))
        #expect(text(Self.error(.timedOut)).contains("holds WebSockets back; "))
        #expect(text(Self.error(.disconnected)).contains("cuts WebSockets off; "))
        let unknown = Self.error(http: 400, body: "\"Invalid transport\"")
        #expect(text(unknown).hasPrefix("The server offers no WebSocket: "))
        setting.offersWebSocket = false
        #expect(text(Self.error(http: 400)).hasPrefix("The server offers no WebSocket: "))
    }

    @Test func upgrade() {
        func text(_ error: SocketIOError) -> String { Advice.text(for: error, in: .upgrade, Self.setting) }
        #expect(text(Self.error(http: 400)).contains("make the balancer sticky"))
        #expect(text(Self.error(.timedOut)).hasPrefix("Each works alone: look into the server's log, "))
    }

    // MARK: The namespace

    @Test func namespace() {
        var setting = Self.setting
        setting.namespace = "/chat"
        func text(_ code: SocketIOError.Code, _ message: String = "") -> String {
            Advice.text(for: Self.error(code, message, phase: .namespace), in: .namespace, setting)
        }
        #expect(text(.connectRejected, "Invalid namespace").hasPrefix("The server has no namespace /chat: "))
        #expect(text(.connectRejected, "no").hasSuffix("give what it expects with --auth."))
        #expect(text(.timedOut).hasPrefix("The server does not answer for the namespace: "))
        #expect(text(.codingFailed) == "Correct the option auth.")
        #expect(text(.disconnected).hasPrefix("The connection was lost meanwhile: "))
        setting.hasAuth = true
        #expect(text(.connectRejected, "no").hasPrefix("The server refuses what --auth tells it, "))
    }
}
