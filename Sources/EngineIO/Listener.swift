/// A listener that was added with `on`, `once`, `onAny` or one of their kin.
public struct Listener: Sendable {
    private let remove: @Sendable () -> Void

    package init(_ remove: @escaping @Sendable () -> Void) { self.remove = remove }

    /// Removes the listener. From any thread, any number of times; a call that is under way goes on.
    public func cancel() { remove() }
}

/// The listeners of one kind, by the name of the event, in the order in which they are called.
@LoopActor
package final class ListenerTable<Handler: Sendable> {
    private final class ID: Sendable {}

    /// Those for one name.
    private struct Listeners {
        private var ids: [(id: ID, isOnce: Bool)] = []
        private(set) var handlers: [Handler] = []
        private(set) var hasOnce = false

        mutating func insert(_ id: ID, _ handler: Handler, isOnce: Bool, isFirst: Bool) {
            ids.insert((id, isOnce), at: isFirst ? 0 : ids.count)
            handlers.insert(handler, at: isFirst ? 0 : handlers.count)
            if isOnce { hasOnce = true }
        }

        mutating func remove(where isGone: (ID, _ isOnce: Bool) -> Bool) {
            for index in ids.indices.reversed() where isGone(ids[index].id, ids[index].isOnce) {
                ids.remove(at: index)
                handlers.remove(at: index)
            }
            hasOnce = ids.contains { $0.isOnce }
        }
    }

    private var table: [String: Listeners] = [:] { didSet { isEmpty = table.isEmpty } }
    /// Whether there is none for any name. Most tables are empty, and this is cheaper to ask, for each event, than the
    /// generic table.
    package private(set) var isEmpty = true

    package nonisolated init() {}

    /// Adds a listener, from any thread.
    ///
    /// - Parameter isFirst: Whether it is called before those that are there, instead of after them.
    package nonisolated func add(
        _ name: String = "", isOnce: Bool = false, isFirst: Bool = false, _ handler: Handler
    ) -> Listener {
        let id = ID()
        EventLoop.shared.post { [self] in
            table[name, default: Listeners()].insert(id, handler, isOnce: isOnce, isFirst: isFirst)
        }
        return Listener { EventLoop.shared.post { [self] in remove(name) { other, _ in other === id } } }
    }

    /// Removes the listeners for `name`, or all of them; from any thread.
    package nonisolated func removeAll(_ name: String? = nil) {
        EventLoop.shared.post { [self] in
            if let name { table[name] = nil } else { table = [:] }
        }
    }

    private func remove(_ name: String, where isGone: (ID, _ isOnce: Bool) -> Bool) {
        table[name]?.remove(where: isGone)
        if table[name]?.handlers.isEmpty == true { table[name] = nil }
    }

    package func isEmpty(_ name: String) -> Bool { isEmpty || table[name] == nil }

    /// Those to call now; those of `once` are gone with it.
    package func take(_ name: String = "") -> [Handler] {
        guard !isEmpty, let found = table[name] else { return [] }
        if found.hasOnce { remove(name) { _, isOnce in isOnce } }
        return found.handlers
    }
}
