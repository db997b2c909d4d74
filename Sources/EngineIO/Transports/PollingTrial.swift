import SocketIOProtocol

/// The first request of a session over polling, and the goodbye to the session.
@LoopActor
final class PollingTrial {
    typealias Completion = @LoopActor (ConnectionTrial.Outcome) -> Void

    private let configuration: TransportConfiguration
    private let multi: CurlMulti
    private let request: CurlTransfer
    private let goodbye: CurlTransfer
    private var start = ContinuousClock.now
    private var timer: LoopTimer?
    private var completion: Completion?

    init(_ configuration: TransportConfiguration) throws(SocketIOError) {
        self.configuration = configuration
        multi = try CurlMulti()
        request = try CurlTransfer(.get, on: multi, configuration)
        goodbye = try CurlTransfer(.post, on: multi, configuration)
    }

    func run(within limit: Duration?, completion: @escaping Completion) {
        self.completion = completion
        start = .now
        timer = LoopTimer {
            self.end(.failure(.timeout(after: limit, in: self.request.phase, transport: .polling)))
        }
        timer?.set(limit.map { EventLoop.shared.now + $0 })
        request.start(configuration.target(.polling, sessionID: nil, number: 1)) { result in
            self.end(result.flatMap(self.handshake))
        }
    }

    private func handshake(_ response: CurlTransfer.Response) -> Result<Handshake, SocketIOError> {
        guard response.status == 200 else { return .failure(request.refusal(response)) }
        let (packets, failure) = Payload.decode(response.body)
        do throws(SocketIOError) {
            if let failure { throw failure }
            guard let first = packets.first, first.kind == .open else {
                throw SocketIOError(.protocolViolation, "server error: the handshake is missing", phase: .engine)
            }
            return .success(try Handshake(parsing: first.data.bytes))
        } catch {
            return .failure(.notAPayload(response, error))
        }
    }

    private func end(_ result: Result<Handshake, SocketIOError>) {
        guard completion != nil else { return }
        request.noteConnection()
        let outcome = ConnectionTrial.Outcome(
            result: result, times: request.times(since: start), connection: request.connectionInfo)
        request.cancel()
        guard case .success(let handshake) = result else { return report(outcome) }
        timer = LoopTimer { self.report(outcome) }
        timer?.set(EventLoop.shared.now + configuration.goodbyeTimeout)
        let target = configuration.target(.polling, sessionID: handshake.sessionID, number: 2)
        goodbye.start(target, body: Payload.batch([EnginePacket(.close)]).body) { _ in self.report(outcome) }
    }

    private func report(_ outcome: ConnectionTrial.Outcome) {
        guard let completion else { return }
        self.completion = nil
        timer = nil
        multi.close()
        completion(outcome)
    }
}
