import CLibcurl
import Glibc
package import SocketIOProtocol

/// The cookies of one server, on both transports: libcurl's cookie engine.
///
/// It stands alone, attached to no request: a request of libcurl's would put its cookies before the user's, and
/// libwebsockets' has to be given them anyway. All requests go to one server, so of the rules of RFC 6265 those about
/// foreign servers do not come up.
@LoopActor
package final class CookieJar {
    private let host: String
    private let isSecure: Bool
    /// Made when it is needed first.
    private var engine: Engine?

    package nonisolated init(_ server: ServerURL) {
        host = server.host
        isSecure = server.isSecure
    }

    /// Takes the value of a `Set-Cookie` header.
    func receive(_ value: String) {
        guard StoredCookie.isAcceptable(value, from: host) else { return }
        if engine == nil { engine = Engine() }
        guard let engine else { return }
        // The engine lists none without a domain. There is one server only, so any will do; to an address belong no
        // subdomains, which is what the prefix `__Host-` demands.
        CLibcurl_set_string(engine.handle, CURLOPT_COOKIELIST, "Set-Cookie: \(value); Domain=127.0.0.1")
    }

    /// The value of the `Cookie` header of a request: the user's cookies, and those of the jar that have other names.
    ///
    /// - Returns: Nil without any.
    func header(for path: String, user: String?) -> String? {
        let own = CookiePair.parse(user ?? "")
        let names = Set(own.map(\.name))
        let stored = cookies.filter { cookie in
            cookie.matches(path: path, isSecure: isSecure, now: time(nil)) && !names.contains(cookie.name)
        }
        // Longer paths first.
        let pairs = stored.sorted { $0.path.utf8.count > $1.path.utf8.count }.map { "\($0.name)=\($0.value)" }
        let all = (user.map { $0.isEmpty ? [] : [$0] } ?? []) + pairs
        return all.isEmpty ? nil : all.joined(separator: "; ")
    }

    private var cookies: [StoredCookie] {
        guard let engine else { return [] }
        let list = CLibcurl_get_list(engine.handle, CURLINFO_COOKIELIST)
        defer { curl_slist_free_all(list) }
        var cookies: [StoredCookie] = []
        var next = list
        while let line = next?.pointee {
            if let text = line.data, let cookie = StoredCookie(String(cString: text)) { cookies.append(cookie) }
            next = line.next
        }
        return cookies
    }

    /// An easy handle that makes no request.
    private final class Engine {
        let handle: UnsafeMutableRawPointer

        init?() {
            guard CurlMulti.libraryFailure == nil, let handle = curl_easy_init() else { return nil }
            self.handle = handle
            // No file: it turns the engine on.
            CLibcurl_set_string(handle, CURLOPT_COOKIEFILE, "")
        }

        deinit { curl_easy_cleanup(handle) }
    }
}
