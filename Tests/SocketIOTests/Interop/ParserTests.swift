import Foundation
import SocketIO
import Testing
import TestSupport

/// The option `parser`: MessagePack with python-socketio, and one of the user's own.
@Suite(.timeLimit(.minutes(5))) struct ParserTests {
    private func withPeer(
        _ way: Way, namespace: String = "/", _ configure: @escaping (inout ClientOptions) -> Void = { _ in },
        _ body: (Socket, PeerServer) async throws -> Void
    ) async throws {
        let server = try await way.startServer { $0.parser = "msgpack" }
        let all = { (options: inout ClientOptions) in
            options.parser = MessagePackParser()
            configure(&options)
        }
        try await withClient(way, to: server, namespace: namespace, all) { socket in try await body(socket, server) }
        try await server.stop()
    }

    @Test(arguments: [Way.polling, .websocket, .upgrade])
    func exchangesEverythingInMessagePack(_ way: Way) async throws {
        try await withPeer(way) { socket, server in
            socket.on("question") { (text: String, bytes: Binary, ack: Ack) in try ack("\(text)!", bytes, 1.5) }
            try await socket.connect().waitUntilConnected()
            let values: [JSONValue] = [
                1, -5, 2.5, "zwei", nil, true, ["drei": [.binary([1, 2]), ["_placeholder": 1]]], .binary([]),
            ]
            #expect(try await socket.emitWithAck("ack", arguments: values) == values)
            let echoes = socket.events("echo") as EventSequence<Int>
            for number in 0..<100 { try socket.emit("echo", number) }
            var next = 0
            for await number in echoes {
                #expect(number == next)
                next += 1
                if next == 100 { break }
            }
            try socket.emit("ask", "really", [9, 8] as Binary)
            let answer = try await server.next(.answer)
            #expect(answer.args == ["really!", .binary(Data([9, 8])), 1.5])
        }
    }

    @Test(arguments: [Way.polling, .websocket])
    func namespacesAreRefusedInMessagePack(_ way: Way) async throws {
        try await withPeer(way, namespace: "/admin", { $0.auth = .value(["token": "wrong"]) }) { socket, _ in
            let error = await #expect(throws: SocketIOError.self) { try await socket.waitUntilConnected() }
            #expect(error?.message == "not authorized")
            #expect(error?.data == ["code": 401])
            socket.auth = .value(["token": "secret"])
            try await socket.waitUntilConnected()
            let sum: Int = try await socket.emitWithAck("ack", 3)
            #expect(sum == 3)
        }
    }

    @Test func anotherParserThanTheServersIsAnError() async throws {
        let server = try await Way.websocket.server()
        let configure = { (options: inout ClientOptions) in
            options.parser = MessagePackParser()
            options.reconnection = false
            // The server may say nothing at all.
            options.timeout = .seconds(5)
        }
        try await withClient(.websocket, to: server, configure) { socket in
            let error = await #expect(throws: SocketIOError.self) { try await socket.waitUntilConnected() }
            #expect(error != nil)
        }
    }

    /// The default parser, with every text the other way round.
    private struct Reversed: Parser {
        struct Broken: Error {}

        struct Decoder: ParserDecoder {
            var decoder: any ParserDecoder

            mutating func add(_ message: Message) throws -> ParserPacket? { try decoder.add(reversed(message)) }
        }

        static func reversed(_ message: Message) -> Message {
            switch message {
            case .text(let text): .text(Binary(utf8: String(String(decoding: text, as: UTF8.self).reversed())))
            case .binary(let bytes): .binary(Binary(bytes.reversed()))
            }
        }

        func encode(_ packet: ParserPacket) throws -> [Message] {
            if packet.json.elementsEqual(#"["broken"]"#.utf8) { throw Broken() }
            return DefaultParser().encode(packet).map(Self.reversed)
        }

        func makeDecoder(maximumAttachments: Int) -> any ParserDecoder {
            Decoder(decoder: DefaultParser().makeDecoder(maximumAttachments: maximumAttachments))
        }
    }

    @Test func aParserOfOnesOwn() async throws {
        let received = Inbox<String>()
        let server = try ScriptedServer { connection in
            try connection.upgradeToWebSocket(try connection.readHTTPRequest())
            try connection.writeText(ScriptedServer.openPacket(sid: "engine"))
            received.put(String(decoding: try connection.readFrame().payload, as: UTF8.self))
            try connection.writeText("4" + String(#"0{"sid":"socket"}"#.reversed()))
            received.put(String(decoding: try connection.readFrame().payload, as: UTF8.self))
            try connection.writeText("4" + String(#"30[42]"#.reversed()))
            try connection.writeText("4" + String(#"2["#.reversed()))
            while try connection.readFrame().opcode != .close {}
            try connection.writeFrame(.close, [3, 232])
        }
        defer { server.stop() }
        var options = quickOptions(.websocket, reconnects: false)
        options.parser = Reversed()
        try await withSocket(server.url, options) { socket in
            let ends = Inbox<Disconnection>()
            socket.on(.disconnect) { ends.put($0) }
            try await socket.waitUntilConnected()
            let error = #expect(throws: SocketIOError.self) { try socket.emit("broken", arguments: []) }
            #expect(error?.code == .codingFailed)
            let number: Int = try await socket.emitWithAck("question")
            #expect(number == 42)
            #expect(try await received.next() == "40")
            #expect(try await received.next() == "4" + String(#"20["question"]"#.reversed()))
            #expect(try await ends.next().reason == .parseError)
        }
    }
}
