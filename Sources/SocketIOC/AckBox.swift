import SocketIO

/// What `sio_ack` stands for: the right to answer the server.
final class AckBox: Sendable {
    let ack: Ack
    let manager: UInt

    init(_ ack: Ack, manager: UInt) {
        self.ack = ack
        self.manager = manager
    }
}
