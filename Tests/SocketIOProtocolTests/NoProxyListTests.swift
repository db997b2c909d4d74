import SocketIOProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct NoProxyListTests {
    @Test(arguments: [
        ("*", "example.com"), ("a, *", "10.0.0.1"), ("example.com", "example.com"), ("example.com", "a.example.com"),
        (".example.com", "example.com"), (".example.com", "a.b.example.com"), ("EXAMPLE.com.", "example.com"),
        ("example.com", "example.com."), ("x,,example.com y", "example.com"), ("localhost", "localhost"),
        ("10.1.2.3", "10.1.2.3"), ("10.0.0.0/8", "10.255.0.1"), ("192.168.4.0/22", "192.168.7.255"),
        ("0.0.0.0/0", "1.2.3.4"), ("10.1.2.3/32", "10.1.2.3"), ("::1", "::1"), ("[::1]", "::1"),
        ("2001:db8::/33", "2001:db8:7fff::1"), ("2001:0db8::1", "2001:db8::1"),
    ])
    func contains(list: String, host: String) {
        #expect(NoProxyList(list).contains(host))
    }

    @Test(arguments: [
        ("", "example.com"), (".", "example.com"), ("example.com", "notexample.com"), ("a.example.com", "example.com"),
        ("example.com", "example.com.evil"), ("*.example.com", "a.example.com"), ("10.1.2.3", "10.1.2.30"),
        ("10.0.0.0/8", "11.0.0.1"), ("192.168.4.0/22", "192.168.8.0"), ("10.0.0.0/33", "10.0.0.1"),
        ("10.0.0.0/", "10.0.0.0"), ("10.0.0.0/-1", "10.0.0.0"), ("10.0.0.0/x", "10.0.0.0"), ("0.0.0.0/0", "::1"),
        ("2001:db8::/33", "2001:db8:8000::1"), ("1", "10.0.0.1"),
    ])
    func doesNotContain(list: String, host: String) {
        #expect(!NoProxyList(list).contains(host))
    }
}
