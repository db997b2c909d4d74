import EngineIO
import Foundation
import SocketIO

/// A fork of a process that has a connection: what a call does in the child, where there is no I/O thread.
enum Fork {
    static func run(_ url: String, _ transport: String) async throws {
        var options = ClientOptions()
        options.transports = TransportKind(rawValue: transport).map { [$0] } ?? []
        let socket = try io(url, options)
        let engine = try Engine(url)
        try await socket.waitUntilConnected()
        // Swift has no name for it.
        typealias Call = @convention(c) () -> pid_t
        guard let fork = dlsym(nil, "fork").map({ unsafeBitCast($0, to: Call.self) }) else { exit(64) }
        let child = fork()
        if child == 0 { await use(socket, engine, url) }
        var status: Int32 = -1
        waitpid(child, &status, 0)
        print("the child has ended with \(status)")
        // The parent's connection is as before.
        let sum: Int = try await socket.emitWithAck("add", 1, 2)
        print("the parent has \(sum)")
        _ = await socket.io.shutdown()
    }

    private static func use(_ socket: SocketIO.Socket, _ engine: Engine, _ url: String) async -> Never {
        await expectError("Manager") { _ = try Manager(url) }
        await expectError("Engine") { _ = try Engine(url) }
        await expectError("emit") { try socket.emit("note", 1) }
        await expectError("volatile") { try socket.volatile.emit("note", 1) }
        await expectError("emitWithAck") { _ = try await socket.emitWithAck("add", 1, 2) as Int }
        await expectError("waitUntilConnected") { try await socket.waitUntilConnected() }
        await expectError("flush") { try await socket.io.flush() }
        // The others return, and do nothing.
        socket.connect().disconnect()
        socket.on("note") { (_: Int) in }.cancel()
        socket.off()
        socket.clearSendBuffer()
        socket.io.socket("/chat").connect()
        socket.io.open()
        socket.io.close()
        engine.open()
        engine.send(text: "note")
        engine.close()
        let buffers = (await socket.sendBuffer(), await socket.receiveBuffer())
        let unsent = await socket.io.shutdown()
        await SocketIO.run()
        guard buffers.0.isEmpty, buffers.1.isEmpty, unsent == Unsent() else { fail("the buffers are not empty") }
        // Its exit handlers, too.
        exit(0)
    }

    private static func expectError(_ name: String, _ body: () async throws -> Void) async {
        do { try await body() } catch {
            guard "\((error as? SocketIOError)?.message ?? "")".hasPrefix("this process is a fork") else {
                fail("\(name): \(error)")
            }
            return
        }
        fail("\(name): no error")
    }

    private static func fail(_ text: String) -> Never {
        print(text)
        fflush(nil)
        _exit(1)
    }
}
