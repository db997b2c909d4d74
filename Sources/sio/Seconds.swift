import ArgumentParser

/// A time in an option: seconds, with a fraction if need be.
struct Seconds: ExpressibleByArgument {
    static let standardTimeout = Duration.seconds(20)
    /// Some thirty years: far from where `Duration` overflows.
    private static let maximum = 1e9

    let duration: Duration

    init?(argument: String) {
        guard let seconds = Double(argument), seconds > 0, seconds <= Self.maximum else { return nil }
        duration = .seconds(seconds)
    }
}
