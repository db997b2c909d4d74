import SocketIOProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct ProxyURLTests {
    private func message(_ text: String) throws -> String {
        try #require(throws: SocketIOError.self) { try ProxyURL(text, from: "proxy") }.message
    }

    @Test func readsEveryPart() throws {
        let proxy = try ProxyURL("http://us%65r:p%40ss%3Aw%2Frd@Proxy.Example:3128/", from: "proxy")
        #expect(proxy.host == "proxy.example")
        #expect(proxy.port == 3128)
        #expect(proxy.credentials?.user == "user")
        #expect(proxy.credentials?.password == "p@ss:w/rd")
        #expect("\(proxy)" == "http://…@proxy.example:3128")
        #expect(!String(reflecting: proxy).contains("ss:w"))
    }

    @Test func readsWithoutCredentials() throws {
        let proxy = try ProxyURL("HTTP://[::1]:80", from: "proxy")
        #expect(proxy.host == "::1")
        #expect(proxy.authority == "[::1]:80")
        #expect(proxy.credentials == nil)
    }

    @Test func refusesWhatItCannotUse() throws {
        #expect(try message("socks5://u:hidden@h:1080") == "proxy has the scheme socks5; only http is supported")
        #expect(try message("https://h:1080") == "proxy has the scheme https; only http is supported")
        #expect(try message("hidden://h:1080") == "proxy has an unknown scheme; only http is supported")
        #expect(try message("h:3128") == "proxy must begin with http://")
        #expect(try message("http://u:hidden@h") == "proxy has no port")
        #expect(try message("http://u:hidden@") == "proxy has no valid host and port")
        #expect(try message("http://h:") == "proxy has no valid host and port")
        #expect(try message("http://h:99999") == "proxy has no valid host and port")
        #expect(try message("http://h:3128/path") == "proxy has a path or a query")
        #expect(try message("http://u%3Ax:hidden@h:1") == "proxy has a colon in the user's name")
        #expect(try message("http://u:hidden%0D%0A@h:1") == "proxy has a control character in its credentials")
    }

    private func fromEnvironment(_ environment: [String: String], _ url: String) throws -> String? {
        try ProxyURL.from(environment, for: ServerURL(url))?.authority
    }

    @Test func environmentByScheme() throws {
        let all = ["http_proxy": "http://plain:1", "https_proxy": "http://secure:2", "all_proxy": "http://all:3"]
        #expect(try fromEnvironment(all, "http://example.com") == "plain:1")
        #expect(try fromEnvironment(all, "ws://example.com") == "plain:1")
        #expect(try fromEnvironment(all, "https://example.com") == "secure:2")
        #expect(try fromEnvironment(all, "wss://example.com") == "secure:2")
        #expect(try fromEnvironment(["ALL_PROXY": "all:3"], "wss://example.com") == "all:3")
        #expect(try fromEnvironment(["HTTPS_PROXY": "secure:2"], "wss://example.com") == "secure:2")
        #expect(try fromEnvironment(["https_proxy": "", "all_proxy": "all:3"], "wss://example.com") == "all:3")
        #expect(try fromEnvironment([:], "ws://example.com") == nil)
    }

    /// Anybody may set it in a CGI program, with a `Proxy` header.
    @Test func ignoresHTTPProxyInCapitals() throws {
        #expect(try fromEnvironment(["HTTP_PROXY": "http://evil:1"], "http://example.com") == nil)
    }

    @Test func environmentsNoProxy() throws {
        let proxy = ["all_proxy": "http://all:3"]
        for name in ["no_proxy", "NO_PROXY"] {
            let environment = proxy.merging([name: "other.example, example.com"]) { $1 }
            #expect(try fromEnvironment(environment, "http://a.example.com") == nil)
            #expect(try fromEnvironment(environment, "http://example.org") == "all:3")
        }
    }

    @Test func environmentsErrorNamesTheVariable() throws {
        let error = try #require(throws: SocketIOError.self) {
            try fromEnvironment(["all_proxy": "socks5://u:hidden@h:1"], "http://example.com")
        }
        #expect(error.message == "the environment variable all_proxy has the scheme socks5; only http is supported")
    }
}
