import CLibuv
import Glibc
import SocketIOProtocol

/// One look-up of a name, off the loop.
@LoopActor
final class Resolver {
    typealias Completion = @LoopActor (Result<[SocketAddress], SocketIOError>) -> Void

    private let host: String
    private let request: UnsafeMutablePointer<uv_getaddrinfo_t>
    private var completion: Completion?

    /// Looks up `host`, and calls `completion` once with at least one address, the best first.
    ///
    /// - Returns: The look-up, to be cancelled; nil if `completion` has been called, as for an address in numbers.
    static func resolve(_ host: String, completion: @escaping Completion) -> Resolver? {
        if let address = SocketAddress(host) {
            completion(.success([address]))
            return nil
        }
        let resolver = Resolver(host, completion)
        let status = resolver.start()
        guard status != 0 else { return resolver }
        resolver.finish(status, nil)
        return nil
    }

    private init(_ host: String, _ completion: @escaping Completion) {
        self.host = host
        self.completion = completion
        request = .allocate(capacity: 1)
        request.initialize(to: uv_getaddrinfo_t())
    }

    isolated deinit { request.deallocate() }

    private func start() -> Int32 {
        guard let loop = EventLoop.shared.uvLoop else { return UV_ECANCELED.rawValue }
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        request.pointee.data = Unmanaged.passRetained(self).toOpaque()
        let status = uv_getaddrinfo(
            loop, request,
            { request, status, list in
                guard let data = request?.pointee.data else { return }
                // They stay on this thread.
                nonisolated(unsafe) let (pointer, list) = (data, list)
                LoopActor.assumeIsolated {
                    Unmanaged<Resolver>.fromOpaque(pointer).takeRetainedValue().receive(status, list)
                }
            }, host, nil, &hints)
        guard status == 0 else {
            Unmanaged.passUnretained(self).release()
            return status
        }
        // Else the loop's end, and with it the next start, would wait for a slow name server.
        EventLoop.shared.retain()
        return 0
    }

    /// Nothing is reported any more.
    func cancel() {
        completion = nil
        // Refused when the look-up has begun: its result is dropped then.
        request.withMemoryRebound(to: uv_req_t.self, capacity: 1) { _ = uv_cancel($0) }
    }

    private func receive(_ status: Int32, _ list: UnsafeMutablePointer<addrinfo>?) {
        defer {
            uv_freeaddrinfo(list)
            EventLoop.shared.release()
        }
        finish(status, list)
    }

    private func finish(_ status: Int32, _ list: UnsafeMutablePointer<addrinfo>?) {
        guard let completion else { return }
        self.completion = nil
        var addresses: [SocketAddress] = []
        var next = list
        while let info = next?.pointee {
            if let address = SocketAddress(info), !addresses.contains(address) { addresses.append(address) }
            next = info.ai_next
        }
        if status == 0 && !addresses.isEmpty { return completion(.success(addresses)) }
        // The system's resolver does not say so.
        let shortage = descriptorShortage(of: 2)
        let reason = shortage.map { String(cString: strerror($0)).lowercased() } ?? Self.text(of: status)
        var error = SocketIOError(.connectFailed, "could not resolve host \"\(host)\": \(reason)", phase: .dns)
        error.errno = shortage
        completion(.failure(error))
    }

    /// The addresses of one family, or of both if that is nil.
    static func filter(
        _ addresses: [SocketAddress], _ family: AddressFamily?, of host: String
    ) -> Result<[SocketAddress], SocketIOError> {
        guard let family else { return .success(addresses) }
        let matching = addresses.filter { $0.family == family }
        guard matching.isEmpty else { return .success(matching) }
        // Many a hosts file has only the address of IPv4. RFC 6761 gives it both, and so does libcurl.
        let loopback = SocketAddress(family == .ipv4 ? "127.0.0.1" : "::1")
        if let loopback, host == "localhost" || host.hasSuffix(".localhost") { return .success([loopback]) }
        return .failure(
            SocketIOError(.connectFailed, "could not resolve host \"\(host)\" to an \(family) address", phase: .dns))
    }

    /// The words of the system's own resolver, which more people know than libuv's.
    private static func text(of status: Int32) -> String {
        switch uv_errno_t(status) {
        case UV_EAI_AGAIN: String(cString: gai_strerror(EAI_AGAIN))
        case UV_EAI_FAIL: String(cString: gai_strerror(EAI_FAIL))
        case UV_EAI_NONAME, UV_EAI_NODATA: String(cString: gai_strerror(EAI_NONAME))
        default: String(cString: uv_strerror(status))
        }
    }
}
