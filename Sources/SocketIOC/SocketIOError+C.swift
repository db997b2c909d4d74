import CSocketIO
import EngineIO
import SocketIO

/// The codes that only C has.
extension SocketIOError.Code {
    static let wrongState = SocketIOError.Code(rawValue: 3)
    static let freed = SocketIOError.Code(rawValue: 4)
    static let forked = SocketIOError.Code(rawValue: 5)

    var c: sio_code { sio_code(rawValue: UInt32(bitPattern: rawValue)) }
}

extension SocketIOError {
    static let freed = SocketIOError(.freed, "the manager is freed")
    static let forked = SocketIOError(.forked, "this process is a fork of the one that made the manager")

    static func invalid(_ what: String) -> SocketIOError {
        SocketIOError(.invalidArgument, "\(what) is missing or not valid", phase: .options)
    }
}

/// Runs what a function does that returns a code, unless this process is a fork.
///
/// - Parameter place: What is given the error, or NULL where there is none.
func attempt(
    _ place: UnsafeMutablePointer<OpaquePointer?>? = nil, _ body: () throws(SocketIOError) -> Void
) -> sio_code {
    place?.pointee = nil
    do throws(SocketIOError) {
        if ForkedChild.isHere { throw .forked }
        try body()
        return SIO_OK
    } catch {
        return ErrorBox.give(error, to: place).c
    }
}

/// What a handle stands for.
func find<Object: Sendable & AnyObject>(_ handle: OpaquePointer?, _ type: Object.Type) throws(SocketIOError) -> Object {
    guard handle != nil else { throw .invalid("the handle") }
    guard let object = HandleTable.shared.object(handle, type) else { throw .freed }
    return object
}

/// The same for functions that have no code to return; nil in a fork, too.
func look<Object: Sendable & AnyObject>(_ handle: OpaquePointer?, _ type: Object.Type) -> Object? {
    ForkedChild.isHere ? nil : HandleTable.shared.object(handle, type)
}

/// The object behind a handle that is a pointer.
func unbox<Object: AnyObject>(_ handle: OpaquePointer?, _ type: Object.Type) throws(SocketIOError) -> Object {
    guard let object = Boxed.object(handle, type) else { throw .invalid("the handle") }
    return object
}
