import ArgumentParser
import Foundation
import SocketIO
import TestSupport
import Testing

@testable import sio

/// What is typed becomes the option of the same meaning.
@Suite(.timeLimit(.minutes(5))) struct ConnectionOptionsTests {
    private func json(_ arguments: [String]) throws -> JSONObject {
        let options = try ConnectionOptions.parse(arguments + ["http://127.0.0.1:1"]).clientOptions()
        let json = String(decoding: try JSONEncoder().encode(options), as: UTF8.self)
        return try #require(try JSONValue(parsing: json).objectValue)
    }

    @Test(
        arguments: [
            (["--transports", "websocket"], "transports", #"["websocket"]"#), (["--path", "/x"], "path", #""/x""#),
            (["--query", "a=b", "--query", "c=d"], "query", #"{"a":"b","c":"d"}"#),
            (["--header", "A: b"], "extraHeaders", #"{"A":"b"}"#), (["--auth", #"{"a":1}"#], "auth", #"{"a":1}"#),
            (["--ca", "/a", "--ca", "/b"], "ca", #"["/a","/b"]"#), (["--cert", "/a"], "cert", #"["/a"]"#),
            (["--key", "/a"], "key", #"["/a"]"#), (["--pfx", "/a"], "pfx", #"["/a"]"#),
            (["--crl", "/a"], "crl", #"["/a"]"#), (["--passphrase", "p"], "passphrase", #""p""#),
            (["--ciphers", "A:B"], "ciphers", #""A:B""#), (["--ecdh-curve", "A"], "ecdhCurve", #""A""#),
            (["--sigalgs", "A"], "sigalgs", #""A""#), (["--servername", "a"], "servername", #""a""#),
            (["--min-version", "TLSv1.3"], "minVersion", #""TLSv1.3""#),
            (["--max-version", "TLSv1.2"], "maxVersion", #""TLSv1.2""#),
            (["--pin", "sha256//AA=="], "pinnedPublicKeys", #"["sha256//AA=="]"#),
            (["--insecure"], "rejectUnauthorized", "false"), (["--timeout", "1.5"], "timeout", "1500"),
            (["--no-reconnect"], "reconnection", "false"),
            (["--local-address", "127.0.0.2"], "localAddress", #""127.0.0.2""#),
            (["-4"], "family", "4"), (["--ipv6"], "family", "6"), (["--cookies"], "withCredentials", "true"),
            (["--no-upgrade"], "upgrade", "false"), (["--no-compression"], "perMessageDeflate", "null"),
            (["--subprotocol", "a", "--subprotocol", "b"], "protocols", #"["a","b"]"#),
            (["--parser", "msgpack"], "parser", #""msgpack""#),
            (["--proxy", "http://a:1"], "agent", #"{"keepAlive":true,"proxy":"http://a:1"}"#),
            (["--proxy-from-environment"], "agent", #"{"keepAlive":true,"proxyFromEnvironment":true}"#),
            (["--unix-socket", "/a"], "agent", #"{"keepAlive":true,"socketPath":"/a"}"#),
        ] as [([String], String, String)])
    func aFlagIsAnOption(_ arguments: [String], _ name: String, _ expected: String) throws {
        let options = try json(arguments)
        let (value, wanted) = (options[name] ?? .null, try JSONValue(parsing: expected))
        if name == "agent", let members = wanted.objectValue {
            for (name, member) in members { #expect(value[name] == member) }
        } else {
            #expect(value == wanted)
        }
        // And nothing else.
        var others = try json([])
        others[name] = options[name]
        #expect(options == others)
    }
}
