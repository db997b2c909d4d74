/// The owner of all state of engines, managers and sockets: everything isolated to it runs on the I/O thread.
@globalActor
package actor LoopActor {
    package static let shared = LoopActor()

    package nonisolated var unownedExecutor: UnownedSerialExecutor { EventLoop.shared.asUnownedSerialExecutor() }

    /// Enters the actor from a C callback, which is on the I/O thread already. Traps on any other thread.
    package nonisolated static func assumeIsolated<Result, Failure: Error>(
        _ body: @LoopActor () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        EventLoop.shared.checkIsolated()
        // The standard library has this for MainActor only: the isolation is checked above, the rest of the type is the same.
        return try withoutActuallyEscaping(body) { (body) throws(Failure) in
            try unsafeBitCast(body, to: (() throws(Failure) -> Result).self)()
        }
    }
}
