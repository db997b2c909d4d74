import EngineIO

/// The managers and sockets that C callers have handles of.
///
/// A handle is a number in the form of a pointer, and no number comes twice: one that is gone is told from one that is
/// not, whatever another thread has freed meanwhile.
final class HandleTable: Sendable {
    static let shared = HandleTable()

    private struct State {
        var objects: [UInt: any Sendable & AnyObject] = [:]
        // Not a number that a program takes for a pointer by mistake: neither NULL nor a negative one.
        var next: UInt = 0x1000
    }

    private let state = Locked(State())

    func add(_ object: some Sendable & AnyObject) -> UInt {
        state.withLock { state in
            let number = state.next
            state.next += 16
            state.objects[number] = object
            return number
        }
    }

    func remove(_ number: UInt) { state.withLock { _ = $0.objects.removeValue(forKey: number) } }

    /// Nil if there is none of that type with this number.
    func object<Object: Sendable & AnyObject>(_ handle: OpaquePointer?, _ type: Object.Type) -> Object? {
        let number = UInt(bitPattern: handle)
        return state.withLock { $0.objects[number] } as? Object
    }
}
