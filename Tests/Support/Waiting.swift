import Foundation

/// How long a test waits for what must happen, if it says nothing else.
///
/// Sanitizers on a busy machine are slow.
package let standardDeadline = Duration.seconds(180)

/// Runs `body`; throws if it has not ended after `limit`, even where `body` ignores its cancellation.
package func withDeadline<Result: Sendable>(
    _ limit: Duration = standardDeadline, _ what: String = "the operation",
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    let outcome = Inbox<Swift.Result<Result, any Error>>()
    let task = Task {
        do { outcome.put(.success(try await body())) } catch { outcome.put(.failure(error)) }
    }
    defer { task.cancel() }
    return try await outcome.next(within: limit, what).get()
}

/// Waits until `condition` is true; throws if it is not after `limit`.
///
/// For what cannot be awaited. It asks every ten milliseconds.
package func eventually(
    within limit: Duration = standardDeadline, _ what: String = "the condition",
    _ condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < end else { throw SupportError("\(what) was not true after \(limit)") }
        try await Task.sleep(for: .milliseconds(10))
    }
}

/// The result of `body`, which may block: it runs on a thread of its own.
package func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
    }
}
