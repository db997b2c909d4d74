import CLibcurl
import Glibc
import SocketIOProtocol

extension CurlTransfer {
    /// The error of a request that has failed.
    func failure(_ code: CURLcode) -> SocketIOError {
        if let setupFailure { return setupFailure }
        if isTooLarge {
            return SocketIOError(.limitExceeded, "the server sent a body longer than \(limit) bytes", phase: .http)
        }
        if let proxy = route.proxy, connectStatus != 0, connectStatus != 200 {
            return .proxyRefused(proxy, status: connectStatus)
        }
        if code == CURLE_OPERATION_TIMEDOUT { return .timeout(after: requestTimeout, in: phase) }
        let error = systemError(isRepeating ? CURLE_GOT_NOTHING : code)
        // Only a connection that carried no answer yet can have ended for its handshake; not for what an earlier one did.
        guard !hasAnswer, !isRepeating, error.code != .protocolViolation else { return error }
        tls?.forgetSession()
        return recorder.explain(error)
    }

    /// The error of a request that was answered, but not as asked.
    func refusal(_ response: Response) -> SocketIOError {
        // nginx refuses a session again for which it has once refused its certificate.
        tls?.forgetSession()
        return recorder.explain(refusal: .refused(response))
    }

    private func systemError(_ code: CURLcode) -> SocketIOError {
        let number = Int32(CLibcurl_get_long(handle, CURLINFO_OS_ERRNO))
        if number == 0, Self.mayLackDescriptors.contains(code), let shortage = descriptorShortage(of: 3) {
            var error = SocketIOError(.connectFailed, unreachable(shortage), phase: phase(of: code))
            error.errno = shortage
            return error
        }
        var error = SocketIOError(.connectFailed, text(code, number), phase: phase(of: code))
        let systemCodes = [
            CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED, CURLE_SEND_ERROR, CURLE_RECV_ERROR,
        ]
        if number != 0, systemCodes.contains(code) {
            error.errno = number
        }
        switch code {
        case CURLE_OUT_OF_MEMORY where error.phase == .http: error.code = .limitExceeded
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
            error.code = .protocolViolation
        case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT, CURLE_ABORTED_BY_CALLBACK:
            error.code = .systemFailure
        default:
            if error.phase == .tls { error.code = .tls }
        }
        return error
    }

    /// How libcurl fails where it gets no socket: for looking up a name it takes two.
    private static let mayLackDescriptors = [
        CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_OUT_OF_MEMORY,
        CURLE_FAILED_INIT, CURLE_ABORTED_BY_CALLBACK,
    ]

    private func phase(of code: CURLcode) -> SocketIOError.Phase {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: .dns
        case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED: route.proxy == nil ? .tcp : .proxy
        case CURLE_COULDNT_RESOLVE_PROXY: .proxy
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER: .tls
        default: phase
        }
    }

    private func text(_ code: CURLcode, _ number: Int32) -> String {
        let reason = number == 0 ? nil : String(cString: strerror(number)).lowercased()
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST:
            return unresolved(server.host)
        case CURLE_COULDNT_RESOLVE_PROXY:
            guard let proxy = route.proxy else { break }
            return "\(unresolved(proxy.host)) (proxy \(proxy.authority))"
        case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED:
            return unreachable(number)
        case CURLE_GOT_NOTHING:
            return "the server closed the connection without an answer"
        case CURLE_OUT_OF_MEMORY where phase == .http:
            // What it finds too long, it says, does not fit into memory.
            return "the server sent a header that is too long"
        case CURLE_PARTIAL_FILE:
            return "the server closed the connection in the middle of its answer"
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR:
            if let reason { return reason }
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY:
            return "the server's answer is not HTTP"
        default:
            break
        }
        let text = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
        guard phase == .proxy, let proxy = route.proxy else { return text }
        return "\(text) (proxy \(proxy.authority))"
    }

    private func unreachable(_ number: Int32) -> String {
        let reason = number == 0 ? "connection failed" : String(cString: strerror(number)).lowercased()
        let local = route.localAddress.map { ", from \($0)" } ?? ""
        let place = route.socketPath ?? route.proxy.map { "proxy \($0.authority)" }
        return "\(reason) (\(place ?? "\(server.bracketedHost):\(server.port)")\(local))"
    }

    private func unresolved(_ host: String) -> String {
        "could not resolve host \"\(host)\"" + (route.family.map { " to an \($0) address" } ?? "")
    }

    /// The proxy's answer to the request for a tunnel; 0 before it.
    var connectStatus: Int { CLibcurl_get_long(handle, CURLINFO_HTTP_CONNECTCODE) }
}
