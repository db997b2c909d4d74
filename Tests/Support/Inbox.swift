import EngineIO

/// What has arrived, from any thread, and waits for the test to take it.
package final class Inbox<Element: Sendable>: Sendable {
    private struct Waiter {
        let id: Int
        let matches: @Sendable (Element) -> Bool
        let continuation: CheckedContinuation<Element, any Error>
    }

    private struct State {
        var elements: [Element] = []
        var waiters: [Waiter] = []
        var nextID = 0
        var end: (any Error)?
    }

    private let state = Locked(State())

    package init() {}

    /// What has arrived and was not taken.
    package var all: [Element] { state.withLock { $0.elements } }

    package func put(_ element: Element) {
        let continuation: CheckedContinuation<Element, any Error>? = state.withLock { state in
            guard let index = state.waiters.firstIndex(where: { $0.matches(element) }) else {
                state.elements.append(element)
                return nil
            }
            return state.waiters.remove(at: index).continuation
        }
        continuation?.resume(returning: element)
    }

    /// Nothing more arrives: who waits, or will, for what is not there gets `error`.
    package func finish(throwing error: any Error) {
        let waiters = state.withLock { state in
            state.end = state.end ?? error
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(throwing: error) }
    }

    /// Takes the first element that `matches`, waiting for it if need be; those before it stay.
    package func next(
        within limit: Duration = standardDeadline, _ what: String = "what was expected",
        where matches: @escaping @Sendable (Element) -> Bool = { _ in true }
    ) async throws -> Element {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let timer = Task {
            try await Task.sleep(for: limit)
            giveUp(id) { SupportError("\(what) did not arrive within \(limit); there is: \($0.suffix(20))") }
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                take(Waiter(id: id, matches: matches, continuation: continuation))
            }
        } onCancel: {
            giveUp(id) { _ in CancellationError() }
        }
    }

    private func take(_ waiter: Waiter) {
        let result: Result<Element, any Error>? = state.withLock { state in
            if let index = state.elements.firstIndex(where: waiter.matches) {
                return .success(state.elements.remove(at: index))
            }
            if let end = state.end { return .failure(end) }
            // The cancellation may have come before the waiter.
            if Task.isCancelled { return .failure(CancellationError()) }
            state.waiters.append(waiter)
            return nil
        }
        if let result { waiter.continuation.resume(with: result) }
    }

    private func giveUp(_ id: Int, error: ([Element]) -> any Error) {
        let (waiter, elements) = state.withLock { state in
            let index = state.waiters.firstIndex { $0.id == id }
            return (index.map { state.waiters.remove(at: $0) }, state.elements)
        }
        waiter?.continuation.resume(throwing: error(elements))
    }
}
