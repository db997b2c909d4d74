import Glibc
import SocketIO

/// A chat bot with typed events: it joins a room and answers what begins with an exclamation mark, until it is told
/// `!leave`. Run it with the server's URL and the name of the room.
@main
struct ChatBot {
    struct Message: Codable, Sendable {
        var author: String
        var text: String
    }

    /// What server and clients agreed on, in one place: a wrong argument does not compile.
    enum Chat {
        static let message = Event<Message>("message")
        /// To the others in a room: its name, that of the event they get, and the message.
        static let room = AckEvent<String, String, Message, Bool>("room")
        static let join = AckEvent<String, Bool>("join")
        static let leave = AckEvent<String, Bool>("leave")
    }

    static func main() async {
        let arguments = CommandLine.arguments
        guard arguments.count == 3 else {
            log("usage: chatbot URL ROOM")
            exit(64)
        }
        do {
            try await withSocket(arguments[1]) { socket in try await chat(on: socket, in: arguments[2]) }
        } catch {
            log("the bot ends: \(error)")
            exit(1)
        }
    }

    static func chat(on socket: Socket, in room: String) async throws {
        // The sequence begins here, so that nothing is missed; it leaves the I/O thread to the library.
        let messages = socket.events(Chat.message)
        // A new connection is in no room yet.
        socket.on(.connect) { Task { try await join(room, on: socket) } }
        try await socket.waitUntilConnected()
        for await message in messages where message.text.hasPrefix("!") {
            guard message.text != "!leave" else { break }
            let reply = Message(author: "bot", text: answer(to: message))
            _ = try await socket.timeout(.seconds(10)).emitWithAck(Chat.room, room, Chat.message.name, reply)
        }
        _ = try await socket.timeout(.seconds(10)).emitWithAck(Chat.leave, room)
        log("left \(room)")
    }

    static func join(_ room: String, on socket: Socket) async throws {
        let isIn = try await socket.timeout(.seconds(10)).emitWithAck(Chat.join, room)
        log(isIn ? "joined \(room)" : "not let into \(room)")
    }

    static func answer(to message: Message) -> String {
        switch message.text.dropFirst() {
        case "hello": "hello, \(message.author)"
        case let sum where sum.hasPrefix("add "):
            "\(sum.split(separator: " ").compactMap { Int($0) }.reduce(0) { $0 &+ $1 })"
        default: "I know !hello, !add and !leave"
        }
    }

    /// A line that is not held back in a buffer.
    static func log(_ line: String) {
        print(line)
        fflush(nil)
    }
}
