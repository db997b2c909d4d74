import ArgumentParser
import SocketIO

/// The command line: emits to Socket.IO servers, listens to them, and tells what is wrong with a connection.
struct SIO: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sio",
        abstract: "Emits events to a Socket.IO server, listens to its events, or examines the connection.",
        discussion: """
            The path of a URL is the namespace: https://example.com/chat is the namespace /chat at example.com.

            A failure ends with the status 1 and one line on standard error that says why; wrong usage with 64. \
            "doctor" has a status for each step that can fail.
            """,
        version: version,
        subcommands: [EmitCommand.self, ListenCommand.self, DoctorCommand.self])
}
