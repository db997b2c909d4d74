import ArgumentParser
import Glibc
import SocketIO

/// `sio listen`: prints the events that arrive, one line of JSON each.
struct ListenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "listen",
        abstract: "Prints events as they arrive, one line of JSON each.",
        discussion: """
            A line is {"event":"news","args":["hello",42]}; bytes are {"base64":"…"}.

            It connects again when the connection is lost, and ends with Ctrl-C, or when the server refuses or \
            disconnects the namespace.

            EXAMPLES
              sio listen http://localhost:3000
              sio listen --count 1 https://example.com/chat message
              sio listen --ack '{"ok":true}' http://localhost:3000 question
            """)

    @Option(help: "End after so many events.")
    var count: Int?

    @Option(name: .customLong("for"), help: "End after so many seconds.")
    var duration: Seconds?

    @Option(
        help: ArgumentHelp(
            "Acknowledge the events that ask for it with this value; with an array, its elements.", valueName: "json"),
        transform: JSONValue.init(argument:))
    var ack: JSONValue?

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The names of the events to print; without any, all.")
    var events: [String] = []

    func validate() throws {
        if let count, count < 1 { throw ValidationError("--count takes a number from 1 on.") }
    }

    func run() async throws {
        try await reportingFailure {
            var options = try connection.clientOptions()
            options.autoConnect = false
            let (occurrences, continuation) = AsyncStream.makeStream(of: Occurrence.self)
            let signals = StopSignals { continuation.yield(.stop) }
            let timer = Task {
                guard let duration else { return }
                try await Task.sleep(for: duration.duration)
                continuation.yield(.stop)
            }
            defer {
                timer.cancel()
                signals.cancel()
            }
            try await withSocket(connection.url, options) { socket in
                if connection.verbose { ConnectionLog.follow(socket) }
                follow(socket, continuation, isReconnecting: options.reconnection)
                socket.connect()
                do {
                    try await print(occurrences)
                } catch let failure as Output.Failure where failure.errno == EPIPE {
                    // Who reads the lines has enough of them.
                }
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
            occurrences.yield(.failure(disconnection.error ?? SocketIOError(.disconnected, "\(disconnection.reason)")))
        }
    }

    private func print(_ occurrences: AsyncStream<Occurrence>) async throws {
        var left = count
        for await occurrence in occurrences {
            switch occurrence {
            case .event(let name, let arguments, let ack):
                try Output.standard.writeLine(EventLine.text(name, arguments))
                if let answer = self.ack { try ack?(arguments: answer.arrayValue ?? [answer]) }
                left = left.map { $0 - 1 }
                if left == 0 { return }
            case .stop: return
            case .failure(let error): throw error
            }
        }
    }
}
