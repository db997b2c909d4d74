import EngineIO
import Glibc

/// The managers that have a connection, or are on the way to one: what a program waits for, and what its end closes.
@LoopActor
final class ActiveManagers {
    static let shared = ActiveManagers()

    /// How long the end of the program waits for the servers to be told.
    private nonisolated static let exitLimit = Duration.milliseconds(250)

    private var managers: [ObjectIdentifier: ManagerCore] = [:]
    private var waiters: [@LoopActor () -> Void] = []
    private var hasExitHandler = false

    /// To be called when `manager` becomes active or inactive, or its options change.
    func update(_ manager: ManagerCore) {
        managers[ObjectIdentifier(manager)] = manager.isActive ? manager : nil
        if manager.isActive && manager.closesAtExit { addExitHandler() }
        guard !managers.values.contains(where: \.keepsProgramRunning) else { return }
        let ended = waiters
        waiters = []
        for waiter in ended { waiter() }
    }

    /// Calls `body` when none keeps the program running.
    func whenIdle(_ body: @escaping @LoopActor () -> Void) {
        if managers.values.contains(where: \.keepsProgramRunning) { waiters.append(body) } else { body() }
    }

    private func addExitHandler() {
        guard !hasExitHandler else { return }
        hasExitHandler = true
        Self.register()
    }

    /// Not on the loop, nor is what it registers.
    private nonisolated static func register() { atexit { ActiveManagers.closeAtExit() } }

    private nonisolated static func closeAtExit() {
        // On the loop's own thread there is nobody to wait for, and in a forked child there is no such thread.
        guard !ForkedChild.isHere, EventLoop.shared.isRunning, !EventLoop.shared.isOnThread else { return }
        let isDone = Locked(false)
        EventLoop.shared.post { shared.closeAll { isDone.withLock { $0 = true } } }
        let end = ContinuousClock.now + exitLimit
        while !isDone.withLock({ $0 }), ContinuousClock.now < end { usleep(1000) }
    }

    private func closeAll(_ completion: @escaping @LoopActor () -> Void) {
        let closing = managers.values.filter(\.closesAtExit)
        var waiting = closing.count
        guard waiting > 0 else { return completion() }
        for manager in closing {
            manager.closeSilently {
                waiting -= 1
                if waiting == 0 { completion() }
            }
        }
    }
}

/// Calls `completion` when no connection keeps the program running: see ``run()``.
package func whenIdle(_ completion: @escaping @LoopActor @Sendable () -> Void) {
    EventLoop.shared.post { ActiveManagers.shared.whenIdle(completion) }
}

/// Returns when no connection is left: all are closed for good, or have the option `autoUnref`; or the task is cancelled.
///
/// No thread of this library keeps a program running, so this is how one ends its main function that has nothing else to
/// do. One whose attempts to reconnect are used up is closed for good.
public func run() async {
    // Without one, nobody would answer.
    do { try EventLoop.shared.acquire() } catch { return }
    defer { EventLoop.shared.release() }
    // Cancelled or not: the caller knows, and there is nothing to return.
    _ = try? await reply { (completion: @escaping Completion<Void>) in
        ActiveManagers.shared.whenIdle { completion(.success(())) }
    }
}
