import EngineIO
import SocketIOProtocol

/// What is called once with the result of something on the loop.
typealias Completion<Value> = @LoopActor (Result<Value, SocketIOError>) -> Void

/// Starts something on the loop and waits for its completion, or for the task's cancellation. Where that came first,
/// `unstarted` is called instead of `start`.
func reply<Value: Sendable>(
    _ start: @escaping @LoopActor @Sendable (@escaping Completion<Value>) -> Void,
    unstarted: @escaping @LoopActor @Sendable () -> Void = {},
    onCancel: @escaping @LoopActor @Sendable () -> Void = {}
) async throws(SocketIOError) -> Value {
    if ForkedChild.isHere { throw .inForkedChild }
    let reply = Reply<Value>()
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
    return try result.get()
}

/// A result that is awaited and comes once: the first one counts, which is what a checked continuation would check.
@LoopActor
private final class Reply<Value: Sendable> {
    typealias Continuation = UnsafeContinuation<Result<Value, SocketIOError>, Never>

    private var continuation: Continuation?
    private var result: Result<Value, SocketIOError>?

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

    func end(_ result: Result<Value, SocketIOError>) {
        guard self.result == nil else { return }
        self.result = result
        continuation?.resume(returning: result)
        continuation = nil
    }
}
