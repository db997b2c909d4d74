import CLibcurl

/// The request headers, in libcurl's form.
@LoopActor
final class CurlHeaders {
    private(set) var list: UnsafeMutablePointer<curl_slist>?

    init(_ headers: [Header], _ method: CurlTransfer.Method, keepsAlive: Bool) {
        if !keepsAlive { append("Connection: close") }
        // libcurl sends `Accept: */*` by itself; without a value, a header of its own is not sent.
        if method == .post {
            append("Expect:")
            if !headers.contains(where: { $0.name.lowercased() == "content-type" }) {
                append("Content-Type: text/plain;charset=UTF-8")
            }
        }
        // A header that is to be sent without a value has a semicolon.
        for header in headers { append(header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)") }
    }

    isolated deinit { curl_slist_free_all(list) }

    private func append(_ line: String) {
        if let longer = curl_slist_append(list, line) { list = longer }
    }
}
