import Foundation
import SocketIO
import TestSupport
import Testing

/// Connection state recovery with a server that has it.
@Suite(.timeLimit(.minutes(5)), .enabled(if: PeerServer.isNode, "python-socketio recovers no sessions"))
struct SessionRecoveryTests {
    @Test(arguments: Way.allCases)
    func getsWhatItMissed(_ way: Way) async throws {
        let server = try await way.startServer { $0.recoversSessions = true }
        try await withClient(way, to: server, namespace: "/chat", { $0.reconnection = false }) { socket in
            let (news, ends) = (Inbox<Int>(), Inbox<Disconnection>())
            socket.on("news") { (number: Int, bytes: Binary) in
                #expect(bytes == [1, 2])
                news.put(number)
            }
            socket.on(.disconnect) { ends.put($0) }
            let send = { (number: Int, sid: String?) in
                try server.emit(
                    "news", .number(Double(number)), .binary(Data([1, 2])), to: sid, namespace: "/chat")
            }
            try await socket.waitUntilConnected()
            #expect(!socket.isRecovered)
            try await eventually("the transport") { socket.io.transport == way.transport }
            let id = try #require(socket.id)
            try send(1, id)
            #expect(try await news.next() == 1)
            // Twice: the offset goes on.
            for round in [2, 5] {
                try server.kill(id, namespace: "/chat")
                _ = try await (ends.next(), server.next(.disconnect))
                for number in round...(round + 2) { try send(number, number % 2 == 0 ? id : nil) }
                try await socket.waitUntilConnected()
                #expect(socket.isRecovered && socket.id == id)
                for number in round...(round + 2) { #expect(try await news.next() == number) }
                try await eventually("the transport") { socket.io.transport == way.transport }
            }
            try send(8, id)
            #expect(try await news.next() == 8)
            #expect(news.all.isEmpty)
        }
        try await server.stop()
    }

    @Test(arguments: [Way.polling, .websocket])
    func anotherServerDoesNotKnowTheSession(_ way: Way) async throws {
        let server = try await way.startServer { $0.recoversSessions = true }
        try await withClient(way, to: server, { $0.reconnection = false }) { socket in
            let (news, ends) = (Inbox<Int>(), Inbox<Disconnection>())
            socket.on("news") { (number: Int) in news.put(number) }
            socket.on(.disconnect) { ends.put($0) }
            try await socket.waitUntilConnected()
            let id = try #require(socket.id)
            try server.emit("news", 1)
            #expect(try await news.next() == 1)
            try await server.restart()
            _ = try await ends.next()
            try await socket.waitUntilConnected()
            #expect(!socket.isRecovered && socket.id != id)
            try server.emit("news", 2)
            #expect(try await news.next() == 2)
        }
        try await server.stop()
    }
}
