import SocketIO
import Testing
import TestSupport

/// What a server breaks, and a manager mends by itself.
@Suite(.timeLimit(.minutes(5))) struct RecoveryTests {
    @Test func aServerThatClosesItsConnectionsCostsOneAttemptAtMost() async throws {
        let script = FaultyServer(closesConnections: true)
        let server = try script.start()
        defer { server.stop() }
        try await withSocket(server.url, quickOptions(.polling)) { socket in
            // Its end may be seen before the first use, or at it, or between two events.
            var losses = 0
            socket.connect()
            for _ in 0..<10 {
                do throws(SocketIOError) {
                    let answer: Int = try await socket.timeout(standardDeadline).emitWithAck("note")
                    #expect(answer == 7)
                } catch {
                    #expect(error.code == .disconnected)
                    losses += 1
                }
            }
            #expect(losses <= 1)
        }
        #expect(script.sessions <= 2)
    }

    /// Connection state recovery, with a server that offers it and then breaks the connection.
    @Test(arguments: TransportKind.allCases, [true, false])
    func saysWhetherTheSessionWasRecovered(_ transport: TransportKind, _ isOffered: Bool) async throws {
        let script = FaultyServer(
            connectAnswer: isOffered ? #"40{"sid":"socket","pid":"private"}"# : #"40{"sid":"socket"}"#,
            fault: [.text(#"42["news",1,"offset"]"#), .text("49")])
        let server = try script.start()
        defer { server.stop() }
        try await withSocket(server.url, quickOptions(transport)) { socket in
            let connects = Inbox<Bool>()
            socket.on(.connect) { connects.put(socket.isRecovered) }
            #expect(!socket.isRecovered)
            socket.connect()
            let (first, second) = (try await connects.next(), try await connects.next())
            #expect(!first)
            #expect(second == isOffered)
        }
    }
}
