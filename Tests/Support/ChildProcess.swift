import EngineIO
import Foundation
package import Glibc

/// A program that a test runs.
///
/// It cannot outlive the test: its standard input closes with the test's process, and what is left of its process group
/// when it ends is killed.
package final class ChildProcess: Sendable {
    /// What a program left behind when it ended.
    package struct Output: Sendable {
        /// The exit status, or 128 and the signal's number, as a shell has it.
        package let status: Int32
        package let stdout: String
        package let stderr: String
    }

    package let identifier: pid_t
    /// The lines of standard output, where the initializer was given no `onLine`.
    package let lines = Inbox<String>()

    private let input: Input
    private let output = Collected()
    private let error = Collected()
    private let reaper: Reaper
    /// What `waitpid` said.
    private let exit: Task<Int32, any Error>
    private let drained: Task<Void, any Error>

    /// Starts `program`, which is looked for in `PATH` unless it has a slash.
    ///
    /// `environment` is added to that of the test; an empty value removes a variable. A program that does not end by
    /// itself when its standard input does needs `endsWithInput: false`, which puts a guard before it. `onLine` is
    /// called with each line of standard output, on a thread of its own.
    package init(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:],
        endsWithInput: Bool = true, onLine: (@Sendable (String) -> Void)? = nil
    ) throws {
        let lineGuard = endsWithInput ? [] : [Repository.peer("while-input-is-open")]
        let child = try spawn(lineGuard + [program] + arguments, environment: environment)
        let (reaper, output, error, lines) = (Reaper(child.identifier), output, error, lines)
        let onLine = onLine ?? { lines.put($0) }
        self.reaper = reaper
        identifier = child.identifier
        input = Input(child.input)
        exit = Task { try await onThread { reaper.wait() } }
        drained = Task {
            async let first: Void = onThread { output.drain(child.output, onLine: onLine) }
            async let second: Void = onThread { error.drain(child.error, onLine: { _ in }) }
            _ = try await (first, second)
            lines.finish(throwing: SupportError("\(program) has ended its output: \(error.text)"))
        }
    }

    deinit {
        input.close()
        reaper.signal(SIGKILL)
    }

    package var stdout: String { output.text }
    package var stderr: String { error.text }

    /// Writes to the program's standard input; throws where the program has closed it.
    package func write(_ text: String) throws { try input.write(text) }

    package func closeInput() { input.close() }

    /// Sends a signal to the program and all it has started, unless it has ended.
    package func signal(_ number: Int32) { reaper.signal(number) }

    /// The exit status, or 128 and the signal's number, when all that the program has printed is here.
    package func waitForExit(within limit: Duration = standardDeadline) async throws -> Int32 {
        let status = try await waitStatus(within: limit)
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }

    /// The signal that has ended the program, likewise; nil if it has ended by itself.
    package func waitForEndingSignal(within limit: Duration = standardDeadline) async throws -> Int32? {
        let signal = try await waitStatus(within: limit) & 0x7f
        return signal == 0 ? nil : signal
    }

    private func waitStatus(within limit: Duration) async throws -> Int32 {
        let (exit, drained) = (exit, drained)
        return try await withDeadline(limit, "the end of process \(identifier)") {
            let status = try await exit.value
            try await drained.value
            return status
        }
    }

    /// Ends the program, by closing its input and then by force, and waits until it is gone.
    package func stop() async throws {
        input.close()
        if (try? await waitForExit(within: .seconds(2))) == nil {
            reaper.signal(SIGKILL)
            _ = try await waitForExit()
        }
    }

    /// Runs a program to its end; kills it and throws if that takes longer than `limit`.
    package static func run(
        _ program: String, _ arguments: [String] = [], input: String = "", environment: [String: String] = [:],
        within limit: Duration = standardDeadline
    ) async throws -> Output {
        let process = try ChildProcess(program, arguments, environment: environment)
        // A program that does not read its input is none of ours to judge.
        try? process.write(input)
        process.closeInput()
        let status = try await process.waitForExit(within: limit)
        return Output(status: status, stdout: process.stdout, stderr: process.stderr)
    }
}

/// Our end of a program's standard input.
private final class Input: Sendable {
    private let descriptor: Locked<Int32?>

    init(_ descriptor: Int32) { self.descriptor = Locked(descriptor) }

    func close() {
        descriptor.withLock { descriptor in
            if let open = descriptor.take() { _ = Glibc.close(open) }
        }
    }

    func write(_ text: String) throws {
        try descriptor.withLock { descriptor in
            guard let descriptor else { throw SupportError("the input is closed") }
            var bytes = Array(text.utf8)[...]
            while !bytes.isEmpty {
                let count = bytes.withUnsafeBytes {
                    send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { throw SupportError("the program has closed its input: errno \(errno)") }
                bytes = bytes.dropFirst(count)
            }
        }
    }
}

/// What a program has printed.
private final class Collected: Sendable {
    private let bytes = Locked<[UInt8]>([])

    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

    /// Reads `descriptor` to its end, and closes it.
    func drain(_ descriptor: Int32, onLine: (String) -> Void) {
        defer { close(descriptor) }
        var line: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes.withLock { $0 += buffer[..<count] }
            var rest = buffer[..<count]
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                onLine(String(decoding: line + rest[..<end], as: UTF8.self))
                line = []
                rest = rest[(end + 1)...]
            }
            line += rest
        }
        if !line.isEmpty { onLine(String(decoding: line, as: UTF8.self)) }
    }
}

/// Waits for a process, and knows whether its number is still its own.
private final class Reaper: Sendable {
    private let identifier: pid_t
    private let isReaped = Locked(false)

    init(_ identifier: pid_t) { self.identifier = identifier }

    func signal(_ number: Int32) {
        isReaped.withLock { isReaped in
            if !isReaped { kill(-identifier, number) }
        }
    }

    func wait() -> Int32 {
        var information = siginfo_t()
        while waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        return isReaped.withLock { isReaped in
            // What it started ends with it. Its number is not given to others before `waitpid`.
            kill(-identifier, SIGKILL)
            var status: Int32 = 0
            while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
            isReaped = true
            return status
        }
    }
}
