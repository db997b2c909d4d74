import EngineIO
import Glibc
import SocketIO

/// The callbacks of one manager: one at a time, in order, each that must end exactly once, and none after the end.
///
/// It runs them on the loop, or, with a descriptor, where it is asked to.
final class CallbackQueue: Sendable {
    private enum Item {
        case event(ListenerRecord, EventBox)
        case answer(Callback, EventBox)
        case destruction(Destructor)
    }

    private struct State {
        var waiting: [Item?] = []
        /// How many of `waiting` have been taken, and are nil.
        var taken = 0
        /// The thread that is inside.
        var runner: pthread_t?
        var isClosed = false
        /// The runner ends the queue when its callback returns.
        var endsOnReturn = false
        /// Waits for the runner to leave.
        var closer: Semaphore?
        var listeners: [UInt64: ListenerRecord] = [:]
        /// How to take a listener from the manager.
        var cancellations: [UInt64: Listener] = [:]
        /// The acknowledgements that have not ended, and what they are for.
        var answers: [UInt64: (callback: Callback, origin: EventBox.Origin)] = [:]
        var nextID: UInt64 = 1
        var run: UInt64 = 0

        var count: Int { waiting.count - taken }

        mutating func take() -> Item? {
            while taken < waiting.count {
                let item = waiting[taken]
                waiting[taken] = nil
                taken += 1
                // Not each time: what is behind would be moved.
                if taken == waiting.count || taken == 1024 {
                    waiting.removeFirst(taken)
                    taken = 0
                }
                if case .event(let listener, _)? = item, listeners[listener.id] == nil { continue }
                return item
            }
            return nil
        }
    }

    /// Nil where callbacks run on the loop.
    let descriptor: EventDescriptor?
    private let state = Locked(State())
    /// Called once, after the last callback.
    private let onEnd: @Sendable () -> Void

    init(descriptor: EventDescriptor?, onEnd: @escaping @Sendable () -> Void) {
        self.descriptor = descriptor
        self.onEnd = onEnd
    }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// How many acknowledgements and callbacks wait, and how many have been.
    var counts: (answers: Int, waiting: Int, run: UInt64) {
        state.withLock { ($0.answers.count, $0.count, $0.run) }
    }

    // MARK: Listeners

    /// A new listener; nil if the end has come.
    func addListener(isOnce: Bool, _ callback: Callback, _ destructor: Destructor) -> ListenerRecord? {
        state.withLock { state in
            guard !state.isClosed else { return nil }
            let record = ListenerRecord(
                id: state.nextID, isOnce: isOnce, callback: callback, destructor: destructor)
            state.nextID += 1
            state.listeners[record.id] = record
            return record
        }
    }

    /// To be called when the manager knows the listener.
    func listens(_ record: ListenerRecord, _ listener: Listener) {
        let isKept = state.withLock { state in
            let isKept = !state.isClosed && state.listeners[record.id] != nil
            if isKept { state.cancellations[record.id] = listener }
            return isKept
        }
        if !isKept { listener.cancel() }
    }

    /// False if there is no such listener.
    func removeListener(_ id: UInt64) -> Bool {
        let (found, listener) = state.withLock { state -> (Bool, Listener?) in
            guard !state.isClosed, let record = state.listeners.removeValue(forKey: id) else { return (false, nil) }
            state.waiting.append(.destruction(record.destructor))
            signal(state)
            return (true, state.cancellations.removeValue(forKey: id))
        }
        guard found else { return false }
        listener?.cancel()
        runSoon()
        return true
    }

    // MARK: Acknowledgements

    /// Nil if the end has come.
    func addAnswer(_ callback: Callback, to origin: EventBox.Origin) -> UInt64? {
        state.withLock { state in
            guard !state.isClosed else { return nil }
            let id = state.nextID
            state.nextID += 1
            state.answers[id] = (callback, origin)
            return id
        }
    }

    /// It is not to be called: what it was for has failed at once. False if it was called already, or is about to be.
    func dropAnswer(_ id: UInt64) -> Bool { state.withLock { $0.answers.removeValue(forKey: id) != nil } }

    // MARK: Adding, on the loop

    @LoopActor func put(_ event: EventBox, for record: ListenerRecord) {
        state.withLock { state in
            guard !state.isClosed, state.listeners[record.id] != nil else { return }
            state.waiting.append(.event(record, event))
            signal(state)
        }
        runSoon()
    }

    @LoopActor func put(_ event: EventBox, forAnswer id: UInt64) {
        state.withLock { state in
            // Whoever has taken it out, or is about to, calls it.
            guard let answer = state.answers.removeValue(forKey: id) else { return }
            state.waiting.append(.answer(answer.callback, event))
            signal(state)
        }
        runSoon()
    }

    private func signal(_ state: State) { if state.count == 1 { descriptor?.signal() } }

    /// Runs what waits, where the callbacks run on the loop.
    private func runSoon() {
        guard descriptor == nil else { return }
        if EventLoop.shared.isOnThread {
            _ = run(atMost: .max)
        } else {
            EventLoop.shared.post { [self] in _ = run(atMost: .max) }
        }
    }

    // MARK: Running

    enum Outcome { case ran(Int), closed, busy }

    /// Runs callbacks that wait, as many as there are now, or as come while it runs, but at most `limit`.
    func run(atMost limit: Int) -> Outcome {
        let refusal: Outcome? = state.withLock { state in
            if state.isClosed { return .closed }
            guard state.runner == nil else { return .busy }
            state.runner = pthread_self()
            return nil
        }
        if let refusal { return refusal }
        var count = 0
        while count < limit, let item = next() {
            perform(item)
            count += 1
        }
        return leave() ? .closed : .ran(count)
    }

    /// How many are there to run.
    var waitingCount: Int { state.withLock { $0.count } }

    private func next() -> Item? {
        state.withLock { state in
            guard !state.isClosed else { return nil }
            let item = state.take()
            if item != nil { state.run += 1 }
            return item
        }
    }

    /// Lets others in, or ends what is to end. True if the end has come.
    private func leave() -> Bool {
        let (isClosed, endsHere, closer) = state.withLock { state -> (Bool, Bool, Semaphore?) in
            if state.isClosed && state.endsOnReturn { return (true, true, nil) }
            state.runner = nil
            if state.count == 0 { descriptor?.reset() }
            return (state.isClosed, false, state.closer)
        }
        if endsHere { end() }
        closer?.signal()
        return isClosed
    }

    private func perform(_ item: Item) {
        switch item {
        case .event(let listener, let event):
            listener.callback.call(event)
            if listener.isOnce { removeOnce(listener) }
        case .answer(let callback, let event): callback.call(event)
        case .destruction(let destructor): destructor.call()
        }
    }

    private func removeOnce(_ listener: ListenerRecord) {
        let record = state.withLock { state in
            state.cancellations[listener.id] = nil
            return state.listeners.removeValue(forKey: listener.id)
        }
        record?.destructor.call()
    }

    // MARK: The end

    /// Ends the queue. When this returns, nothing runs any more; inside a callback see `sio_manager_free`.
    func close() {
        let (endsHere, closer) = state.withLock { state -> (Bool, Semaphore?) in
            guard !state.isClosed else { return (false, nil) }
            state.isClosed = true
            // Wakes who waits for a callback.
            descriptor?.signal()
            guard state.runner != nil else {
                state.runner = pthread_self()
                return (true, nil)
            }
            if CallbackPlace.isInside {
                // To wait for the runner, which may be waiting for this thread, could last for ever.
                state.endsOnReturn = true
                return (false, nil)
            }
            let closer = Semaphore()
            state.closer = closer
            return (true, closer)
        }
        closer?.wait()
        if endsHere { end() }
    }

    private func end() {
        let (items, answers, listeners, cancellations) = state.withLock { state in
            let rest = (
                state.waiting.compactMap { $0 }, state.answers, state.listeners, state.cancellations
            )
            state.waiting = []
            state.taken = 0
            state.answers = [:]
            state.listeners = [:]
            state.cancellations = [:]
            return rest
        }
        for listener in cancellations.values { listener.cancel() }
        for item in items {
            if case .event = item { continue }
            perform(item)
        }
        for (_, answer) in answers.sorted(by: { $0.key < $1.key }) {
            let error = SocketIOError(.cancelled, "the manager was freed")
            answer.callback.call(EventBox(answer.origin, error: error))
        }
        for (_, listener) in listeners.sorted(by: { $0.key < $1.key }) { listener.destructor.call() }
        onEnd()
    }
}
