import SocketIO
import Testing
import TestSupport

/// How much may wait to be sent, and what is known of it.
@Suite(.timeLimit(.minutes(5))) struct BackpressureTests {
    private func waiting(_ policy: Limits.FullPolicy, bytes: Int = 1000, events: Int = 1000) throws -> Socket {
        var options = ClientOptions()
        options.autoConnect = false
        options.limits.waitingBytes = bytes
        options.limits.waitingEvents = events
        options.limits.whenFull = policy
        return try Manager("http://127.0.0.1:1", options).socket()
    }

    @Test func emittingFailsWhereTooMuchWaits() async throws {
        let socket = try waiting(.fail)
        for _ in 0..<9 { try socket.emit("e", String(repeating: "x", count: 100)) }
        let error = #expect(throws: SocketIOError.self) { try socket.emit("e", String(repeating: "x", count: 100)) }
        #expect(error?.code == .limitExceeded)
        #expect(error?.message == "too much waits to be sent: 9 messages, 981 bytes")
        #expect(socket.io.bytesWaiting == 981)
        socket.clearSendBuffer()
        #expect(await socket.sendBuffer().isEmpty)
        #expect(socket.io.bytesWaiting == 0)
        try socket.emit("e", String(repeating: "x", count: 100))
        #expect(await socket.sendBuffer().count == 1)
    }

    @Test func theNumberOfEventsIsLimitedToo() async throws {
        let socket = try waiting(.fail, events: 3)
        for number in 0..<3 { try socket.emit("e", number) }
        #expect(throws: SocketIOError.self) { try socket.emit("e", 3) }
        #expect(await socket.sendBuffer().count == 3)
    }

    @Test func theOldestMakeRoom() async throws {
        let socket = try waiting(.dropOldest, events: 3)
        let first = Task { let _: Int = try await socket.emitWithAck("e", 0) }
        try await eventually { await socket.sendBuffer().count == 1 }
        for number in 1..<5 { try socket.emit("e", number) }
        await #expect { try await first.value } throws: { ($0 as? SocketIOError)?.code == .limitExceeded }
        #expect(await socket.sendBuffer().map(\.arguments) == [[2], [3], [4]])
    }

    @Test func theNewestAreDropped() async throws {
        let socket = try waiting(.dropNewest, events: 3)
        for number in 0..<5 { try socket.emit("e", number) }
        #expect(await socket.sendBuffer().map(\.arguments) == [[0], [1], [2]])
        let error = await #expect(throws: SocketIOError.self) { let _: Int = try await socket.emitWithAck("e", 5) }
        #expect(error?.code == .limitExceeded)
    }

    /// What a server that stands still does not take counts as well.
    @Test(arguments: [Way.polling, .websocket])
    func theConnectionsOwnBufferCounts(_ way: Way) async throws {
        let server = try await way.startServer { $0.maxPayload = 1_000_000_000 }
        let configure = { (options: inout ClientOptions) in
            options.limits.waitingBytes = 30_000_000
            options.perMessageDeflate = nil
        }
        try await withClient(way, to: server, configure) { socket in
            let drains = Inbox<Int>()
            socket.io.on(.drain) { drains.put(1) }
            try await socket.waitUntilConnected()
            try await eventually { socket.io.bytesWaiting == 0 }
            server.pause()
            let megabyte = String(repeating: "x", count: 1_000_000)
            // The system takes some of it: tens of megabytes where its buffers may grow so much.
            #expect(throws: SocketIOError.self) { for _ in 0..<1000 { try socket.emit("e", megabyte) } }
            #expect(socket.io.bytesWaiting > 1_000_000)
            server.resume()
            try await eventually { socket.io.bytesWaiting == 0 }
            _ = try await drains.next()
            try socket.emit("e", megabyte)
        }
        try await server.stop()
    }

    @Test func aLostConnectionLeavesNothingCounted() async throws {
        let server = try await Way.websocket.startServer()
        let configure = { (options: inout ClientOptions) in
            options.reconnection = false
            options.perMessageDeflate = nil
        }
        let error = await #expect(throws: SocketIOError.self) {
            try await withClient(.websocket, to: server, configure) { socket in
                let ends = Inbox<Int>()
                socket.on(.disconnect) { ends.put($0.unsent) }
                try await socket.waitUntilConnected()
                server.pause()
                for _ in 0..<20 { try socket.emit("e", String(repeating: "x", count: 1_000_000)) }
                try await server.stop()
                #expect(try await ends.next() > 0)
                // What came too late for the connection waits for the next one.
                socket.clearSendBuffer()
                try await eventually { socket.io.bytesWaiting == 0 }
            }
        }
        #expect(error?.message.contains("messages could not be sent: ") == true)
    }
}
