// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// socketio.h has the documentation.

public import CSocketIO
import SocketIO

@c @implementation
public func sio_event_manager(_ event: OpaquePointer?) -> OpaquePointer? {
    Boxed.object(event, EventBox.self).flatMap { OpaquePointer(bitPattern: $0.origin.manager) }
}

@c @implementation
public func sio_event_socket(_ event: OpaquePointer?) -> OpaquePointer? {
    Boxed.object(event, EventBox.self).flatMap { OpaquePointer(bitPattern: $0.origin.socket) }
}

@c @implementation
public func sio_event_name(_ event: OpaquePointer?) -> UnsafePointer<CChar>? {
    (Boxed.object(event, EventBox.self)?.name ?? .empty).pointer
}

@c @implementation
public func sio_event_json(_ event: OpaquePointer?, _ length: UnsafeMutablePointer<Int>?) -> UnsafePointer<CChar>? {
    let json = Boxed.object(event, EventBox.self)?.json
    length?.pointee = json?.count ?? 0
    guard let json else { return CText.empty.pointer }
    // The event keeps the bytes where they are.
    return json.withUnsafeBytes { $0.baseAddress?.assumingMemoryBound(to: CChar.self) }
}

@c @implementation
public func sio_event_reason(_ event: OpaquePointer?) -> UnsafePointer<CChar>? {
    (Boxed.object(event, EventBox.self)?.reason ?? .empty).pointer
}

@c @implementation
public func sio_event_attachment_count(_ event: OpaquePointer?) -> Int {
    Boxed.object(event, EventBox.self)?.attachments.count ?? 0
}

@c @implementation
public func sio_event_attachment(
    _ event: OpaquePointer?, _ index: Int, _ length: UnsafeMutablePointer<Int>?
) -> UnsafeRawPointer? {
    length?.pointee = 0
    guard let attachments = Boxed.object(event, EventBox.self)?.attachments, attachments.indices.contains(index) else {
        return nil
    }
    length?.pointee = attachments[index].count
    return attachments[index].withUnsafeBytes { $0.baseAddress }
}

@c @implementation
public func sio_event_error(_ event: OpaquePointer?) -> OpaquePointer? {
    Boxed.object(event, EventBox.self)?.error.map { OpaquePointer(Unmanaged.passUnretained($0).toOpaque()) }
}

@c @implementation
public func sio_event_retain(_ event: OpaquePointer?) -> OpaquePointer? {
    Boxed.object(event, EventBox.self).map(Boxed.new)
}

@c @implementation
public func sio_event_release(_ event: OpaquePointer?) { Boxed.free(event, EventBox.self) }

@c @implementation
public func sio_event_take_ack(_ event: OpaquePointer?) -> OpaquePointer? {
    Boxed.object(event, EventBox.self)?.takeAck().map(Boxed.new)
}

@c @implementation
public func sio_ack_send(_ ack: OpaquePointer?, _ json: UnsafePointer<CChar>?) -> sio_code {
    answer(ack) { () throws(SocketIOError) in (CInput.bytes(json, -1), []) }
}

@c @implementation
public func sio_ack_send_message(_ ack: OpaquePointer?, _ message: OpaquePointer?) -> sio_code {
    let code = answer(ack) { () throws(SocketIOError) in
        let message = try unbox(message, MessageBox.self).message
        return (message.json, message.attachments)
    }
    if code == SIO_OK { Boxed.free(message, MessageBox.self) }
    return code
}

@c @implementation
public func sio_ack_free(_ ack: OpaquePointer?) { Boxed.free(ack, AckBox.self) }

private func answer(
    _ ack: OpaquePointer?, _ values: () throws(SocketIOError) -> (json: Binary?, attachments: [Binary])
) -> sio_code {
    let code = attempt { () throws(SocketIOError) in
        let box = try unbox(ack, AckBox.self)
        let (json, attachments) = try values()
        guard HandleTable.shared.object(OpaquePointer(bitPattern: box.manager), ManagerBox.self)?.manager != nil else {
            throw .freed
        }
        try box.ack(json: json, attachments: attachments)
    }
    if code == SIO_OK { Boxed.free(ack, AckBox.self) }
    return code
}
