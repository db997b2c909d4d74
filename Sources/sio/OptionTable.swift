/// Every option as people read of it: in the article on them, and in `sio options`.
enum OptionTable {
    struct Group: Sendable {
        var title: String
        var rows: [Row]
    }

    /// An option; Markdown in each part.
    struct Row: Sendable {
        var name: String
        /// In JSON.
        var type: String
        var standard: String
        var meaning: String

        fileprivate init?(_ line: Substring) {
            let parts = line.dropFirst(2).dropLast(2).split(separator: " | ", omittingEmptySubsequences: false)
            guard parts.count == 4, parts[0].hasPrefix("`") else { return nil }
            name = String(parts[0].dropFirst().dropLast())
            (type, standard, meaning) = (String(parts[1]), String(parts[2]), String(parts[3]))
        }
    }

    static let groups: [Group] = {
        var groups: [Group] = []
        for line in markdown.split(separator: "\n") {
            if line.hasPrefix("### ") {
                groups.append(Group(title: String(line.dropFirst(4)), rows: []))
            } else if let row = Row(line), !groups.isEmpty {
                groups[groups.count - 1].rows.append(row)
            }
        }
        return groups
    }()

    /// The article has these lines, word for word.
    static let markdown = #"""
        ### Sharing connections

        | option | type | default | |
        |---|---|---|---|
        | `forceNew` | boolean | `false` | `io()` makes a connection of its own |
        | `multiplex` | boolean | `true` | `io()` may share a connection, if all its options are equal; `false` is the same as `forceNew` |

        ### The connection

        | option | type | default | |
        |---|---|---|---|
        | `transports` | array of strings | `["polling", "websocket"]` | the first one opens the session, the others are for the upgrade |
        | `upgrade` | boolean | `true` | move on to WebSocket where the server offers it |
        | `tryAllTransports` | boolean | `false` | try the next of `transports` where one cannot open the session |
        | `rememberUpgrade` | boolean | `false` | begin with WebSocket where the last session of the manager worked over it |
        | `path` | string | `"/socket.io/"` | where the server listens |
        | `addTrailingSlash` | boolean | `true` | add a slash to `path` where it has none at its end |
        | `query` | object of strings | none | parameters of every request; a query in the URL replaces them |
        | `extraHeaders` | object of strings | none | headers of every request |
        | `withCredentials` | boolean | `false` | keep the server's cookies, over reconnections and on both transports |
        | `forceBase64` | boolean | `false` | binary messages as Base64 text on WebSocket, too |
        | `timestampRequests` | boolean | polling only | a parameter that keeps caches away |
        | `timestampParam` | string | `"t"` | its name |
        | `requestTimeout` | milliseconds | none | how long one request of polling may take |
        | `protocols` | array of strings | none | WebSocket sub-protocols to offer |
        | `perMessageDeflate` | object or boolean | `{"threshold": 1024}` | compress WebSocket messages of so many bytes or more; `false`: none |
        | `transportOptions` | object | none | `{"polling": {…}, "websocket": {…}}`: what is different on one of them |
        | `agent` | object | `{"keepAlive": true}` | connections kept for the next request; and `proxy`, `noProxy`, `proxyFromEnvironment`, `socketPath`, `tcpKeepAlive`, `userTimeout` |
        | `timeout` | milliseconds | 20 s | for the connection, then again for the namespace; none: for ever |
        | `closeTimeout` | milliseconds | 10 s | for what was emitted before the end, to be sent; not Node's |
        | `goodbyeTimeout` | milliseconds | 1 s | after that, for the server to take the goodbye; not Node's |
        | `localAddress` | string | the system's choice | the IP address of this machine to connect from |
        | `family` | number | either | the version of IP: 4 or 6 |
        | `parser` | string | `"default"` | or `"msgpack"`; in Swift also one of your own: ``Parser`` |
        | `limits` | object | each its own | `attachments` 10, `messageBytes` 64 MiB, `waitingBytes` 64 MiB, `waitingEvents` 1,000,000, `whenFull` `"fail"`, `"dropOldest"` or `"dropNewest"` |

        ### TLS

        | option | type | default | |
        |---|---|---|---|
        | `ca` | certificates | the system's | the certificates to trust, one or several |
        | `cert` | certificates | none | the client's certificate and its chain; several, with keys of different types, are possible |
        | `key` | keys | none | the private key of `cert`; of several, each certificate gets the one that matches it |
        | `pfx` | PKCS #12 files | none | certificate, key and chain in one PKCS #12 file, instead of `cert` and `key` |
        | `passphrase` | string | none | of `key` or `pfx` |
        | `crl` | revocation lists | none | revocation lists: with them, each certificate of the chain needs one |
        | `servername` | string | the host | the name to ask for (SNI) and to verify; `""`: ask for none, verify the host |
        | `checkServerIdentity` | code | the host's name | in Swift only: a check of one's own of the chain: ``ServerIdentityCheck`` |
        | `pinnedPublicKeys` | array of strings | none | `sha256//…`: keys of which the chain must hold one |
        | `minVersion` | string | `"TLSv1.2"` | the oldest version; those before need `@SECLEVEL=0` in `ciphers` |
        | `maxVersion` | string | `"TLSv1.3"` | the newest version |
        | `ciphers` | string | OpenSSL's | TLS 1.2 ciphers and TLS 1.3 suites, with colons between |
        | `ecdhCurve` | string | OpenSSL's | groups for the key exchange, with colons between |
        | `sigalgs` | string | OpenSSL's | signatures to accept, with colons between |
        | `rejectUnauthorized` | boolean | `true` | refuse a server that cannot be verified |
        | `watchFiles` | boolean | `false` | read the files again when they change: ``Manager/reloadTLS(reconnect:_:)`` |
        | `certificateExpiryWarning` | milliseconds | 30 days | how long before a client certificate expires a warning is logged, every day |

        ### Reconnection

        | option | type | default | |
        |---|---|---|---|
        | `reconnection` | boolean | `true` | connect again |
        | `reconnectionAttempts` | number | no limit | how often, in a row |
        | `reconnectionDelay` | milliseconds | 1 s | the first delay; it doubles each time |
        | `reconnectionDelayMax` | milliseconds | 5 s | the longest delay |
        | `randomizationFactor` | number | 0.5 | how far a delay is spread, from 0 to 1 |
        | `autoConnect` | boolean | `true` | `io()` begins to connect by itself |

        ### Namespaces

        | option | type | default | |
        |---|---|---|---|
        | `auth` | object | none | what the server is shown when the namespace is connected |
        | `retries` | number | none | how often an event is sent again that is not acknowledged |
        | `ackTimeout` | milliseconds | none; 10 s with `retries` | how long an acknowledgement is awaited |

        ### The program's end

        | option | type | default | |
        |---|---|---|---|
        | `autoUnref` | boolean | `false` | ``run()`` does not wait for this connection |
        | `closeOnBeforeunload` | boolean | `true` | tell the server when the program ends; it has 250 ms |
        """#
}
