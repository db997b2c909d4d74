// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// socketio.h has the documentation.

public import CSocketIO
import SocketIO

@c @implementation
public func sio_socket_namespace(_ socket: OpaquePointer?, _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int) -> Int {
    CInput.copy(look(socket, SocketBox.self)?.namespace ?? "", to: buffer, size: size)
}

@c @implementation
public func sio_socket_id(_ socket: OpaquePointer?, _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int) -> Int {
    CInput.copy(look(socket, SocketBox.self)?.socket?.id ?? "", to: buffer, size: size)
}

@c @implementation
public func sio_socket_manager(_ socket: OpaquePointer?) -> OpaquePointer? {
    look(socket, SocketBox.self).flatMap { OpaquePointer(bitPattern: $0.manager) }
}

@c @implementation
public func sio_socket_connected(_ socket: OpaquePointer?) -> CInt {
    look(socket, SocketBox.self)?.socket?.isConnected == true ? 1 : 0
}

@c @implementation
public func sio_socket_active(_ socket: OpaquePointer?) -> CInt {
    look(socket, SocketBox.self)?.socket?.isActive == true ? 1 : 0
}

@c @implementation
public func sio_socket_recovered(_ socket: OpaquePointer?) -> CInt {
    look(socket, SocketBox.self)?.socket?.isRecovered == true ? 1 : 0
}

@c @implementation
public func sio_socket_set_auth(_ socket: OpaquePointer?, _ json: UnsafePointer<CChar>?, _ length: Int) -> sio_code {
    attempt { () throws(SocketIOError) in
        let socket = try use(socket)
        guard json != nil else { return socket.auth = nil }
        guard let value = CInput.json(json, length), value.objectValue != nil else {
            throw SocketIOError(.invalidJSON, "auth is not a JSON object")
        }
        socket.auth = .value(value)
    }
}

@c @implementation
public func sio_socket_connect(_ socket: OpaquePointer?) -> sio_code {
    attempt { () throws(SocketIOError) in _ = try use(socket).connect() }
}

@c @implementation
public func sio_socket_disconnect(_ socket: OpaquePointer?) -> sio_code {
    attempt { () throws(SocketIOError) in _ = try use(socket).disconnect() }
}

@c @implementation
public func sio_socket_on(
    _ socket: OpaquePointer?, _ event: UnsafePointer<CChar>?, _ callback: sio_event_cb?,
    _ userData: UnsafeMutableRawPointer?, _ destroy: sio_free_cb?, _ listener: UnsafeMutablePointer<sio_listener>?
) -> sio_code {
    listen(to: socket, event, false, callback, Destructor(function: destroy, userData: userData), listener)
}

@c @implementation
public func sio_socket_once(
    _ socket: OpaquePointer?, _ event: UnsafePointer<CChar>?, _ callback: sio_event_cb?,
    _ userData: UnsafeMutableRawPointer?, _ destroy: sio_free_cb?, _ listener: UnsafeMutablePointer<sio_listener>?
) -> sio_code {
    listen(to: socket, event, true, callback, Destructor(function: destroy, userData: userData), listener)
}

private func listen(
    to socket: OpaquePointer?, _ event: UnsafePointer<CChar>?, _ isOnce: Bool, _ callback: sio_event_cb?,
    _ destructor: Destructor, _ listener: UnsafeMutablePointer<sio_listener>?
) -> sio_code {
    begin(destructor, listener) { () throws(SocketIOError) in
        let box = try find(socket, SocketBox.self)
        let name = CInput.text(event)
        guard event == nil || name != nil, let callback else { throw .invalid("the event or the callback") }
        return box.listen(name, isOnce: isOnce, Callback(function: callback, userData: destructor.userData), destructor)
    }
}

@c @implementation
public func sio_socket_off(_ socket: OpaquePointer?, _ listener: sio_listener) -> sio_code {
    attempt { () throws(SocketIOError) in
        guard try find(socket, SocketBox.self).queue.removeListener(listener) else { throw .invalid("the listener") }
    }
}

@c @implementation
public func sio_socket_emit(
    _ socket: OpaquePointer?, _ event: UnsafePointer<CChar>?, _ json: UnsafePointer<CChar>?
) -> sio_code {
    attempt { () throws(SocketIOError) in
        try find(socket, SocketBox.self).emit(try message(event, json), nil)
    }
}

@c @implementation
public func sio_socket_emit_with_ack(
    _ socket: OpaquePointer?, _ event: UnsafePointer<CChar>?, _ json: UnsafePointer<CChar>?, _ ms: Int64,
    _ on_ack: sio_event_cb?, _ userData: UnsafeMutableRawPointer?
) -> sio_code {
    attempt { () throws(SocketIOError) in
        guard let on_ack else { throw .invalid("the callback") }
        var message = try message(event, json)
        message.ackTimeout = CInput.duration(ms)
        try find(socket, SocketBox.self).emit(message, Callback(function: on_ack, userData: userData))
    }
}

@c @implementation
public func sio_socket_send(
    _ socket: OpaquePointer?, _ message: OpaquePointer?, _ on_ack: sio_event_cb?, _ userData: UnsafeMutableRawPointer?
) -> sio_code {
    let code = attempt { () throws(SocketIOError) in
        let callback = on_ack.map { Callback(function: $0, userData: userData) }
        try find(socket, SocketBox.self).emit(try unbox(message, MessageBox.self).message, callback)
    }
    if code == SIO_OK { Boxed.free(message, MessageBox.self) }
    return code
}

private func message(
    _ event: UnsafePointer<CChar>?, _ json: UnsafePointer<CChar>?
) throws(SocketIOError) -> RawMessage {
    guard let name = CInput.text(event) else { throw .invalid("the event's name") }
    return RawMessage(name, json: CInput.bytes(json, -1))
}

private func use(_ socket: OpaquePointer?) throws(SocketIOError) -> Socket {
    guard let socket = try find(socket, SocketBox.self).socket else { throw .freed }
    return socket
}
