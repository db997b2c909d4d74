import SocketIOProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct StoredCookieTests {
    private func cookie(path: String = "/", isSecure: Bool = false) throws -> StoredCookie {
        try #require(StoredCookie("x\tFALSE\t\(path)\t\(isSecure ? "TRUE" : "FALSE")\t0\tname\tvalue"))
    }

    @Test func readsALine() throws {
        let cookie = try #require(StoredCookie("#HttpOnly_.example.com\tTRUE\t/a\tTRUE\t4102444800\tn\tv=w"))
        #expect(cookie.name == "n")
        #expect(cookie.value == "v=w")
        #expect(cookie.path == "/a")
        #expect(StoredCookie("# Netscape HTTP Cookie File") == nil)
        #expect(StoredCookie("") == nil)
    }

    @Test func path() throws {
        let cookie = try cookie(path: "/a")
        for path in ["/a", "/a/", "/a/b"] { #expect(cookie.matches(path: path, isSecure: false, now: 100)) }
        for path in ["/", "/ab", "/b/a"] { #expect(!cookie.matches(path: path, isSecure: false, now: 100)) }
        #expect(try self.cookie(path: "/a/").matches(path: "/a/b", isSecure: false, now: 100))
        #expect(try !self.cookie(path: "/a/").matches(path: "/a", isSecure: false, now: 100))
    }

    @Test func secure() throws {
        let cookie = try cookie(isSecure: true)
        #expect(cookie.matches(path: "/", isSecure: true, now: 100))
        #expect(!cookie.matches(path: "/", isSecure: false, now: 100))
    }

    @Test func expiry() throws {
        for (expiry, isSent) in [("0", true), ("101", true), ("100", false), ("1", false)] {
            let cookie = try #require(StoredCookie("x\tFALSE\t/\tFALSE\t\(expiry)\tname\tvalue"))
            #expect(cookie.matches(path: "/", isSecure: false, now: 100) == isSent)
        }
    }

    @Test(arguments: ["a=1", "a=1; Domain=Example.com", "a=1; domain=.b.example.com", "a=1; Domain=", "domain=x.y"])
    func acceptable(header: String) {
        #expect(StoredCookie.isAcceptable(header, from: "b.example.com"))
    }

    @Test(arguments: ["a=1; Domain=example.org", "a=1; Path=/ ; DOMAIN = c.b.example.com", "a=1;domain=xample.com"])
    func notAcceptable(header: String) {
        #expect(!StoredCookie.isAcceptable(header, from: "b.example.com"))
    }

    @Test func pairs() {
        #expect(
            CookiePair.parse(" a=1;b = x=y ;c")
                == [
                    CookiePair(name: "a", value: "1"), CookiePair(name: "b", value: "x=y"),
                    CookiePair(name: "c", value: ""),
                ])
    }
}
