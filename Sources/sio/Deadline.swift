import SocketIO

/// Runs `body`, which ends with its task, for as long as `limit` allows.
///
/// - Parameter what: What is waited for.
func withDeadline(
    _ limit: Duration, _ what: String, _ body: @escaping @Sendable () async throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        defer { group.cancelAll() }
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw SocketIOError.timeout(limit, what)
        }
        try await group.next()
    }
}

extension SocketIOError {
    static func timeout(_ limit: Duration, _ what: String) -> SocketIOError {
        let seconds = limit / .seconds(1)
        return SocketIOError(
            .timedOut, "timeout: waited \(Int(exactly: seconds).map { "\($0)" } ?? "\(seconds)") s for \(what)")
    }
}
