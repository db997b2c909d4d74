import SocketIO
import Testing
import TestSupport

/// Ending a connection: in every phase, inside every handler, twice, and by letting go of it.
@Suite(.timeLimit(.minutes(5))) struct EndingTests {
    /// Where the server stands still.
    enum Phase: CaseIterable, Sendable {
        case beforeTheHandshake, beforeTheNamespace, connected
    }

    enum Ending: CaseIterable, Sendable {
        case close, disconnect, shutdown, release
    }

    private func start(_ phase: Phase) throws -> ScriptedServer {
        switch phase {
        case .beforeTheHandshake: try ScriptedServer { try $0.hang() }
        case .beforeTheNamespace: try FaultyServer(connectAnswer: nil).start()
        case .connected: try FaultyServer().start()
        }
    }

    @Test(arguments: Phase.allCases, Ending.allCases)
    func endsInEveryPhase(_ phase: Phase, _ ending: Ending) async throws {
        for transport in TransportKind.allCases {
            let server = try start(phase)
            defer { server.stop() }
            let events = Inbox<String>()
            let opened = Inbox<Bool>()
            var options = quickOptions(transport)
            options.timeout = nil
            var socket: Socket? = try Manager(server.url, options).socket()
            weak let manager = socket?.io
            socket?.io.on(.open) { opened.put(true) }
            socket?.on(.connect) { events.put("connect") }
            socket?.on(.disconnect) { events.put("disconnect \($0.reason)") }
            socket?.on(.connectError) { _ in events.put("connect_error") }
            socket?.connect()
            switch phase {
            case .beforeTheHandshake: try await eventually { server.connectionCount > 0 }
            case .beforeTheNamespace: _ = try await opened.next()
            case .connected: _ = try await events.next { $0 == "connect" }
            }
            switch ending {
            case .close:
                socket?.io.close()
                socket?.io.close()
            case .disconnect:
                socket?.disconnect()
                socket?.disconnect()
            case .shutdown:
                let unsent = await socket?.io.shutdown(deadline: .milliseconds(100))
                #expect(unsent?.isEmpty == true)
            case .release:
                // It lives on without its handles, until it is told to end.
                socket?.disconnect()
                socket = nil
                #expect(manager == nil)
            }
            if let socket {
                #expect(await socket.sendBuffer().isEmpty)
                #expect(!socket.isActive && !socket.isConnected && socket.io.transport == nil)
            }
            if phase == .connected {
                #expect(try await events.next() == "disconnect io client disconnect")
            }
            #expect(events.all.isEmpty)
        }
    }

    /// The names of the handlers in which the connection is ended.
    @Test(arguments: ["connect", "event", "any", "disconnect", "open", "drain", "outgoing"], TransportKind.allCases)
    func endsInsideAHandler(_ handler: String, _ transport: TransportKind) async throws {
        let server = try FaultyServer(fault: [.text(#"42["news",1]"#)]).start()
        defer { server.stop() }
        let socket = try Manager(server.url, quickOptions(transport, reconnects: false)).socket()
        let ends = Inbox<String>()
        @Sendable func end() {
            socket.io.close()
            socket.disconnect()
            socket.io.close()
            ends.put("ended")
        }
        switch handler {
        case "connect": socket.on(.connect) { end() }
        case "event": socket.on("news") { (_: Int) in end() }
        case "any": socket.onAny { _, _, _ in end() }
        case "disconnect":
            socket.on(.connect) { socket.disconnect() }
            socket.on(.disconnect) { _ in end() }
        case "open": socket.io.on(.open) { end() }
        case "drain": socket.io.on(.drain) { end() }
        default:
            socket.onAnyOutgoing { _, _ in end() }
            try socket.emit("note")
        }
        socket.connect()
        _ = try await ends.next()
        try await eventually { !socket.isActive && socket.io.transport == nil }
        await socket.io.shutdown()
        socket.off()
        socket.io.off()
        socket.offAny()
        socket.offAnyOutgoing()
    }

    /// From eight threads at once, while the server comes and goes.
    @Test func survivesEveryCallFromEveryThread() async throws {
        let server = try await Way.websocket.startServer()
        let options = try await Way.upgrade.options()
        let manager = try Manager(server.url, options)
        let sockets = [manager.socket(), manager.socket("/chat")]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for thread in 0..<8 {
                group.addTask {
                    try await onThread {
                        for round in 0..<200 {
                            let socket = sockets[(thread + round) % 2]
                            switch (thread + round) % 7 {
                            case 0: socket.connect()
                            case 1: socket.disconnect()
                            case 2: manager.close()
                            case 3: try socket.emit("echo", round)
                            case 4: try socket.volatile.emit("echo", round)
                            case 5: socket.clearSendBuffer()
                            default: socket.on("echo") { (_: Int) in }.cancel()
                            }
                        }
                    }
                }
            }
            try await server.stop()
            try await server.restart()
            try await group.waitForAll()
        }
        // What the last calls left waiting for one of them goes out.
        for socket in sockets { try await socket.waitUntilConnected() }
        await manager.shutdown()
        #expect(manager.bytesWaiting == 0)
        try await server.stop()
    }
}
