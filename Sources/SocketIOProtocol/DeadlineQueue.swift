/// The earlier of two deadlines, of which each may be missing.
func earlier(_ one: Duration?, _ other: Duration?) -> Duration? {
    guard let one, let other else { return one ?? other }
    return min(one, other)
}

/// Ids with their deadlines, the earliest first. Most come in order, and most are gone before their time.
struct DeadlineQueue {
    private var entries: [(deadline: Duration, id: UInt64)] = []
    /// Entries before this one are done; they are dropped many at a time.
    private var head = 0

    var first: Duration? { head < entries.count ? entries[head].deadline : nil }

    mutating func insert(_ id: UInt64, at deadline: Duration) {
        var index = entries.count
        while index > head, entries[index - 1].deadline > deadline { index -= 1 }
        entries.insert((deadline, id), at: index)
    }

    mutating func takePassed(now: Duration) -> [UInt64] {
        let start = head
        while let deadline = first, deadline <= now { head += 1 }
        let passed = entries[start..<head].map { $0.id }
        compact()
        return passed
    }

    /// Drops ids that are done: the earliest at once, so that `first` is right; the others when they are too many.
    mutating func drop(pending: Set<UInt64>) {
        while head < entries.count, !pending.contains(entries[head].id) { head += 1 }
        compact()
        guard entries.count > 2 * pending.count + 64 else { return }
        entries.removeAll { !pending.contains($0.id) }
        head = 0
    }

    private mutating func compact() {
        guard head > entries.count / 2 else { return }
        entries.removeFirst(head)
        head = 0
    }
}
