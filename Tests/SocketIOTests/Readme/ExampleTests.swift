import Glibc
import SocketIO
import Testing
import TestSupport

/// The programs in `Examples` do what they say. (`ChatServerTests` there is a suite itself.)
@Suite(.timeLimit(.minutes(5))) struct ExampleTests {
    private struct Message: Codable, Sendable, Equatable {
        var author: String
        var text: String
    }

    @Test func theChatBotAnswers() async throws {
        let server = try await PeerServer.start()
        let bot = try ChildProcess(try Repository.program("chatbot"), [server.url, "lounge"], endsWithInput: false)
        #expect(try await bot.lines.next() == "joined lounge")
        try await withSocket(server.url) { socket in
            let messages = Inbox<Message>()
            socket.on("message") { (message: Message) in messages.put(message) }
            try await socket.waitUntilConnected()
            func say(_ text: String) async throws {
                let message = Message(author: "Ada", text: text)
                let _: Bool = try await socket.emitWithAck("room", "lounge", "message", message)
            }
            let _: Bool = try await socket.emitWithAck("join", "lounge")
            for (question, answer) in [
                ("!hello", "hello, Ada"), ("!add 20 22", "42"), ("!?", "I know !hello, !add and !leave"),
            ] {
                try await say(question)
                #expect(try await messages.next { $0.author == "bot" } == Message(author: "bot", text: answer))
            }
            try await say("!leave")
        }
        #expect(try await bot.lines.next() == "left lounge")
        #expect(try await bot.waitForExit() == 0)
        try await server.stop()
    }

    @Test func theChatBotSaysWhyItEnds() async throws {
        let server = try await PeerServer.start()
        let run = try await ChildProcess.run(try Repository.program("chatbot"), [server.url + "/nowhere", "lounge"])
        #expect(run.status == 1)
        #expect(run.stdout.hasPrefix("the bot ends: "))
        try await server.stop()
    }

    #if ServiceLifecycle
    @Test func theServiceReportsAndTakesOrdersUntilItIsTold() async throws {
        let server = try await PeerServer.start()
        let service = try ChildProcess(try Repository.program("telemetry-service"), [server.url], endsWithInput: false)
        let admin = try await server.next(.connect, "/admin")
        _ = try await server.next(.event, "/telemetry") { $0.event == "reading" }
        try server.emit("order", "restart the pump", to: admin.sid, namespace: "/admin", ack: true)
        #expect(try await server.next(.answer, "/admin").args == ["done"])
        service.signal(SIGTERM)
        _ = try await server.next(.event, "/telemetry") { $0.args == [["sensor": "roof", "celsius": -1]] }
        #expect(try await server.next(.disconnect, "/telemetry").reason == "client disconnect")
        #expect(try await service.waitForExit() == 0)
        #expect(service.stdout == "order: restart the pump\nended\n")
        try await server.stop()
    }
    #endif
}
