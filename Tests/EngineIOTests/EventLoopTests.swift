import EngineIO
import Glibc
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct EventLoopTests {
    @Test func runsWorkInTheOrderOfItsPosting() async throws {
        try EventLoop.shared.acquire()
        defer { EventLoop.shared.release() }
        let order = await withCheckedContinuation { continuation in
            let log = Log()
            for number in 0..<1000 { EventLoop.shared.post { log.numbers.append(number) } }
            EventLoop.shared.post { continuation.resume(returning: log.numbers) }
        }
        #expect(order == Array(0..<1000))
    }

    @Test func startsAndStopsAgainAndAgain() async throws {
        for _ in 0..<200 {
            try EventLoop.shared.acquire()
            await LoopActor.run {}
            EventLoop.shared.release()
        }
    }

    /// What is posted between an `acquire()` and its `release()` runs once, on the thread, though that ends all the time.
    @Test(.timeLimit(.minutes(5))) func losesNothingWhileManyStartAndEndIt() async throws {
        let (threads, rounds) = (8, 2000)
        let counter = RunCounter()
        let posted = try await withThrowingTaskGroup(of: Int.self) { group in
            for thread in 0..<threads {
                group.addTask {
                    try await onThread {
                        var random = SeededGenerator(seed: UInt64(thread))
                        var posted = 0
                        for _ in 0..<rounds {
                            try EventLoop.shared.acquire()
                            for _ in 0..<Int.random(in: 0...3, using: &random) {
                                let id = posted * threads + thread
                                posted += 1
                                EventLoop.shared.post { counter.count(id, isOnThread: EventLoop.shared.isOnThread) }
                            }
                            if Bool.random(using: &random) { sched_yield() }
                            EventLoop.shared.release()
                            usleep(UInt32.random(in: 0...300, using: &random))
                        }
                        return posted
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        // Each `release()` has let the loop go on with what was posted before.
        try await eventually("the last of \(posted)") { counter.total.withLock { $0 } >= posted }
        try EventLoop.shared.acquire()
        defer { EventLoop.shared.release() }
        #expect(await LoopActor.run { counter.runs.count == posted && counter.runs.values.allSatisfy { $0 == 1 } })
        #expect(await LoopActor.run { counter.strays } == 0)
    }

    @LoopActor private final class RunCounter {
        nonisolated let total = Locked(0)
        var runs: [Int: Int] = [:]
        var strays = 0
        nonisolated init() {}

        func count(_ id: Int, isOnThread: Bool) {
            runs[id, default: 0] += 1
            if !isOnThread { strays += 1 }
            total.withLock { $0 += 1 }
        }
    }

    @Test func timersFireInOrderAndNotBeforeTheirDeadline() async throws {
        try EventLoop.shared.acquire()
        defer { EventLoop.shared.release() }
        let start = ContinuousClock.now
        let order = await withCheckedContinuation { continuation in
            EventLoop.shared.post {
                let log = Log()
                let now = EventLoop.shared.now
                let late = LoopTimer {
                    log.numbers.append(2)
                    log.timers = []
                    continuation.resume(returning: log.numbers)
                }
                let early = LoopTimer { log.numbers.append(1) }
                let never = LoopTimer { log.numbers.append(3) }
                late.set(now + .milliseconds(30))
                early.set(now + .milliseconds(10))
                never.set(now + .milliseconds(15))
                never.set(nil)
                log.timers = [late, early, never]
            }
        }
        #expect(order == [1, 2])
        #expect(ContinuousClock.now - start >= .milliseconds(29))
    }

    @LoopActor private final class Log {
        var numbers: [Int] = []
        var timers: [LoopTimer] = []
        nonisolated init() {}
    }
}

extension LoopActor {
    static func run<T: Sendable>(_ body: @LoopActor @Sendable () throws -> T) async rethrows -> T { try await body() }
}
