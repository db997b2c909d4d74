import ArgumentParser
import SocketIO

/// `sio doctor`: tries the way to a namespace step by step, and tells what is wrong with it.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Tells what is wrong with a connection, and what to do about it.",
        discussion: """
            It tries each step of a connection, with the options of the other commands: the name's look-up, TCP, TLS \
            with its certificates, the handshake over polling, a WebSocket, the upgrade from one to the other, and the \
            namespace.

            The status is that of the first step that fails: 10 dns, 11 tcp, 12 tls, 13 polling, 14 websocket, \
            15 upgrade, 16 namespace; 0 if none does; 1 if an option or the URL cannot be used.

            EXAMPLES
              sio doctor https://example.com
              sio doctor --json --ca ca.pem --cert client.pem --key client.key https://example.com/chat
            """)

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await reportingFailure {
            let options = try connection.clientOptions()
            let isForMachines = json
            var diagnosis = try Diagnosis(connection.url, options, isVerbose: connection.verbose) { step in
                if !isForMachines { try Output.standard.writeLine(DiagnosisReport.text(step)) }
            }
            if !json { try Output.standard.writeLine("\(diagnosis.shownURL)\n") }
            try await diagnosis.run()
            if json {
                try Output.standard.writeLine("\(DiagnosisReport.json(diagnosis.shownURL, diagnosis.steps))")
            } else {
                try Output.standard.writeLine("\n\(DiagnosisReport.conclusion(diagnosis.steps))")
            }
            let status = DiagnosisReport.status(diagnosis.steps)
            if status != 0 { throw ExitCode(status) }
        }
    }
}
