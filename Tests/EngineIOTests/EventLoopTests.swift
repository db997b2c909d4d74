import EngineIO
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
