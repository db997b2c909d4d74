import SocketIOProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct QueryItemTests {
    /// What `encodeURIComponent` makes of it.
    @Test(arguments: [
        ("", ""), ("abcXYZ019", "abcXYZ019"), ("-_.!~*'()", "-_.!~*'()"),
        (" ", "%20"), ("+", "%2B"), ("&=?/#%", "%26%3D%3F%2F%23%25"), (":;,@$", "%3A%3B%2C%40%24"),
        ("\"<>\\^`{|}[]", "%22%3C%3E%5C%5E%60%7B%7C%7D%5B%5D"), ("\n\u{0}\u{7F}", "%0A%00%7F"),
        ("é€😀", "%C3%A9%E2%82%AC%F0%9F%98%80"), ("e\u{301}", "e%CC%81"),
    ])
    func encodes(_ text: String, _ encoded: String) {
        #expect(QueryItem.encode([QueryItem(text, text)]) == "\(encoded)=\(encoded)")
        #expect(
            QueryItem.parse("\(encoded)=\(encoded)&") == (text.isEmpty ? [QueryItem("", "")] : [QueryItem(text, text)]))
    }

    @Test func joins() {
        #expect(QueryItem.encode([]) == "")
        #expect(QueryItem.encode([QueryItem("b", "2"), QueryItem("a", "1"), QueryItem("b", "")]) == "b=2&a=1&b=")
    }

    @Test(arguments: [
        ("", []), ("&&", []), ("a", [QueryItem("a", "")]), ("a=", [QueryItem("a", "")]), ("=1", [QueryItem("", "1")]),
        ("a=b=c", [QueryItem("a", "b=c")]), ("a+b=c+d", [QueryItem("a+b", "c+d")]),
        ("a=1&a=2", [QueryItem("a", "1"), QueryItem("a", "2")]),
        ("a=%e2%82%AC", [QueryItem("a", "€")]), ("a=é", [QueryItem("a", "é")]),
        ("a=%", [QueryItem("a", "%")]), ("a=%4", [QueryItem("a", "%4")]), ("a=%zz", [QueryItem("a", "%zz")]),
        ("a=%+f", [QueryItem("a", "%+f")]), ("a=%-0", [QueryItem("a", "%-0")]), ("a=%é", [QueryItem("a", "%é")]),
        ("a=%ff", [QueryItem("a", "\u{FFFD}")]), ("a&\u{301}=1", [QueryItem("a", ""), QueryItem("\u{301}", "1")]),
        ("%61%3D=%26", [QueryItem("a=", "&")]),
    ])
    func parses(_ query: String, _ items: [QueryItem]) {
        #expect(QueryItem.parse(query) == items)
    }
}

@Suite(.timeLimit(.minutes(5))) struct RequestTargetTests {
    @Test func hasNodesOrder() {
        let query = [QueryItem("b", "x y"), QueryItem("a", "1")]
        #expect(
            RequestTarget.build(
                path: "/socket.io/", query: query, transport: .polling, sessionID: "s=1",
                timestamp: QueryItem("t", "pqr"),
                isBase64: true)
                == "/socket.io/?b=x%20y&a=1&EIO=4&transport=polling&t=pqr&b64=1&sid=s%3D1")
        #expect(
            RequestTarget.build(path: "/", query: [], transport: .websocket, sessionID: nil)
                == "/?EIO=4&transport=websocket")
        #expect(
            RequestTarget.build(path: "/socket.io", query: [], transport: .websocket, sessionID: "s")
                == "/socket.io?EIO=4&transport=websocket&sid=s")
        #expect(
            RequestTarget.build(
                path: "/", query: [], transport: .websocket, sessionID: "s", timestamp: QueryItem("time", "1"),
                isBase64: true)
                == "/?EIO=4&transport=websocket&sid=s&time=1&b64=1")
    }
}
