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

    func run() async throws {
        try await reportingFailure {
            let arguments = try arguments.map(EventArgument.value)
            var options = try connection.clientOptions()
            // One event, one connection: what is lost is told, not tried again.
            options.reconnection = false
            options.autoConnect = false
            let timeout = connection.timeout?.duration ?? options.ackTimeout ?? Seconds.standardTimeout
            try await withSocket(connection.url, options) { socket in
                if connection.verbose { ConnectionLog.follow(socket) }
                try await socket.waitUntilConnected()
                if ack {
                    let answer = try await socket.timeout(timeout)
                        .emitWithAck(event, arguments: arguments)
                    try Output.standard.writeLine("\(JSONValue.array(answer))")
                } else {
                    try socket.emit(event, arguments: arguments)
                    try await socket.io.flush()
                }
            }
        }
    }
}
