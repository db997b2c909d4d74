import SocketIOProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct BackoffTests {
    private func delays(_ count: Int, random: Double, factor: Double = 0.5) -> [Duration] {
        var backoff = Backoff(delay: .seconds(1), delayMax: .seconds(5), randomizationFactor: factor)
        return (0..<count).map { _ in backoff.next(random: random) }
    }

    @Test func doublesUpToTheMaximum() {
        #expect(delays(6, random: 0.3, factor: 0) == [1, 2, 4, 5, 5, 5].map { .seconds($0) })
    }

    @Test func spreadsAroundTheMiddle() {
        #expect(delays(5, random: 0) == [500, 1000, 2000, 2500, 2500].map { .milliseconds($0) })
        #expect(delays(5, random: 0.5) == [1000, 2000, 3500, 3750, 3750].map { .milliseconds($0) })
        for delay in delays(5, random: 1.0.nextDown) { #expect(delay <= .seconds(5)) }
    }

    /// Node's goes to 0 after about a thousand attempts, on half the draws.
    @Test func staysInItsBounds() {
        var backoff = Backoff(delay: .seconds(1), delayMax: .seconds(5), randomizationFactor: 0.5)
        for attempt in 0..<10_000 {
            #expect(backoff.attempts == attempt)
            let delay = backoff.next(random: .random(in: 0..<1))
            #expect(delay >= (attempt < 3 ? .milliseconds(500) : .milliseconds(2500)) && delay <= .seconds(5))
        }
        backoff.reset()
        #expect(backoff.attempts == 0)
        #expect(backoff.next(random: 0.999) < .milliseconds(1500))
    }

    @Test(arguments: [
        (Duration.seconds(Int64.max), Duration.seconds(Int64.max)), (.seconds(Int64.max), .seconds(5)),
        (.milliseconds(1), .seconds(1 << 40)), (.nanoseconds(1), .seconds(5)), (.zero, .seconds(5)),
        (.seconds(5), .zero), (.zero, .zero),
    ])
    func takesAnyDelay(_ delay: Duration, _ delayMax: Duration) {
        var backoff = Backoff(delay: delay, delayMax: delayMax, randomizationFactor: 0.5)
        var last = Duration.zero
        for _ in 0..<200 {
            last = backoff.next(random: 0.5)
            #expect(last >= .zero && last <= delayMax)
        }
        #expect(delay == .zero || last >= delayMax / 2, "the maximum is reached")
    }

    @Test(arguments: [-1, 0, Double.nan, -Double.infinity])
    func withoutASensibleFactorThereIsNoSpread(_ factor: Double) {
        #expect(delays(2, random: 0, factor: factor) == [.seconds(1), .seconds(2)])
    }

    @Test(arguments: [1, 2, Double.infinity])
    func spreadsFromZeroAtMost(_ factor: Double) {
        #expect(delays(2, random: 0, factor: factor) == [.zero, .zero])
        #expect(delays(2, random: 0.5, factor: factor) == [.seconds(1), .seconds(2)])
    }
}
