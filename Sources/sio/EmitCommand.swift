import ArgumentParser
import SocketIO

/// `sio emit`: connects, emits one event, and is done when the server has it.
struct EmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "emit",
        abstract: "Emits one event.",
        usage: "sio emit [<options>] <url> <event> [<arg> ...]",
        discussion: """
            Connects, emits the event, and ends when the server has it: over polling, when it has answered the request; \
            over a WebSocket, when it has answered a ping behind the event; with --ack, when it has acknowledged the \
            event. Nothing is tried a second time.

            EXIT STATUS
              0    The server has the event.
              1    It does not, or that is not known: a line on standard error says why.
              64   Wrong usage.
              130  Ended by SIGINT (Ctrl-C). The server is told, within a second.
              143  Ended by SIGTERM, likewise.

            EXAMPLES
              sio emit http://localhost:3000 news '"hello"' 42 '{"urgent":true}'
              sio emit --ack https://example.com/files upload report.pdf @report.pdf
              sio emit http://localhost:3000 temperature -- -5
            """)

    @Flag(help: "Wait for the acknowledgement and print its arguments as one JSON array.")
    var ack = false

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The name of the event.")
    var event: String

    @Argument(
        help: ArgumentHelp(
            "The event's arguments: JSON, or else a string; @FILE is the file's bytes, @- those of standard input.",
            valueName: "arg"))
    var arguments: [String] = []

    func validate() throws {
        if arguments.contains("@") { throw ValidationError("@ needs the name of a file, or - for standard input.") }
        if arguments.count(where: { $0 == "@-" }) > 1 {
            throw ValidationError("@- can be given once: standard input is read to its end.")
        }
    }

    func run() async throws {
        try await reportingFailure {
            let arguments = try arguments.map(EventArgument.value)
            var options = try connection.clientOptions()
            // One event, one connection: what is lost is told, not tried again.
            options.reconnection = false
            try await connection.withSocket(options) { socket in
                let loss = Loss(of: socket)
                try await socket.waitUntilConnected()
                do {
                    if ack {
                        try await loss.endsTheWait { [options] in
                            try await emitWithAck(arguments, to: socket, options)
                        }
                    } else {
                        try await emit(arguments, to: socket, options)
                    }
                } catch let error as SocketIOError {
                    // What has ended the connection says more than what that has ended.
                    throw loss.cause ?? error
                }
            }
        }
    }

    private func emit(_ arguments: [JSONValue], to socket: Socket, _ options: ClientOptions) async throws {
        let limit = connection.timeout?.duration ?? options.timeout ?? Seconds.standardTimeout
        try socket.emit(event, arguments: arguments)
        try await withDeadline(limit, "the server to take the event") { try await socket.io.confirm() }
        // The server may have ended the namespace before, and nothing else.
        if !socket.isConnected, await !socket.sendBuffer().isEmpty {
            throw SocketIOError(.notConnected, "the namespace is not connected")
        }
    }

    private func emitWithAck(_ arguments: [JSONValue], to socket: Socket, _ options: ClientOptions) async throws {
        let limit = connection.timeout?.duration ?? options.ackTimeout ?? Seconds.standardTimeout
        let answer: [JSONValue]
        do {
            answer = try await socket.timeout(limit).emitWithAck(event, arguments: arguments)
        } catch {
            throw error.code == .timedOut ? SocketIOError.timeout(limit, "the acknowledgement") : error
        }
        try Output.standard.writeLine(EventLine.json(.array(answer)))
    }
}
