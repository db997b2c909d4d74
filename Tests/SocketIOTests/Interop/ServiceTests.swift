#if ServiceLifecycle
import ServiceLifecycle
import ServiceLifecycleTestKit
import SocketIO
import Testing
import TestSupport

/// A manager as a service: it says goodbye when the services are told to end.
@Suite(.timeLimit(.minutes(5))) struct ServiceTests {
    @Test(arguments: [true, false])
    func shutsDownWithTheServices(_ isGraceful: Bool) async throws {
        let server = try await Way.websocket.startServer()
        let manager = try Manager(server.url, await Way.websocket.options())
        let socket = manager.socket()
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await manager.run() }
                try await socket.waitUntilConnected()
                try socket.emit("note", "the last")
                if isGraceful { trigger.triggerGracefulShutdown() } else { group.cancelAll() }
                try await group.waitForAll()
            }
        }
        #expect(!socket.isConnected && manager.transport == nil)
        #expect(try await server.next(.event).args == ["the last"])
        #expect(try await server.next(.disconnect).reason == "client disconnect")
        try await server.stop()
    }
}
#endif
