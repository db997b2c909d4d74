import ArgumentParser
import SocketIO

/// The command line: emits to Socket.IO servers, listens to them, and tells what is wrong with a connection.
struct SIO: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sio",
        abstract: "Emits events to a Socket.IO server, listens to its events, or examines the connection.",
        discussion: """
            The path of a URL is the namespace: https://example.com/chat is the namespace /chat at example.com.

            EXIT STATUS
              0    Done.
              1    A failure: one line on standard error says why.
              10   or more: the step that failed, see "sio doctor --help".
              64   Wrong usage.
              130  Ended by SIGINT (Ctrl-C).
              143  Ended by SIGTERM.

            EXAMPLES
              sio emit http://localhost:3000 news '"hello"'
              sio listen --count 1 https://example.com/chat message
              sio doctor https://example.com
              sio options

            COMPLETION
              source <(sio --generate-completion-script bash)
              This is for bash; there are scripts for zsh and fish, too.
            """,
        version: version,
        subcommands: [EmitCommand.self, ListenCommand.self, DoctorCommand.self, OptionsCommand.self])
}
