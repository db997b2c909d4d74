import Foundation
import SocketIO
import Testing

/// The options as JSON, under Node's names.
@Suite(.timeLimit(.minutes(5))) struct OptionsJSONTests {
    @Test func readsWhatIsGiven() throws {
        let options = try ClientOptions(
            json: """
                {"transports": ["websocket"], "path": "/io", "query": {"a": "b"}, "timeout": 2500,
                 "ca": ["/etc/ca.pem", "-----BEGIN CERTIFICATE-----\\n", {"base64": "AQI="}], "rejectUnauthorized": false,
                 "reconnectionAttempts": 7, "reconnectionDelay": 1.5, "auth": {"token": "t"}, "retries": 2,
                 "limits": {"attachments": 3}, "forceNew": true}
                """)
        #expect(options.transports == [.websocket])
        #expect(options.path == "/io")
        #expect(options.query == ["a": "b"])
        #expect(options.timeout == .milliseconds(2500))
        #expect(
            options.ca == [.file("/etc/ca.pem"), .pem("-----BEGIN CERTIFICATE-----\n"), .bytes([1, 2])])
        #expect(!options.rejectUnauthorized)
        #expect(options.reconnectionAttempts == 7)
        #expect(options.reconnectionDelay == .microseconds(1500))
        #expect(options.auth != nil && options.retries == 2)
        #expect(options.limits.attachments == 3 && options.limits.messageBytes == 64 << 20)
        #expect(options.forceNew)
        #expect(options.upgrade && options.reconnectionDelayMax == .seconds(5), "the others have their defaults")
    }

    /// As `openssl pkcs12 -nodes` writes it: taken for a path, it would be in an error.
    @Test func pemMayBeginWithAttributes() throws {
        let pem = "Bag Attributes\n-----BEGIN PRIVATE KEY-----\n"
        let json = #"{"key": "\#(pem.replacingOccurrences(of: "\n", with: "\\n"))"}"#
        #expect(try ClientOptions(json: json).key == .pem(pem))
    }

    @Test func oneCertificateIsAListOfOne() throws {
        #expect(try ClientOptions(json: #"{"ca": "/etc/ca.pem"}"#).ca == [.file("/etc/ca.pem")])
    }

    @Test func readsTLSOptions() throws {
        let options = try ClientOptions(
            json: """
                {"cert": ["/etc/a.pem", "/etc/b.pem"], "key": [{"file": "/etc/a.key", "passphrase": "p"}, "/etc/b.key"],
                 "pfx": {"base64": "AQI=", "passphrase": "q"}, "crl": {"pem": "-----BEGIN X509 CRL-----"},
                 "servername": "a.example", "minVersion": "TLSv1.3", "maxVersion": "TLSv1.3", "ecdhCurve": "X25519",
                 "sigalgs": "ed25519", "pinnedPublicKeys": ["sha256//AA=="], "watchFiles": true,
                 "certificateExpiryWarning": 86400000}
                """)
        #expect(options.cert == [.file("/etc/a.pem"), .file("/etc/b.pem")])
        #expect(options.key == [.file("/etc/a.key", passphrase: "p"), .file("/etc/b.key")])
        #expect(options.pfx == .bytes([1, 2], passphrase: "q") && options.crl == .pem("-----BEGIN X509 CRL-----"))
        #expect(options.servername == "a.example" && options.minVersion == .v1_3 && options.maxVersion == .v1_3)
        #expect(options.ecdhCurve == "X25519" && options.sigalgs == "ed25519")
        #expect(options.pinnedPublicKeys == ["sha256//AA=="] && options.watchFiles)
        #expect(options.certificateExpiryWarning == .seconds(86_400))
    }

    @Test func readsNestedOptions() throws {
        let options = try ClientOptions(
            json: """
                {"agent": {"proxy": "http://proxy:3128", "tcpKeepAlive": 30000, "keepAlive": false}, "family": 6,
                 "transportOptions": {"websocket": {"path": "/ws", "perMessageDeflate": {"threshold": 9}}},
                 "parser": "msgpack", "withCredentials": true, "perMessageDeflate": false}
                """)
        #expect(options.agent.proxy == "http://proxy:3128")
        #expect(options.agent.tcpKeepAlive == .seconds(30) && !options.agent.keepAlive)
        #expect(options.family == .ipv6 && options.withCredentials && options.perMessageDeflate == nil)
        #expect(options.transportOptions[.websocket]?.path == "/ws")
        #expect(options.transportOptions[.websocket]?.perMessageDeflate?.threshold == 9)
        #expect(options.parser is MessagePackParser)
        #expect(try ClientOptions(json: #"{"perMessageDeflate": true}"#).perMessageDeflate == PerMessageDeflate())
    }

    @Test(arguments: ["null", "false"])
    func noTimeout(_ none: String) throws {
        #expect(try ClientOptions(json: #"{"timeout": \#(none)}"#).timeout == nil)
    }

    @Test(arguments: [
        (#"{"reconectionDelay": 5}"#, "reconectionDelay: there is no such option; did you mean reconnectionDelay?"),
        (#"{"limits": {"size": 5}}"#, "limits.size: there is no such option"),
        (#"{"reconnectionDelay": "5"}"#, "reconnectionDelay: "),
        (#"{"timeout": true}"#, "timeout: "),
        (#"{"timeout": 1e300}"#, "timeout: it is out of range"),
        (#"{"transports": ["webtransport"]}"#, "transports.[0]: "),
        (#"{"transports": "websocket"}"#, "transports: "),
        (#"{"ca": 1}"#, "ca: "), (#"{"ca": ["a", 1]}"#, "ca.[1]"),
        (#"{"cert": {"base64": "!"}}"#, "cert"), (#"{"key": {"passphrase": "x"}}"#, "key"),
        (#"{"minVersion": "TLSv1.4"}"#, "minVersion: "), (#"{"honorCipherOrder": true}"#, "honorCipherOrder: "),
        (#"{"checkServerIdentity": true}"#, "checkServerIdentity: there is no such option"),
        (#"{"query": {"a": 1}}"#, "query.a: "),
        (#"{"auth": 1}"#, "auth: "), (#"{"parser": "xml"}"#, "parser: "), (#"{"family": 5}"#, "family: "),
        (#"{"agent": {"proxi": ""}}"#, "agent.proxi: there is no such option; did you mean proxy?"),
        (
            #"{"transportOptions": {"websocket": {"cert": ""}}}"#,
            "transportOptions.websocket.cert: there is no such option"
        ),
        (#"{"transportOptions": {"udp": {}}}"#, "transportOptions.udp: "),
        (
            #"{"perMessageDeflate": {"treshold": 1}}"#,
            "perMessageDeflate.treshold: there is no such option; did you mean threshold?"
        ),
        ("[]", ""), ("{", ""), ("", ""),
    ])
    func namesWhatIsWrong(json: String, message: String) {
        let error = #expect(throws: SocketIOError.self) { try ClientOptions(json: json) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.hasPrefix("the options cannot be read: \(message)") == true, "\(error?.message ?? "")")
    }

    /// Every option, and with any encoder.
    @Test func comesBackAsItWas() throws {
        var options = ClientOptions()
        options.transports = [.websocket, .polling]
        options.timeout = nil
        options.cert = .bytes([0, 255])
        options.key = .file("/etc/key.pem", passphrase: "p")
        options.reconnectionDelay = .milliseconds(12)
        options.auth = .value(["a": 1])
        let json = try JSONEncoder().encode(options)
        let copy = try JSONDecoder().decode(ClientOptions.self, from: json)
        #expect(copy.engine == options.engine)
        #expect(copy.reconnectionDelay == options.reconnectionDelay)
        let keys = JSONEncoder()
        keys.outputFormatting = .sortedKeys
        #expect(try keys.encode(copy) == keys.encode(options))
    }

    @Test func aProviderCannotBeWritten() {
        var options = ClientOptions()
        options.auth = .provider { ["a": 1] }
        let copy = options
        #expect(throws: EncodingError.self) { try JSONEncoder().encode(copy) }
    }
}
