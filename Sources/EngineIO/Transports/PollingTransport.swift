package import SocketIOProtocol

/// Engine.IO over HTTP long-polling: one GET waits for packets, and POSTs take those to be sent, one at a time.
@LoopActor
package final class PollingTransport: Transport {
    package let kind = TransportKind.polling
    package var onEvent: (TransportEvent) -> Void = { _ in }
    package var sessionID: String?
    package var maxPayload: Int?

    private enum State { case idle, open, pausing, paused, closing, closed }

    /// What is on its way at the moment.
    private struct Requests {
        let multi: CurlMulti
        let poll: CurlTransfer
        let post: CurlTransfer
    }

    private var configuration: TransportConfiguration
    private var state = State.idle
    private var requests: Requests?
    private var requestCount = 0
    private var hasReceived = false
    /// The packets of a body are being reported.
    private var isDelivering = false
    /// What no POST has taken yet.
    private var queue = TwoLaneQueue<EnginePacket>()
    /// The part of `unsent` that is in the POST under way.
    private var posting = Load()
    package private(set) var unsent = Load()
    /// In the POSTs that were answered.
    private var sentBytes = 0
    private var closeTimer: LoopTimer?

    package init(_ configuration: TransportConfiguration) { self.configuration = configuration }

    package var phase: SocketIOError.Phase {
        guard let requests else { return .dns }
        if requests.poll.isRunning { return requests.poll.phase }
        return requests.post.isRunning ? requests.post.phase : .http
    }

    package var connectionInfo: ConnectionInfo? { requests?.poll.connectionInfo }

    package var progress: Int? {
        guard let post = requests?.post, post.isRunning else { return nil }
        return sentBytes + post.sentBytes
    }

    package func useTLS(_ tls: TLSContext?) {
        configuration.tls = tls
        for transfer in [requests?.poll, requests?.post] { transfer?.tls = tls }
    }

    package func open() {
        guard state == .idle else { return }
        do {
            let multi = try CurlMulti()
            requests = Requests(
                multi: multi, poll: try CurlTransfer(.get, on: multi, configuration),
                post: try CurlTransfer(.post, on: multi, configuration))
        } catch {
            return fail("xhr poll error", error)
        }
        state = .open
        onEvent(.opened)
        startPoll()
    }

    // MARK: Receiving

    private func startPoll() {
        guard state == .open, !isDelivering, let poll = requests?.poll, !poll.isRunning else { return }
        poll.start(nextTarget()) { [self] result in
            switch result {
            // The goodbye has a deadline of its own.
            case .failure where state == .closing: break
            case .failure(let error): fail("xhr poll error", error)
            case .success(let response) where response.status != 200: fail("xhr poll error", poll.refusal(response))
            case .success(let response): receive(response)
            }
        }
    }

    private func receive(_ response: CurlTransfer.Response) {
        let (packets, failure) = Payload.decode(response.body)
        isDelivering = true
        for packet in packets where state != .closed {
            hasReceived = true
            onEvent(.packet(packet))
        }
        isDelivering = false
        if let failure {
            // The goodbye has a deadline of its own.
            if state != .closing { finish(.notAPayload(response, failure)) }
            return
        }
        startPoll()
        reportPaused()
    }

    // MARK: Sending

    package func send(_ packets: [EnginePacket]) {
        guard state != .idle && state != .closed else { return }
        queue.append(contentsOf: packets)
        for packet in packets { unsent += packet.load }
        startPost()
    }

    package func sendFirst(_ packet: EnginePacket) {
        guard state != .idle && state != .closed else { return }
        queue.appendUrgent(packet)
        startPost()
    }

    /// The POSTs were answered.
    package func confirm() {
        if state != .closed { onEvent(.confirmed) }
    }

    private func startPost() {
        guard state != .pausing && state != .paused else { return }
        guard let post = requests?.post, !post.isRunning, !queue.isEmpty else { return }
        let (body, count) = Payload.batch(queue.prefix(Payload.maximumPackets), maxPayload: maxPayload)
        posting = queue.prefix(count).reduce(into: Load()) { $0 += $1.load }
        queue.dropFirst(count)
        post.start(nextTarget(), body: body) { [self] result in
            switch result {
            case .failure(let error): fail("xhr post error", error)
            case .success(let response) where response.status != 200: fail("xhr post error", post.refusal(response))
            case .success:
                sentBytes += post.sentBytes
                unsent -= posting
                posting = Load()
                if queue.isEmpty && state == .closing { return finish(nil) }
                if queue.isEmpty { onEvent(.drained) } else { startPost() }
                reportPaused()
            }
        }
    }

    private func nextTarget() -> String {
        requestCount += 1
        return configuration.target(.polling, sessionID: sessionID, number: requestCount)
    }

    // MARK: The upgrade

    package func pause() {
        guard state == .open else { return }
        state = .pausing
        reportPaused()
    }

    package func resume() {
        guard state == .pausing || state == .paused else { return }
        state = .open
        startPoll()
        startPost()
    }

    private func reportPaused() {
        guard state == .pausing, !isDelivering, let requests, !requests.poll.isRunning, !requests.post.isRunning
        else { return }
        state = .paused
        onEvent(.paused(unsent: queue.all))
    }

    // MARK: The end

    package func close() {
        guard state != .closing && state != .closed else { return }
        // Without a session there is nobody to say goodbye to.
        guard sessionID != nil, requests != nil else { return finish(nil) }
        state = .closing
        closeTimer = LoopTimer { [unowned self] in finish(.notTaken(after: configuration.goodbyeTimeout, by: .polling))
        }
        closeTimer?.set(EventLoop.shared.now + configuration.goodbyeTimeout)
        // The GET goes on meanwhile: a server takes its end for the end of the session.
        send([EnginePacket(.close)])
    }

    package func abort() {
        state = .closed
        release()
    }

    private func fail(_ prefix: String, _ error: SocketIOError) {
        var error = error
        error.message = "\(prefix): \(error.message)"
        if error.code == .connectFailed && hasReceived { error.code = .disconnected }
        finish(error)
    }

    private func finish(_ error: SocketIOError?) {
        guard state != .closed else { return }
        state = .closed
        release()
        var error = error
        error?.transport = .polling
        onEvent(.closed(error))
    }

    private func release() {
        requests?.multi.close()
        requests = nil
        queue = TwoLaneQueue()
        closeTimer = nil
    }
}
