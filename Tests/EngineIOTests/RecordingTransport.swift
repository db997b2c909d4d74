import EngineIO
import SocketIOProtocol

/// A transport that takes everything and sends nothing.
@LoopActor
final class RecordingTransport: Transport {
    let kind = TransportKind.polling
    var onEvent: (TransportEvent) -> Void = { _ in }
    var sessionID: String?
    var maxPayload: Int?
    let connectionInfo: ConnectionInfo? = nil
    let progress: Int? = nil
    let phase = SocketIOError.Phase.http
    private(set) var unsent = Load()
    private(set) var sent = 0

    func report(_ event: TransportEvent) { onEvent(event) }
    func open() {}
    func send(_ packets: [EnginePacket]) {
        sent += packets.count
        for packet in packets { unsent += packet.load }
    }
    func sendFirst(_ packet: EnginePacket) { sent += 1 }
    func confirm() {}
    func pause() {}
    func resume() {}
    func close() {}
    func abort() {}
    func useTLS(_ tls: TLSContext?) {}
}
