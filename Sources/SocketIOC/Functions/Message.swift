// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// socketio.h has the documentation.

public import CSocketIO
import SocketIO

@c @implementation
public func sio_message_new(_ event: UnsafePointer<CChar>?) -> OpaquePointer? {
    CInput.text(event).map { Boxed.new(MessageBox($0)) }
}

@c @implementation
public func sio_message_free(_ message: OpaquePointer?) { Boxed.free(message, MessageBox.self) }

@c @implementation
public func sio_message_set_json(_ message: OpaquePointer?, _ json: UnsafePointer<CChar>?, _ length: Int) -> sio_code {
    attempt { () throws(SocketIOError) in
        let box = try unbox(message, MessageBox.self)
        guard json != nil, let text = CInput.bytes(json, length) else { throw .invalid("the JSON text") }
        // Whether every placeholder has its attachment is known when it is sent.
        guard CInput.json(json, length)?.arrayValue != nil else {
            throw SocketIOError(.invalidJSON, "the arguments are not a JSON array")
        }
        box.message.json = text
    }
}

@c @implementation
public func sio_message_add_attachment(
    _ message: OpaquePointer?, _ data: UnsafeRawPointer?, _ length: Int
) -> sio_code {
    attempt { () throws(SocketIOError) in
        let box = try unbox(message, MessageBox.self)
        guard let bytes = CInput.bytes(data, length) else { throw .invalid("the data") }
        box.message.attachments.append(bytes)
    }
}

@c @implementation
public func sio_message_add_attachment_nocopy(
    _ message: OpaquePointer?, _ data: UnsafeMutableRawPointer?, _ length: Int, _ destroy: sio_free_cb?
) -> sio_code {
    let code = attempt { () throws(SocketIOError) in
        let box = try unbox(message, MessageBox.self)
        guard let data, length >= 0 else { throw .invalid("the data") }
        box.message.attachments.append(MessageBox.adopt(data, length, destroy))
    }
    if code != SIO_OK { destroy?(data) }
    return code
}

@c @implementation
public func sio_message_set_ack_timeout(_ message: OpaquePointer?, _ ms: Int64) -> sio_code {
    attempt { () throws(SocketIOError) in
        try unbox(message, MessageBox.self).message.ackTimeout = CInput.duration(ms)
    }
}

@c @implementation
public func sio_message_set_volatile(_ message: OpaquePointer?, _ on: CInt) -> sio_code {
    attempt { () throws(SocketIOError) in try unbox(message, MessageBox.self).message.isVolatile = on != 0 }
}

@c @implementation
public func sio_message_set_compress(_ message: OpaquePointer?, _ on: CInt) -> sio_code {
    attempt { () throws(SocketIOError) in try unbox(message, MessageBox.self).message.compress = on != 0 }
}
