import ArgumentParser
import SocketIO

/// `sio listen`: prints the events that arrive, one line of JSON each.
struct ListenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "listen",
        abstract: "Prints events as they arrive, one line of JSON each.",
        usage: "sio listen [<options>] <url> [<event> ...]",
        discussion: """
            A line is {"event":"news","args":["hello",42]}; bytes are {"base64":"…"}.

            It connects again when the connection is lost, and ends with --count or --for, by a signal, or when the \
            server refuses or disconnects the namespace.

            EXIT STATUS
              0    --count or --for was reached.
              1    A failure, of the output, too: a line on standard error says why.
              64   Wrong usage.
              130  Ended by SIGINT (Ctrl-C). The server is told, within a second.
              143  Ended by SIGTERM, likewise.

            EXAMPLES
              sio listen http://localhost:3000
              sio listen --count 1 https://example.com/chat message
              sio listen --ack '{"ok":true}' http://localhost:3000 question
            """)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("End after so many events. (default: no end)", valueName: "number"),
        transform: ListenCommand.count)
    var count: Int?

    @Option(
        name: .customLong("for"), parsing: .unconditional,
        help: ArgumentHelp(
            "End after so many seconds, from the start of the program on. (default: no end)", valueName: "seconds"),
        transform: Seconds.init(argument:))
    var duration: Seconds?

    @Option(
        help: ArgumentHelp(
            "Acknowledge the events that ask for it with this value; with an array, its elements. (default: do not)",
            valueName: "json"),
        transform: JSONValue.init(argument:))
    var ack: JSONValue?

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The names of the events to print; without any, all.")
    var events: [String] = []

    private static func count(_ argument: String) throws -> Int {
        guard let count = Int(argument), count > 0 else {
            throw ValidationError("it has to be a whole number from 1 on.")
        }
        return count
    }

    func run() async throws {
        try await reportingFailure {
            let (occurrences, continuation) = AsyncStream.makeStream(of: Occurrence.self)
            let timer = Task { [duration] in
                guard let duration else { return }
                try await Task.sleep(for: duration.duration)
                continuation.yield(.stop)
            }
            defer { timer.cancel() }
            let options = try connection.clientOptions()
            try await connection.withSocket(options) { socket in
                follow(socket, continuation, isReconnecting: options.reconnection)
                socket.connect()
                try await print(occurrences, of: socket)
            }
        }
    }

    /// What can happen while listening, in one sequence.
    private enum Occurrence: Sendable {
        case event(String, [JSONValue], Ack?)
        case stop
        case failure(SocketIOError)
    }

    private func follow(
        _ socket: Socket, _ occurrences: AsyncStream<Occurrence>.Continuation, isReconnecting: Bool
    ) {
        let names = Set(events)
        socket.onAny { name, arguments, ack in
            if names.isEmpty || names.contains(name) { occurrences.yield(.event(name, arguments, ack)) }
        }
        // Who waits for nothing wants to know why; with --verbose it is told anyway.
        let warnings = connection.verbose ? nil : Warnings()
        socket.on(.connect) { warnings?.reset() }
        socket.on(.connectError) { error in
            if isReconnecting, error.code != .connectRejected {
                warnings?.tell(error)
            } else {
                occurrences.yield(.failure(error))
            }
        }
        socket.on(.disconnect) { disconnection in
            guard !isReconnecting || disconnection.reason == .serverDisconnect else { return }
            occurrences.yield(.failure(disconnection.cause))
        }
        socket.io.on(.reconnectFailed) {
            occurrences.yield(.failure(SocketIOError(.connectFailed, "no further attempt to reconnect")))
        }
    }

    private func print(_ occurrences: AsyncStream<Occurrence>, of socket: Socket) async throws {
        var left = count
        for await occurrence in occurrences {
            switch occurrence {
            case .event(let name, let arguments, let ack):
                try Output.standard.writeLine(EventLine.text(name, arguments))
                if let answer = self.ack { try ack?(arguments: answer.arrayValue ?? [answer]) }
                left = left.map { $0 - 1 }
                if left == 0 { return }
            case .stop:
                // What the server does not take now comes too late.
                await socket.io.shutdown(deadline: StopSignals.patience)
                return
            case .failure(let error): throw error
            }
        }
    }
}
