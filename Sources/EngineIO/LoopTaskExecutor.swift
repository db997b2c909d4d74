/// Runs tasks on the I/O thread: those of the library start no other threads.
///
/// Libdispatch's, on which a plain `Task` runs, live as long as the process, and there are none in a forked child.
package final class LoopTaskExecutor: TaskExecutor {
    package static let shared = LoopTaskExecutor()

    private init() {}

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        EventLoop.shared.post { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
