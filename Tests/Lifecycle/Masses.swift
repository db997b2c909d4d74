import Foundation
import SocketIO

/// Events in masses: prints the CPU time, in seconds, that so many of them and four times as many take.
enum Masses {
    static func run(_ url: String, _ transport: String, _ how: String, _ count: Int) async throws {
        var options = ClientOptions()
        options.transports = TransportKind(rawValue: transport).map { [$0] } ?? []
        options.autoConnect = false
        func time(_ count: Int) async throws -> Double {
            let socket = try Manager(url, options).socket()
            if how != "buffered" { try await socket.connect().waitUntilConnected() }
            let start = clock()
            if how == "acks" {
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for index in 0..<count { group.addTask { try await socket.emitWithAck("add", index, 1) } }
                    try await group.waitForAll()
                }
            } else {
                for index in 0..<count { try socket.emit("note", index) }
                try await socket.connect().waitUntilConnected()
                try await socket.io.flush()
            }
            let end = clock()
            await socket.io.shutdown()
            return Double(end - start) / Double(CLOCKS_PER_SEC)
        }
        // What disturbs it, only makes it longer.
        var (least, leastOfFour) = (Double.infinity, Double.infinity)
        for _ in 0..<2 {
            least = min(least, try await time(count))
            leastOfFour = min(leastOfFour, try await time(4 * count))
        }
        print(least, leastOfFour)
    }
}
