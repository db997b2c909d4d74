import SocketIO
import Synchronization

// Each makes what is measured: a function that does so many events, and returns how long the acknowledgements took.

/// Receives events whose arguments are decoded as those of `handler`.
func receiver<each Argument: Decodable & Sendable>(
    on socket: Socket, _ handler: @escaping @Sendable (repeat each Argument) -> Void
) -> @Sendable (Int) async throws -> [Duration] {
    let received = Counter()
    socket.on("reading") { (values: repeat each Argument) in
        handler(repeat each values)
        received.add(1)
    }
    let done: EventSequence<Void> = socket.events("done")
    return { count in
        received.reset()
        try socket.emit("send", count)
        for await _ in done { break }
        try received.check(count)
        return []
    }
}

/// Receives attachments.
func binaryReceiver(on socket: Socket) -> @Sendable (Int) async throws -> [Duration] {
    let received = Counter()
    socket.on("blob") { (blob: Binary) in received.add(blob.count) }
    let done: EventSequence<Void> = socket.events("done")
    return { count in
        received.reset()
        try socket.emit("send_binary", count, blobSize)
        for await _ in done { break }
        try received.check(count * blobSize)
        return []
    }
}

/// Emits events; after each burst it waits until the server has them, so that no more than that are in memory.
func emitter(
    of value: some Encodable & Sendable, on socket: Socket, burst: Int
) -> @Sendable (Int) async throws -> [Duration] {
    { @Sendable count in
        let before: [Int] = try await socket.emitWithAck("count")
        var counts = before
        for start in stride(from: 0, to: count, by: burst) {
            for _ in start..<min(start + burst, count) { try socket.emit("event", value) }
            counts = try await socket.emitWithAck("count")
        }
        guard counts[0] - before[0] == count else { throw Failure(text: "\(counts) of \(count) came") }
        return []
    }
}

/// Emits events that are acknowledged: so many tasks at once, each of which waits for its answer before the next.
func asker(on socket: Socket, inFlight: Int) -> @Sendable (Int) async throws -> [Duration] {
    { @Sendable count in
        try await withThrowingTaskGroup(of: [Duration].self) { group in
            for _ in 0..<inFlight {
                group.addTask {
                    var latencies: [Duration] = []
                    for _ in 0..<count / inFlight {
                        let start = ContinuousClock.now
                        let answer: Reading = try await socket.emitWithAck("echo", Reading.sample)
                        latencies.append(start.duration(to: .now))
                        guard answer == Reading.sample else { throw Failure(text: "the answer is \(answer)") }
                    }
                    return latencies
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }
}

/// Counts on the I/O thread and is read when all has come.
private final class Counter: Sendable {
    private let value = Atomic(0)

    func add(_ count: Int) { value.wrappingAdd(count, ordering: .relaxed) }

    func reset() { value.store(0, ordering: .relaxed) }

    func check(_ expected: Int) throws {
        let count = value.load(ordering: .relaxed)
        guard count == expected else { throw Failure(text: "\(count) of \(expected) came") }
    }
}
