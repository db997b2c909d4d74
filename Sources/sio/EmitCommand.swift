import ArgumentParser
import SocketIO

/// `sio emit`: connects, emits one event, and is done when it has been sent or acknowledged.
struct EmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "emit",
        abstract: "Emits one event.",
        discussion: """
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
