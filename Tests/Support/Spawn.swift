import Foundation
import Glibc

/// A started process and our ends of its standard streams.
struct Spawned {
    let identifier: pid_t
    let input: Int32
    let output: Int32
    let error: Int32
}

/// Starts a process with three streams to us, in a process group of its own, with default signal handling.
///
/// Foundation's `Process` lets children inherit each other's streams when several are started at once; then the end
/// of a standard input goes unnoticed. Here every descriptor is close-on-exec from its beginning.
func spawn(_ command: [String], environment: [String: String]) throws -> Spawned {
    let (input, output, error) = (try Channel(), try Channel(), try Channel())
    defer { for end in [input.theirs, output.theirs, error.theirs] { close(end) } }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input.theirs, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output.theirs, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, error.theirs, STDERR_FILENO)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(
        &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }.filter { !$1.isEmpty }
    var identifier = pid_t()
    let failure = withCStrings(command) { arguments in
        withCStrings(variables.map { "\($0)=\($1)" }) { variables in
            posix_spawnp(&identifier, command[0], &actions, &attributes, arguments, variables)
        }
    }
    guard failure == 0 else {
        for end in [input.ours, output.ours, error.ours] { close(end) }
        throw SupportError("cannot start \(command[0]): \(String(cString: strerror(failure)))")
    }
    return Spawned(identifier: identifier, input: input.ours, output: output.ours, error: error.ours)
}

/// A pair of sockets: Swift does not see `pipe2`, and a pipe that is marked close-on-exec only after its creation
/// leaks into what another thread starts in between.
private struct Channel {
    let ours: Int32
    let theirs: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw SupportError("no socket pair: errno \(errno)") }
        (ours, theirs) = (ends[0], ends[1])
    }
}

private func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    let copies = strings.map { strdup($0) } + [nil]
    defer { for copy in copies { free(copy) } }
    return copies.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("the list has at least its end") }
        return body(base)
    }
}
