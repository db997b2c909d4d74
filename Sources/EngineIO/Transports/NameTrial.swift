import SocketIOProtocol

/// One look-up of a name, with a deadline.
@LoopActor
final class NameTrial {
    typealias Completion = @LoopActor (Result<[String], SocketIOError>) -> Void

    private let host: String
    private let family: AddressFamily?
    private var resolver: Resolver?
    private var timer: LoopTimer?
    private var completion: Completion?

    init(_ host: String, _ family: AddressFamily?) {
        self.host = host
        self.family = family
    }

    func run(within limit: Duration?, completion: @escaping Completion) {
        self.completion = completion
        timer = LoopTimer { self.end(.failure(self.timeout)) }
        timer?.set(limit.map { EventLoop.shared.now + $0 })
        resolver = Resolver.resolve(host) { result in
            self.end(result.flatMap { Resolver.filter($0, self.family, of: self.host) }.map { $0.map(\.text) })
        }
    }

    private var timeout: SocketIOError {
        SocketIOError(.timedOut, "could not resolve host \"\(host)\": timeout", phase: .dns)
    }

    private func end(_ result: Result<[String], SocketIOError>) {
        guard let completion else { return }
        self.completion = nil
        timer = nil
        resolver?.cancel()
        resolver = nil
        completion(result)
    }
}
