import TestSupport
import Testing

/// A line that cannot be written ends `sio` with the status 1, whatever the reason.
@Suite(.serialized, .timeLimit(.minutes(5))) struct OutputTests {
    /// Runs a command of bash; in it, `$0` is `sio` and `$1` the URL.
    private func bash(_ command: String, _ server: PeerServer) throws -> ChildProcess {
        try ChildProcess("bash", ["-c", command, try Repository.program("sio"), server.url], endsWithInput: false)
    }

    @Test(arguments: [
        (">/dev/full", "No space left on device"), (">&-", "Bad file descriptor"), ("<&- >&-", "Bad file descriptor"),
    ])
    func ofListen(_ redirection: String, _ reason: String) async throws {
        let server = try await PeerServer.start()
        let shell = try bash(#"exec "$0" listen --count 5 "$1" "# + redirection, server)
        _ = try await server.next(.connect)
        try server.emit("news")
        #expect(try await shell.waitForExit() == 1)
        #expect(shell.stderr == "sio: the output cannot be written: \(reason)\n")
        #expect(try await server.next(.disconnect).reason == "client disconnect")
        try await server.stop()
    }

    @Test(arguments: [
        (">/dev/full", "No space left on device"), (">&-", "Bad file descriptor"), ("<&- >&-", "Bad file descriptor"),
    ])
    func ofAnAcknowledgement(_ redirection: String, _ reason: String) async throws {
        let server = try await PeerServer.start()
        let shell = try bash(#"exec "$0" emit --ack "$1" ack 1 "# + redirection, server)
        #expect(try await shell.waitForExit() == 1)
        #expect(shell.stderr == "sio: the output cannot be written: \(reason)\n")
        try await server.stop()
    }

    @Test func withoutAnyStream() async throws {
        let server = try await PeerServer.start()
        let shell = try bash(#"exec "$0" emit --ack "$1" ack 1 <&- >&- 2>&-"#, server)
        #expect(try await shell.waitForExit() == 1)
        #expect(try await server.next(.disconnect).reason == "client disconnect")
        try await server.stop()
    }

    @Test(arguments: ["", "trap '' PIPE; "])
    func whenNobodyReads(_ preparation: String) async throws {
        let server = try await PeerServer.start()
        let shell = try bash(
            preparation + #""$0" listen --count 1000000 "$1" | head -n 1; exit ${PIPESTATUS[0]}"#, server)
        _ = try await server.next(.connect)
        try server.emit("one")
        #expect(try await shell.lines.next() == #"{"event":"one","args":[]}"#)
        // `head` closes the pipe some time after its line.
        let emitter = Task {
            while true {
                try server.emit("another")
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        defer { emitter.cancel() }
        #expect(try await shell.waitForExit() == 1)
        #expect(shell.stderr == "sio: the output cannot be written: Broken pipe\n")
        try await server.stop()
    }
}
