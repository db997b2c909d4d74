package import CLibuv
import Glibc
package import SocketIOProtocol
import Synchronization

/// The I/O thread: libuv's loop, the mailbox through which every other thread reaches it, and the libraries that run on it.
///
/// The thread starts with the first `acquire()` and ends with the last `release()`.
///
/// Unchecked: what is not in the mailbox's mutex is touched by the I/O thread only.
package final class EventLoop: SerialExecutor, @unchecked Sendable {
    package static let shared = EventLoop()

    private enum Item {
        case job(UnownedJob)
        case work(@LoopActor @Sendable () -> Void)
    }

    private struct Mailbox {
        var items: [Item] = []
        /// A wake-up is on its way, or the I/O thread is about to look anyway.
        var isWakePending = false
        var users = 0
        var hasThread = false
        /// The starters that wait for the thread to be ready.
        var starters: [Starter] = []
        /// Valid while the thread runs.
        var waker: LoopWaker?
    }

    private let mailbox = Locked(Mailbox())
    private let threadID = Atomic<UInt>(0)
    /// The thread stands still: the process ends.
    private let isParked = Atomic(false)
    /// Nil before the thread has been there. What cannot be destroyed is kept for the thread's next run.
    @LoopActor private(set) var resources: LoopResources?
    /// What could not be destroyed at once: see `LWSContext.finishEnd()`.
    @LoopActor private var ending: LoopResources?
    @LoopActor private var turnEnds: [@LoopActor () -> Void] = []
    /// What was taken out of the mailbox. Empty between turns; the memory of up to so many items is used again.
    @LoopActor private var items: [Item] = []
    private static let keptItems = 1024

    private init() {}

    // MARK: Start and end

    /// Starts the thread if it does not run. Each call is paired with one of `release()`.
    ///
    /// - Throws: `systemFailure` with the name of the package to install where libwebsockets lacks its libuv plug-in; in
    ///   a forked child; where threads or descriptors are short.
    package func acquire() throws(SocketIOError) {
        if ForkedChild.isHere { throw .inForkedChild }
        let starter: Starter? = mailbox.withLock { box in
            box.users += 1
            if box.waker != nil { return nil }
            let starter = Starter()
            box.starters.append(starter)
            if !box.hasThread {
                box.hasThread = true
                if let failure = startThread() {
                    box.hasThread = false
                    box.users -= 1
                    box.starters = []
                    starter.finish(failure)
                }
            }
            return starter
        }
        guard let starter else { return }
        if let failure = starter.wait() { throw failure }
    }

    /// Keeps the thread for what can end only on it. Paired with `release()` as `acquire()` is, but never waits.
    @LoopActor func retain() { mailbox.withLock { $0.users += 1 } }

    package func release() {
        guard !ForkedChild.isHere else { return }
        mailbox.withLock { box in
            box.users -= 1
            wake(&box)
        }
    }

    /// Whether the thread is there. For tests.
    package var isRunning: Bool { mailbox.withLock { $0.hasThread } }

    private func startThread() -> SocketIOError? {
        ForkedChild.watch()
        JSONReader.beforeTeardown { EventLoop.shared.park() }
        var everySignal = sigset_t()
        var before = sigset_t()
        sigfillset(&everySignal)
        // The thread inherits the mask: signals are for the program's own threads.
        pthread_sigmask(SIG_BLOCK, &everySignal, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        defer { pthread_attr_destroy(&attributes) }
        var thread = pthread_t()
        let status = pthread_create(
            &thread, &attributes,
            { _ in
                EventLoop.shared.runThread()
                return nil
            }, nil)
        guard status != 0 else { return nil }
        var error = SocketIOError(
            .systemFailure, "the I/O thread could not be started: \(String(cString: strerror(status)))")
        error.errno = status
        return error
    }

    private func runThread() {
        CLibuv_name_this_thread("socket.io")
        threadID.store(UInt(pthread_self()), ordering: .releasing)
        repeat {
            LoopActor.assumeIsolated { runOnce() }
            OpenSSLLibrary.endThread()
        } while !endThread()
    }

    /// Whether nobody asked for the loop while it was being taken down.
    private func endThread() -> Bool {
        mailbox.withLock { box in
            guard box.users == 0 && box.starters.isEmpty else { return false }
            threadID.store(0, ordering: .releasing)
            box.hasThread = false
            return true
        }
    }

    @LoopActor private func runOnce() {
        // Before a new loop takes the descriptor's number that this one waits for.
        if ending?.finishEnd() == true { ending = nil }
        let resources: LoopResources
        do {
            if let kept = self.resources {
                resources = kept
            } else {
                resources = try LoopResources(onTurnEnd: { EventLoop.shared.endTurn() })
            }
        } catch {
            mailbox.withLock { box in
                for starter in box.starters { starter.finish(error) }
                box.users -= box.starters.count
                box.starters = []
            }
            return
        }
        self.resources = resources
        mailbox.withLock { box in
            box.waker = resources.waker
            for starter in box.starters { starter.finish(nil) }
            box.starters = []
            // What was posted before there was a loop to wake.
            box.isWakePending = false
            wake(&box)
        }
        uv_run(resources.loop, UV_RUN_DEFAULT)
        resources.endRun()
        // Somebody may have come to need the loop in its last turn.
        let isOver = mailbox.withLock { $0.users == $0.starters.count }
        if isOver { end(resources) }
    }

    /// Destroys what the thread has worked with, or else keeps it. There are two at most.
    @LoopActor private func end(_ resources: LoopResources) {
        if ending?.finishEnd() == true { ending = nil }
        guard ending == nil, resources.beginEnd() else { return }
        self.resources = nil
        if !resources.finishEnd() { ending = resources }
    }

    /// When the process exits, its libraries are taken down while the thread still uses them: it stands still from here
    /// on. A handler that blocks is not waited for.
    private func park() {
        guard !ForkedChild.isHere, !isOnThread else { return }
        let hasThread = mailbox.withLock { box in
            guard box.hasThread else { return false }
            // So that it does not end before.
            box.users += 1
            box.items.append(
                .work { [self] in
                    isParked.store(true, ordering: .releasing)
                    while true { pause() }
                })
            wake(&box)
            return true
        }
        let end = ContinuousClock.now + .seconds(1)
        while hasThread, !isParked.load(ordering: .acquiring), ContinuousClock.now < end { usleep(1000) }
    }

    // MARK: The mailbox

    /// Runs `work` on the I/O thread, after everything posted before; in a forked child never.
    package func post(_ work: @escaping @LoopActor @Sendable () -> Void) { add(.work(work)) }

    package func enqueue(_ job: consuming ExecutorJob) { add(.job(UnownedJob(job))) }

    private func add(_ item: Item) {
        guard !ForkedChild.isHere else { return }
        mailbox.withLock { box in
            box.items.append(item)
            wake(&box)
        }
    }

    private func wake(_ box: inout Mailbox) {
        guard !box.isWakePending, let waker = box.waker else { return }
        box.isWakePending = true
        // On the loop itself the mailbox is emptied before the next wait.
        if !isOnThread { waker.wake() }
    }

    /// Empties the mailbox, then lets the engines write what was queued: as much as there is in one write.
    @LoopActor private func endTurn() {
        for _ in 0..<8 {
            let isOver = takeItems(isTurnUnfinished: !turnEnds.isEmpty)
            for item in items { run(item) }
            let hadItems = !items.isEmpty
            items.removeAll(keepingCapacity: items.count <= Self.keptItems)
            let ends = turnEnds
            turnEnds = []
            for end in ends { end() }
            if isOver {
                if let resources { uv_stop(resources.loop) }
                return
            }
            // Otherwise look again: there may be more, or the thread may be needed no longer.
            if !hadItems && ends.isEmpty { return }
        }
        // More keeps coming: let the sockets have their turn first.
        resources?.waker.wake()
    }

    /// Takes what was posted into `items`, and leaves the mailbox that array's memory. Returns whether the loop is over.
    @LoopActor private func takeItems(isTurnUnfinished: Bool) -> Bool {
        mailbox.withLock { box in
            swap(&items, &box.items)
            let isOver = items.isEmpty && box.users == 0 && !isTurnUnfinished
            // From here on `acquire()` waits for the next start.
            if isOver { box.waker = nil }
            box.isWakePending = false
            return isOver
        }
    }

    @LoopActor private func run(_ item: Item) {
        switch item {
        case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
        case .work(let work): work()
        }
    }

    /// Runs `body` once, before the loop waits for the next event.
    @LoopActor package func atTurnEnd(_ body: @escaping @LoopActor () -> Void) { turnEnds.append(body) }

    // MARK: What runs on the loop

    /// Nil while the thread does not run.
    @LoopActor package var uvLoop: UnsafeMutablePointer<uv_loop_t>? { resources?.loop }

    /// Nil while the thread does not run.
    @LoopActor var lws: LWSContext? { resources?.lws }

    /// Monotonic time, from an arbitrary start.
    @LoopActor package var now: Duration {
        guard let resources else { return .zero }
        uv_update_time(resources.loop)
        return .milliseconds(Int64(uv_now(resources.loop)))
    }

    // MARK: The executor

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    package var isOnThread: Bool { threadID.load(ordering: .acquiring) == UInt(pthread_self()) }

    package func checkIsolated() { precondition(isOnThread, "not on the I/O thread") }

    package func isIsolatingCurrentContext() -> Bool? { isOnThread }
}

/// The one thing of libuv that any thread may use.
///
/// Unchecked: `uv_async_send` is documented as safe from every thread; the mailbox's mutex keeps it from a closed handle.
struct LoopWaker: @unchecked Sendable {
    let handle: UnsafeMutablePointer<uv_async_t>

    func wake() { uv_async_send(handle) }
}

/// One caller of `acquire()` that waits for the thread.
///
/// Unchecked: the semaphore orders the write of `failure` before its read.
private final class Starter: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    private var failure: SocketIOError?

    init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func finish(_ failure: SocketIOError?) {
        self.failure = failure
        sem_post(semaphore)
    }

    func wait() -> SocketIOError? {
        while sem_wait(semaphore) != 0 {}
        return failure
    }
}
