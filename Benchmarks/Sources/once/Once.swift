import SocketIO

/// Connects, emits one event that is acknowledged, and ends: what a whole process costs.
///
///     once PORT
@main
struct Once {
    static func main() async throws {
        guard CommandLine.arguments.count == 2, let port = UInt16(CommandLine.arguments[1]) else {
            return print("usage: once PORT")
        }
        var options = ClientOptions()
        options.transports = [.websocket]
        options.reconnection = false
        let socket = try io("http://127.0.0.1:\(port)", options)
        let answer: String = try await socket.emitWithAck("echo", "hello")
        guard answer == "hello" else { fatalError("the answer is \(answer)") }
        await socket.io.shutdown()
    }
}
