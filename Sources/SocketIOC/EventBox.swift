import EngineIO
import SocketIO

/// What `sio_event` stands for: something that has happened, with everything of it that C can ask for.
final class EventBox: Sendable {
    /// Where it happened, as handles, and its name.
    struct Origin: Sendable {
        let manager: UInt
        /// 0 for an event of the manager's.
        var socket: UInt = 0
        let name: String
    }

    private static let noValues = Binary(utf8: "[]\0").slice(0..<2)

    let origin: Origin
    let name: CText
    /// With NUL behind it.
    let json: Binary
    let attachments: [Binary]
    let reason: CText
    let error: ErrorBox?
    private let ack: Locked<Ack?>

    /// An event of the server's, or an answer.
    init(_ origin: Origin, _ event: RawEvent) {
        self.origin = origin
        name = CText(event.name)
        json = event.json
        attachments = event.attachments
        reason = .empty
        error = nil
        ack = Locked(event.ack)
    }

    /// An event of the connection itself, with the value its listeners are given.
    init(_ origin: Origin, value: any Sendable) {
        let values: JSONValue
        switch value {
        case let disconnection as Disconnection:
            values = [.string(disconnection.reason.rawValue)]
            reason = CText(disconnection.reason.rawValue)
            error = disconnection.error.map(ErrorBox.init)
        case let failure as SocketIOError:
            values = []
            reason = .empty
            error = ErrorBox(failure)
        default:
            values = Self.values(value)
            reason = .empty
            error = nil
        }
        self.origin = origin
        name = CText(origin.name)
        let text = values.description
        json = Binary(utf8: text + "\0").slice(0..<text.utf8.count)
        attachments = []
        ack = Locked(nil)
    }

    /// An acknowledgement that there is no answer for.
    init(_ origin: Origin, error: SocketIOError) {
        self.origin = origin
        name = CText(origin.name)
        json = Self.noValues
        attachments = []
        reason = .empty
        self.error = ErrorBox(error)
        ack = Locked(nil)
    }

    private static func values(_ value: any Sendable) -> JSONValue {
        switch value {
        case let number as Int: [.integer(Int64(number))]
        case let transport as TransportKind: [.string(transport.rawValue)]
        default: []
        }
    }

    /// The right to answer; nil if there is none, if it was taken, or in a fork.
    func takeAck() -> AckBox? {
        guard !ForkedChild.isHere else { return nil }
        let taken = ack.withLock { ack in
            defer { ack = nil }
            return ack
        }
        return taken.map { AckBox($0, manager: origin.manager) }
    }

    /// A handle, valid as long as this is.
    var borrowed: OpaquePointer { OpaquePointer(Unmanaged.passUnretained(self).toOpaque()) }
}
