// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// socketio.h has the documentation.

public import CSocketIO
import EngineIO
import SocketIO

private let versionNumber: UInt32 = {
    let parts = EngineIO.version.split(separator: ".").compactMap { UInt32($0) }
    return parts.count == 3 ? parts[0] * 1_000_000 + parts[1] * 1000 + parts[2] : 0
}()

@c @implementation
public func sio_version() -> UInt32 { versionNumber }

@c @implementation
public func sio_strerror(_ code: sio_code) -> UnsafePointer<CChar>? {
    let text: StaticString =
        switch code {
        case SIO_OK: "success"
        case SIO_ERR_INVALID_ARGUMENT: "invalid argument or option"
        case SIO_ERR_WRONG_STATE: "not possible here"
        case SIO_ERR_FREED: "the manager is freed"
        case SIO_ERR_FORKED: "this process is a fork of the one that made the manager"
        case SIO_ERR_INVALID_URL: "invalid URL"
        case SIO_ERR_INVALID_JSON: "invalid JSON"
        case SIO_ERR_RESERVED_EVENT: "reserved event name"
        case SIO_ERR_LIMIT: "a limit was exceeded"
        case SIO_ERR_NOT_CONNECTED: "not connected"
        case SIO_ERR_DISCONNECTED: "disconnected"
        case SIO_ERR_CONNECT_FAILED: "the server could not be reached, or refused"
        case SIO_ERR_CONNECT_REJECTED: "the server refused the namespace"
        case SIO_ERR_TIMED_OUT: "timed out"
        case SIO_ERR_CANCELLED: "cancelled"
        case SIO_ERR_TLS: "TLS could not be set up"
        case SIO_ERR_CERTIFICATE: "a certificate was not accepted"
        case SIO_ERR_PROTOCOL: "the server broke the protocol"
        case SIO_ERR_CODING: "a value could not be encoded or decoded"
        case SIO_ERR_SYSTEM: "a library underneath failed"
        default: "unknown error"
        }
    return UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}

@c @implementation
public func sio_set_log(
    _ level: sio_log_level, _ callback: sio_log_cb?, _ userData: UnsafeMutableRawPointer?, _ destroy: sio_free_cb?
) -> sio_code {
    let destructor = Destructor(function: destroy, userData: userData)
    return attempt {
        LogSink.set(callback.map { LogTarget($0, destructor) }, level: level)
        if callback == nil { destructor.call() }
    }
}

@c @implementation
public func sio_run() -> sio_code {
    attempt { () throws(SocketIOError) in
        guard !EventLoop.shared.isOnThread else {
            throw SocketIOError(.wrongState, "the library's own thread cannot wait for itself")
        }
        // Where there is no loop, there would be nobody to answer.
        try EventLoop.shared.acquire()
        let idle = Semaphore()
        whenIdle { idle.signal() }
        idle.wait()
        EventLoop.shared.release()
    }
}
