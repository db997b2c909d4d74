import SocketIO

@main
struct Chat {
    static func main() async throws {
        let socket = try io("http://localhost:3000") { socket in
            socket.on(.connect) { print("connected") }
            socket.on(.connectError) { error in print("no connection:", error) }
            socket.on("news") { (headline: String, stars: Int) in print(headline, stars) }
        }
        do {
            let sum: Int = try await socket.timeout(.seconds(5)).emitWithAck("add", 20, 22)
            print("20 + 22 =", sum)
        } catch {
            print("no answer:", error)
        }
        await socket.io.shutdown()
    }
}
