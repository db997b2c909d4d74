import ArgumentParser
import SocketIO

/// Transports in an option: their names with commas between.
struct TransportList: ExpressibleByArgument {
    /// All that it can be.
    static let examples = ["polling", "websocket", "polling,websocket", "websocket,polling"]

    let kinds: [TransportKind]

    init?(argument: String) {
        let names = argument.split(separator: ",", omittingEmptySubsequences: false)
        kinds = names.compactMap { TransportKind(rawValue: String($0)) }
        guard kinds.count == names.count, Set(kinds).count == kinds.count else { return nil }
    }
}
