// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// socketio.h has the documentation.

public import CSocketIO
import EngineIO
import SocketIO

@c @implementation
public func sio_manager_new(
    _ url: UnsafePointer<CChar>?, _ options: OpaquePointer?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> OpaquePointer? {
    var handle: UInt = 0
    _ = attempt(error) { () throws(SocketIOError) in
        guard let url = CInput.text(url) else { throw .invalid("the URL") }
        handle = try ManagerBox.make(url: url, Boxed.object(options, OptionsBox.self))
    }
    return OpaquePointer(bitPattern: handle)
}

@c @implementation
public func sio_manager_free(_ manager: OpaquePointer?) { look(manager, ManagerBox.self)?.queue.close() }

@c @implementation
public func sio_manager_on(
    _ manager: OpaquePointer?, _ event: UnsafePointer<CChar>?, _ callback: sio_event_cb?,
    _ userData: UnsafeMutableRawPointer?, _ destroy: sio_free_cb?, _ listener: UnsafeMutablePointer<sio_listener>?
) -> sio_code {
    listen(to: manager, event, false, callback, Destructor(function: destroy, userData: userData), listener)
}

@c @implementation
public func sio_manager_once(
    _ manager: OpaquePointer?, _ event: UnsafePointer<CChar>?, _ callback: sio_event_cb?,
    _ userData: UnsafeMutableRawPointer?, _ destroy: sio_free_cb?, _ listener: UnsafeMutablePointer<sio_listener>?
) -> sio_code {
    listen(to: manager, event, true, callback, Destructor(function: destroy, userData: userData), listener)
}

private func listen(
    to manager: OpaquePointer?, _ event: UnsafePointer<CChar>?, _ isOnce: Bool, _ callback: sio_event_cb?,
    _ destructor: Destructor, _ listener: UnsafeMutablePointer<sio_listener>?
) -> sio_code {
    begin(destructor, listener) { () throws(SocketIOError) in
        let box = try find(manager, ManagerBox.self)
        guard let name = CInput.text(event), let callback else { throw .invalid("the event or the callback") }
        return box.listen(name, isOnce: isOnce, Callback(function: callback, userData: destructor.userData), destructor)
    }
}

@c @implementation
public func sio_manager_off(_ manager: OpaquePointer?, _ listener: sio_listener) -> sio_code {
    attempt { () throws(SocketIOError) in
        guard try find(manager, ManagerBox.self).queue.removeListener(listener) else { throw .invalid("the listener") }
    }
}

@c @implementation
public func sio_manager_socket(_ manager: OpaquePointer?, _ name_space: UnsafePointer<CChar>?) -> OpaquePointer? {
    guard let name = name_space == nil ? "/" : CInput.text(name_space) else { return nil }
    return look(manager, ManagerBox.self)?.socket(name).flatMap { OpaquePointer(bitPattern: $0.handle) }
}

@c @implementation
public func sio_manager_open(_ manager: OpaquePointer?) -> sio_code {
    attempt { () throws(SocketIOError) in try use(manager).open() }
}

@c @implementation
public func sio_manager_close(_ manager: OpaquePointer?) -> sio_code {
    attempt { () throws(SocketIOError) in try use(manager).close() }
}

@c @implementation
public func sio_manager_shutdown(
    _ manager: OpaquePointer?, _ ms: Int64, _ unsent: UnsafeMutablePointer<Int>?
) -> sio_code {
    attempt { () throws(SocketIOError) in
        let manager = try use(manager)
        let limit = CInput.duration(ms) ?? .seconds(86400 * 365)
        guard !EventLoop.shared.isOnThread else { return manager.shutdown(within: limit) { _ in } }
        let (end, count) = (Semaphore(), Locked(0))
        manager.shutdown(within: limit) { left in
            count.withLock { $0 = left.events.values.reduce(left.messages) { $0 + $1.count } }
            end.signal()
        }
        end.wait()
        unsent?.pointee = count.withLock { $0 }
    }
}

@c @implementation
public func sio_manager_transport(_ manager: OpaquePointer?) -> UnsafePointer<CChar>? {
    let name: StaticString =
        switch look(manager, ManagerBox.self)?.manager?.transport {
        case .polling: "polling"
        case .websocket: "websocket"
        case nil: ""
        }
    return UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
}

@c @implementation
public func sio_manager_set_options(
    _ manager: OpaquePointer?, _ options: OpaquePointer?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> sio_code {
    attempt(error) { () throws(SocketIOError) in
        try find(manager, ManagerBox.self).setOptions(try unbox(options, OptionsBox.self))
    }
}

@c @implementation
public func sio_manager_reload_tls(
    _ manager: OpaquePointer?, _ options: OpaquePointer?, _ reconnect: CInt, _ changed: UnsafeMutablePointer<CInt>?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> sio_code {
    attempt(error) { () throws(SocketIOError) in
        let options = Boxed.object(options, OptionsBox.self)
        let isOther = try find(manager, ManagerBox.self).reloadTLS(options, reconnect: reconnect != 0)
        changed?.pointee = isOther ? 1 : 0
    }
}

@c @implementation
public func sio_manager_fd(_ manager: OpaquePointer?) -> CInt {
    look(manager, ManagerBox.self)?.queue.descriptor?.number ?? -1
}

@c @implementation
public func sio_manager_dispatch(_ manager: OpaquePointer?, _ ms: Int64) -> sio_code {
    attempt { () throws(SocketIOError) in
        let queue = try find(manager, ManagerBox.self).queue
        guard let descriptor = queue.descriptor else {
            throw SocketIOError(.wrongState, "the callbacks run on the library's thread")
        }
        guard ms == 0 || queue.waitingCount > 0 || descriptor.wait(CInput.duration(ms)) else { throw .nothingCame }
        switch queue.run(atMost: queue.waitingCount) {
        case .ran(0): throw .nothingCame
        case .ran: break
        case .closed: throw .freed
        case .busy: throw SocketIOError(.wrongState, "the callbacks are being run already")
        }
    }
}

@c @implementation
public func sio_manager_metrics(
    _ manager: OpaquePointer?, _ metrics: UnsafeMutablePointer<sio_metrics>?, _ size: Int
) -> sio_code {
    attempt { () throws(SocketIOError) in
        guard let metrics, size >= 0 else { throw .invalid("the place for the metrics") }
        let box = try find(manager, ManagerBox.self)
        let (load, counts) = (try use(manager).load, box.queue.counts)
        let values = sio_metrics(
            bytes_waiting: UInt64(load.bytes), messages_waiting: UInt64(load.messages),
            acks_waiting: UInt64(counts.answers), callbacks_waiting: UInt64(counts.waiting),
            callbacks_run: counts.run)
        let place = UnsafeMutableRawBufferPointer(start: metrics, count: size)
        place.initializeMemory(as: UInt8.self, repeating: 0)
        withUnsafeBytes(of: values) { place.copyBytes(from: $0.prefix(size)) }
    }
}

private func use(_ manager: OpaquePointer?) throws(SocketIOError) -> Manager {
    guard let manager = try find(manager, ManagerBox.self).manager else { throw .freed }
    return manager
}

extension SocketIOError {
    fileprivate static let nothingCame = SocketIOError(.timedOut, "no callback has come")
}
