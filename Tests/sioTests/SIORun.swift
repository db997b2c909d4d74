import TestSupport

/// Runs the built `sio` to its end.
///
/// The suites that do are serialized: a test is two processes, and all at once would be too many for a small machine.
func sio(_ arguments: String..., environment: [String: String] = [:]) async throws -> ChildProcess.Output {
    try await ChildProcess.run(try Repository.program("sio"), arguments, environment: environment)
}

/// A `sio` that goes on while the test does something.
func startSIO(_ arguments: String...) throws -> ChildProcess {
    try ChildProcess(try Repository.program("sio"), arguments, endsWithInput: false)
}
