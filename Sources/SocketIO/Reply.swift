import EngineIO
import SocketIOProtocol

/// What is called once with the result of something on the loop.
typealias Completion<Value> = @LoopActor (Result<Value, SocketIOError>) -> Void

/// Starts something on the loop and waits for its completion, or for the task's cancellation. Where that came first,
/// `unstarted` is called instead of `start`.
///
/// What comes with the success is for `start` to keep: without a type of its own, the compiler makes this once.
func reply(
    _ start: @escaping @LoopActor @Sendable (@escaping Completion<Void>) -> Void,
    unstarted: @escaping @LoopActor @Sendable () -> Void = {},
    onCancel: @escaping @LoopActor @Sendable () -> Void = {}
) async throws(SocketIOError) {
    if ForkedChild.isHere { throw .inForkedChild }
    let reply = Reply()
    let result = await withTaskCancellationHandler {
        await withUnsafeContinuation { continuation in
            EventLoop.shared.post {
                guard reply.begin(continuation) else { return unstarted() }
                start { reply.end($0) }
            }
        }
    } onCancel: {
        EventLoop.shared.post {
            onCancel()
            reply.end(.failure(SocketIOError(.cancelled, "the task was cancelled")))
        }
    }
    try result.get()
}

/// A result that is awaited and comes once: the first one counts, which is what a checked continuation would check.
@LoopActor
private final class Reply {
    typealias Continuation = UnsafeContinuation<Result<Void, SocketIOError>, Never>

    private var continuation: Continuation?
    private var result: Result<Void, SocketIOError>?

    nonisolated init() {}

    /// False if the end came first.
    func begin(_ continuation: Continuation) -> Bool {
        if let result {
            continuation.resume(returning: result)
            return false
        }
        self.continuation = continuation
        return true
    }

    func end(_ result: Result<Void, SocketIOError>) {
        guard self.result == nil else { return }
        self.result = result
        continuation?.resume(returning: result)
        continuation = nil
    }
}
