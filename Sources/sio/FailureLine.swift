import ArgumentParser
import SocketIO

/// An error as one line for people.
enum FailureLine {
    static func text(_ error: any Error) -> String {
        guard let error = error as? SocketIOError else { return "\(error)".terminalLine }
        // What a server says along with its refusal. It may also be meant for the terminal.
        let data = error.data.map { " \($0)" } ?? ""
        return ((isTooLarge(error) ? "too large for the server: " : "") + error.message + data).terminalLine
    }

    private static func isTooLarge(_ error: SocketIOError) -> Bool {
        error.http?.status == 413 || error.close?.code == 1009
    }
}

/// Runs a command; what it throws is told in one line, and makes the status 1.
func reportingFailure(_ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let status as ExitCode {
        // It has been told.
        throw status
    } catch {
        StopSignals.endIfReceived()
        Output.tell("sio: \(FailureLine.text(error))")
        throw ExitCode.failure
    }
    StopSignals.endIfReceived()
}
