import EngineIO
import SocketIOProtocol
import TestSupport
import Testing

extension TransportProbe {
    /// A polling transport that learns its session's id from the handshake, as from an engine.
    convenience init(
        polling url: String, headers: [Header] = [], query: [QueryItem] = [], tls: TLSContext? = nil,
        limits: Limits = Limits(), reuse: ConnectionReuse = ConnectionReuse(),
        goodbyeTimeout: Duration = standardDeadline,
        reaction: @escaping Reaction = { _, _ in }
    ) throws {
        var configuration = try TransportConfiguration(
            webSocket: url, headers: headers, query: query, tls: tls, limits: limits)
        configuration.reuse = reuse
        configuration.goodbyeTimeout = goodbyeTimeout
        let ready = configuration
        try self.init({ PollingTransport(ready) }) { transport, event in
            if case .packet(let packet) = event, packet.kind == .open,
                let handshake = try? Handshake(parsing: packet.data.bytes)
            {
                transport.sessionID = handshake.sessionID
                transport.maxPayload = handshake.maxPayload
            }
            reaction(transport, event)
        }
    }

    /// Opens a session.
    func handshake() async throws {
        await open()
        #expect(try await next() == .opened)
        #expect(try await nextPacket().kind == .open)
    }

    func drained() async throws { _ = try await events.next(where: { $0 == .drained }) }
}
