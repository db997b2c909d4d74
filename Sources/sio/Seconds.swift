import ArgumentParser

/// A time in an option: seconds, with a fraction if need be.
struct Seconds {
    static let standardTimeout = Duration.seconds(20)
    /// Some thirty years: far from where `Duration` overflows.
    private static let range = 0.001...1e9

    let duration: Duration

    init(argument: String) throws {
        guard let seconds = Double(argument), Self.range.contains(seconds) else {
            throw ValidationError("it has to be a number of seconds from 0.001 to 1000000000.")
        }
        duration = .seconds(seconds)
    }
}
