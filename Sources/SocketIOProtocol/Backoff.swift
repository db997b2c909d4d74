/// The delays between attempts to reconnect: doubled each time, capped, and spread at random.
package struct Backoff: Sendable {
    package var delay: Duration
    package var delayMax: Duration
    /// How far a delay may lie from its middle: 0.5 means from half to one and a half times.
    package var randomizationFactor: Double
    /// How many delays were drawn since the last reset.
    package private(set) var attempts = 0

    package init(delay: Duration, delayMax: Duration, randomizationFactor: Double) {
        self.delay = delay
        self.delayMax = delayMax
        self.randomizationFactor = randomizationFactor
    }

    package mutating func reset() { attempts = 0 }

    /// The next delay, for a `random` number in 0..<1.
    ///
    /// The spread comes after the cap, so that many clients do not come back at the same moment after a long outage;
    /// Node caps last, and from the fifth attempt on every client waits exactly the maximum.
    package mutating func next(random: Double) -> Duration {
        // The maximum is divided: the delay times the power could overflow.
        let power = 1 << min(attempts, 62)
        let middle = delay < delayMax / power ? delay * power : delayMax
        attempts += 1
        // NaN is no factor, either.
        let factor = randomizationFactor > 0 ? min(randomizationFactor, 1) : 0
        let shortest = middle * (1 - factor)
        let longest = min(middle * (1 + factor), delayMax)
        return shortest + (longest - shortest) * random
    }
}
