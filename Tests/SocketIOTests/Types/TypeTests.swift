import Testing
import TestSupport

/// What the types of the API let through, and what they do not.
@Suite(.timeLimit(.minutes(10))) struct TypeTests {
    @Test func whatIsRightCompiles() async throws {
        #expect(try await Typechecker.complaints(about: Self.prelude + Self.right) == [])
    }

    /// Each line with a comment is wrong, for the reason in it, and no other line is.
    @Test func whatIsWrongDoesNotCompile() async throws {
        let source = Self.prelude + Self.wrong
        let complaints = try await Typechecker.complaints(about: source)
        var count = 0
        for (index, line) in source.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let found = complaints.filter { $0.line == index + 1 }
            guard let wanted = line.firstMatch(of: /\/\/ wrong: (.*)/)?.1 else {
                #expect(found == [], "\(line)")
                continue
            }
            count += 1
            #expect(found.contains { $0.text.contains(wanted) }, "\(line): \(found)")
        }
        #expect(count == 31)
    }

    private static let prelude = """
        import Foundation
        import SocketIO

        struct Reading: Codable, Sendable, Equatable {
            var sensor: String
            var raw: Data?
            var images: [Binary]
        }
        struct Uncodable: Sendable {}
        struct Outgoing: Encodable, Sendable { var name = "x" }
        struct Incoming: Decodable, Sendable { var name: String }
        final class Unsendable: Codable { var count = 0 }
        enum Chat {
            static let message = Event<String, Int>("message")
            static let typing = Event< >("typing")
            static let join = AckEvent<String, [String]>("join")
            static let count = AckEvent<Int>("count")
        }
        actor Counter {
            private(set) var count = 0
            func add(_ number: Int) { count += number }
        }

        """

    private static let right = """
        func emitting(_ socket: Socket, _ reading: Reading) async throws {
            try socket.emit("nothing")
            try socket.emit("many", 1, 2.5, "three", true, [4], ["five": 5], reading, Data([6]), Binary())
            try socket.emit("none", Reading?.none, 1 as Int?)
            try socket.emit(Chat.message, "hi", 1)
            try socket.emit(Chat.typing)
            try socket.emit("values", arguments: [.null, 1, "two", [3], ["four": 4.5]])
            try socket.volatile.compress(false).timeout(.seconds(1)).emit("cursor", 1, 2)
            try socket.send("a", 1)
            try socket.emit("outgoing", Outgoing())
            let room = "room 1"
            try socket.emit("in \\(room)", 1)
            try socket.emit(Event(room), 1)
        }

        func acknowledging(_ socket: Socket, _ reading: Reading) async throws {
            let sum: Int = try await socket.emitWithAck("add", 1, 2)
            let same = try await socket.timeout(.seconds(5)).emitWithAck("add", 1, 2, as: Int.self)
            let members = try await socket.emitWithAck(Chat.join, "room").count
            let count = try await socket.volatile.emitWithAck(Chat.count)
            let values: [JSONValue] = try await socket.emitWithAck("any", arguments: [])
            let incoming: Incoming = try await socket.emitWithAck("turn", Outgoing())
            let untyped = try await socket.emitWithAck("add", 1, 2)
            _ = try await socket.timeout(.seconds(1)).emitWithAck("note", "text")
            let copy: Reading? = try await socket.emitWithAck("copy", reading)
            print(sum + same + members + count, values, copy == reading, incoming.name, untyped.intValue ?? 0)
        }

        func listening(_ socket: Socket, _ counter: Counter) {
            socket.on("nothing") { print("nothing") }
            socket.on("news") { (headline: String, stars: Int) in print(headline, stars) }
            socket.once("reading") { (reading: Reading, optional: Int?, data: Data) in print(reading, optional ?? 0, data) }
            socket.on("question") { (text: String, ack: Ack) in try ack("yes", 42, Binary()) }
            socket.on(Chat.message) { text, priority in print(text.count + priority) }
            socket.on(Chat.typing) { print("typing") }
            socket.on("count") { (number: Int) in Task { await counter.add(number) } }
            socket.respond(to: "add") { (a: Int, b: Int) in a + b }
            socket.on("incoming") { (incoming: Incoming) in print(incoming.name) }
            socket.respond(to: "outgoing") { (name: String) in Outgoing(name: name) }
            socket.respond(to: Chat.join) { room in [room] }
            socket.respond(to: Chat.count) { 1 }
            socket.onAny { name, arguments, ack in if arguments.isEmpty { try ack?(name) } }
            socket.onAnyOutgoing { name, arguments in print(name, arguments) }
            socket.on(.connect) { print("connected") }
            socket.on(.connect) { try socket.emit("join", "room") }
            socket.io.on(.reconnect) { attempt in try socket.emit("back", attempt) }
            socket.on(.disconnect) { print($0.reason == .pingTimeout, $0.unsent) }
            socket.once(.connectError) { print($0.code == .tls, $0.phase == .tls) }
            socket.io.on(.reconnectAttempt) { attempt in print(attempt + 1) }
            socket.io.on(.upgrade) { print($0 == .websocket) }
            socket.io.on(.reconnectFailed) { print("never") }
            let listener = socket.on("tick") { (_: Double) in }
            listener.cancel()
            socket.off("news")
            socket.off(.connect)
            socket.off()
        }

        func sequences(_ socket: Socket) async {
            for await (text, priority) in socket.events(Chat.message, bufferingPolicy: .bufferingNewest(8)) {
                print(text.count + priority)
            }
            for await text in socket.events("one") as EventSequence<String> { print(text.count) }
            for await () in socket.events(Chat.typing) { print("typing") }
            let task = Task { for await (_, _) in socket.events(Chat.message) { return 1 }; return 0 }
            print(await task.value)
        }

        func options() {
            var options = ClientOptions()
            options.auth = .value(["token": "secret", "version": 2])
            options.auth = .value(["token": "secret"])
            options.auth = .value(Outgoing())
            print(options)
        }

        func errors(_ socket: Socket) async {
            do { try socket.emit("a") } catch { print(error.code, error.phase ?? .options) }
            do { _ = try await socket.emitWithAck("a") as Int } catch { print(error.code == .timedOut) }
            do { try await socket.waitUntilConnected() } catch { print(error.http?.status ?? 0) }
            do { _ = try Manager("https://example.com") } catch { print(error.message) }
        }

        @MainActor final class Model {
            var total = 0
            func load() async throws {
                total = try await withSocket("https://example.com") { socket in
                    total += 1
                    return try await socket.emitWithAck("total")
                }
            }
            func show(_ socket: Socket) {
                socket.on("total") { (total: Int) in Task { @MainActor in self.total = total } }
            }
        }

        extension Counter {
            func connect() async throws -> Int {
                try await withSocket("https://example.com") { socket in
                    count += try await socket.emitWithAck(Chat.count)
                    return count
                }
            }
        }
        """

    private static let wrong = """
        func emitting(_ socket: Socket) async throws {
            let name = "a"
            try socket.emit(name, 1)  // wrong: 'Event<Int>'
            try socket.emit("a", Incoming(name: "x"))  // wrong: conform to 'Encodable'
            try socket.emit("a", Uncodable())  // wrong: conform to 'Encodable'
            try socket.emit("a", Unsendable())  // wrong: 'Sendable' protocol
            try socket.emit("a", { 1 })  // wrong: cannot conform to 'Encodable'
            try socket.emit(Chat.message, "hi")  // wrong: missing argument
            try socket.emit(Chat.message, "hi", "there")  // wrong: expected argument type 'Int'
            try socket.emit(Chat.typing, 1)  // wrong: extra argument
            try socket.emit(Chat.join, "room")  // wrong: AckEvent
            socket.emit("a")  // wrong: not marked with 'try'
        }

        func acknowledging(_ socket: Socket) async throws {
            let other: Int = try await socket.emitWithAck(Chat.join, "room")  // wrong: specified type 'Int'
            let uncodable: Uncodable = try await socket.emitWithAck("a")  // wrong: conform to 'Decodable'
            let count = try await socket.emitWithAck(Chat.count, 1)  // wrong: no exact matches
            print(other, uncodable, count)
        }

        func listening(_ socket: Socket) {
            socket.on("a") { (value: Uncodable) in print(value) }  // wrong: Uncodable
            socket.on("a") { (value: Outgoing) in print(value) }  // wrong: Outgoing
            socket.on(Chat.message) { (text: String) in print(text) }  // wrong: same shape
            socket.on(Chat.message) { (a: Int, b: Int) in print(a + b) }  // wrong: Event<String, Int>
            socket.respond(to: Chat.join) { room in room }  // wrong: closure result type
            socket.respond(to: Chat.count) { "one" }  // wrong: closure result type
            socket.on("a") { (number: Int) async in print(number) }  // wrong: expecting synchronous function type
            var count = 0
            socket.on("a") { count += 1 }  // wrong: concurrently-executing code
            let unsendable = Unsendable()
            socket.on("a") { print(unsendable.count) }  // wrong: non-Sendable type
        }

        func ofTheConnection(_ socket: Socket) {
            socket.on(.connect) { (number: Int) in print(number) }  // wrong: Void
            socket.on(.disconnect) { (error: SocketIOError) in print(error) }  // wrong: Disconnection
            socket.io.on(.connectError) { (error: SocketIOError) in print(error) }  // wrong: no member
            socket.io.on("reconnect") { (attempt: Int) in print(attempt) }  // wrong: Manager.LifecycleEvent<Int>
        }

        func sequences(_ socket: Socket) async {
            for await text in socket.events("a") { print(text) }  // wrong: could not be inferred
            for await (text, priority) in socket.events(Chat.message) { print(text + priority) }  // wrong: 'String' and 'Int'
        }

        func making() throws {
            _ = io("https://example.com")  // wrong: not marked with 'try'
            _ = Event<Unsendable>("a")  // wrong: 'Sendable' protocol
        }

        @MainActor final class Model {
            var total = 0
            func show(_ socket: Socket) { socket.on("total") { (total: Int) in self.total = total } }  // wrong: main actor
        }
        """
}
