import SocketIOProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct ServerURLTests {
    struct Expected: Sendable {
        let text: String
        var isSecure = false
        var host = "h"
        var port: UInt16 = 80
        var namespace = "/"
        var query: [QueryItem] = []
        var authority = "h"
    }

    @Test(arguments: [
        Expected(text: "http://h"),
        Expected(text: "http://h/"),
        Expected(text: "ws://h"),
        Expected(text: "HTTP://H"),
        Expected(text: "https://h", isSecure: true, port: 443),
        Expected(text: "wss://h:443", isSecure: true, port: 443),
        Expected(text: "https://h:80", isSecure: true, port: 80, authority: "h:80"),
        Expected(text: "http://h:80"),
        Expected(text: "http://h:3000", port: 3000, authority: "h:3000"),
        Expected(text: "http://h:65535/", port: 65535, authority: "h:65535"),
        Expected(text: "http://Ex-ample_1.Com.", host: "ex-ample_1.com.", authority: "ex-ample_1.com."),
        Expected(text: "http://127.0.0.1:8080", host: "127.0.0.1", port: 8080, authority: "127.0.0.1:8080"),
        Expected(text: "http://[::1]", host: "::1", authority: "[::1]"),
        Expected(
            text: "http://[FE80::1:2]:81/a", host: "fe80::1:2", port: 81, namespace: "/a", authority: "[fe80::1:2]:81"),
        Expected(text: "http://[::ffff:1.2.3.4]", host: "::ffff:1.2.3.4", authority: "[::ffff:1.2.3.4]"),
        Expected(text: "http://user:p@ss@h:81", port: 81, authority: "h:81"),
        Expected(text: "http://h/admin", namespace: "/admin"),
        Expected(text: "http://h/a/b/", namespace: "/a/b/"),
        Expected(text: "http://h/admin%20x", namespace: "/admin%20x"),
        Expected(text: "http://h/raum-ü", namespace: "/raum-ü"),
        Expected(text: "http://h/\u{301}", namespace: "/\u{301}"),
        Expected(text: "http://h?a=1", query: [QueryItem("a", "1")]),
        Expected(
            text: "http://h/n?a=1&b=%26&c", namespace: "/n",
            query: [
                QueryItem("a", "1"), QueryItem("b", "&"), QueryItem("c", ""),
            ]),
        Expected(text: "http://h/n?a=x/y?z#b=2", namespace: "/n", query: [QueryItem("a", "x/y?z")]),
        Expected(text: "http://h#/no?a=1"),
        Expected(text: "http://h/a@b:c", namespace: "/a@b:c"),
        Expected(text: "http://h/://", namespace: "/://"),
    ])
    func reads(_ expected: Expected) throws {
        let url = try ServerURL(expected.text)
        #expect(url.isSecure == expected.isSecure)
        #expect(url.host == expected.host)
        #expect(url.port == expected.port)
        #expect(url.namespace == expected.namespace)
        #expect(url.query == expected.query)
        #expect(url.authority == expected.authority)
    }

    /// As Node's `new URL()` has them.
    @Test(arguments: [
        ("http://bücher.de", "xn--bcher-kva.de"), ("http://BÜCHER.de", "xn--bcher-kva.de"),
        ("http://bu\u{308}cher.de", "xn--bcher-kva.de"), ("http://faß.de:80", "xn--fa-hia.de"),
        ("http://日本語。jp", "xn--wgv71a119e.jp"), ("http://XN--BCHER-KVA.de", "xn--bcher-kva.de"),
        ("http://a\u{200B}", "a"),
    ])
    func translatesInternationalNames(_ text: String, _ host: String) throws {
        #expect(try ServerURL(text).host == host)
    }

    private static let scheme = "it must begin with http://, https://, ws:// or wss://"
    private static let host = "the host holds a character that is not allowed, or is no international name"
    private static let port = "the port is not a number from 1 to 65535"

    @Test(arguments: [
        ("", scheme), ("h:3000", scheme), ("localhost", scheme), ("//h", scheme), ("http:/h", scheme),
        ("ftp://h", "the scheme ftp is none of http, https, ws and wss"),
        ("://h", "the scheme  is none of http, https, ws and wss"),
        ("http://", "the host is missing"), ("http:///a", "the host is missing"),
        ("http://:80", "the host is missing"), ("http://user@", "the host is missing"),
        ("http://h:0", port), ("http://h:70000", port), ("http://h:abc", port), ("http://h:", port),
        ("http://h:-1", port), ("http://h:+80", port), ("http://h:8 0", "it holds a space or a control character"),
        ("http://h:８０", port), ("http://h:80\u{301}", port),
        ("http://::1", "the host is missing"), ("http://fe80::1", port), ("http://[::1]x", port),
        ("http://[::1", "the IPv6 address has no closing ]"),
        ("http://[]", "what stands in brackets is no IPv6 address"),
        ("http://[h]", "what stands in brackets is no IPv6 address"),
        ("http://[::g]", "what stands in brackets is no IPv6 address"),
        ("http://[::１]", "what stands in brackets is no IPv6 address"),
        ("http://a b", "it holds a space or a control character"),
        (" http://h", "it holds a space or a control character"),
        ("http://h/\r\nHost: x", "it holds a space or a control character"),
        ("http://h/\u{0}", "it holds a space or a control character"),
        ("http://a%20b", host), ("http://a\"b", host), ("http://a\\b", host),
        // What it stands for is `a/c`.
        ("http://\u{2100}", host), ("http://xn--bücher.de", host),
        ("http://h/a,b", "the namespace holds a comma"),
        ("http://h/" + String(repeating: "a", count: 7992), "longer than 8000 bytes"),
        ("http://" + String(repeating: "a", count: 254), "the host's name is longer than 253 bytes"),
    ])
    func refuses(_ text: String, _ why: String) {
        #expect(throws: SocketIOError(.invalidURL, "invalid URL: \(why)", phase: .options)) {
            try ServerURL(text)
        }
    }

    @Test func takesEightThousandBytes() throws {
        let path = "/" + String(repeating: "a", count: 7991)
        #expect(try ServerURL("http://h\(path.dropLast())").namespace.utf8.count == 7991)
    }
}
