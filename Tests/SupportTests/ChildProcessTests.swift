import Foundation
import Glibc
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ChildProcessTests {
    @Test func outputAndStatus() async throws {
        let run = try await ChildProcess.run("sh", ["-c", "cat; echo err >&2; exit 3"], input: "in")
        #expect(run.status == 3)
        #expect(run.stdout == "in")
        #expect(run.stderr == "err\n")
    }

    @Test func aProgramThatIsMissing() {
        #expect(throws: SupportError.self) { try ChildProcess("no-such-program") }
    }

    @Test func whatTakesTooLongIsKilled() async throws {
        await #expect(throws: SupportError.self) {
            try await ChildProcess.run("sleep", ["60"], within: .milliseconds(100))
        }
    }

    @Test func linesAreAwaited() async throws {
        let process = try ChildProcess("sh", ["-c", "while read word; do echo got $word; done"])
        try process.write("one\ntwo\n")
        #expect(try await process.lines.next { $0.hasSuffix("two") } == "got two")
        #expect(process.lines.all == ["got one"])
        try await process.stop()
        #expect(try await process.waitForExit() == 0)
    }

    @Test func descendantsEndToo() async throws {
        let process = try ChildProcess("sh", ["-c", "sleep 60 & echo $!; cat"])
        let descendant = try #require(pid_t(try await process.lines.next()))
        try await process.stop()
        try await eventually { !isAlive(descendant) }
    }

    @Test func aGuardedProgramEndsWithItsInput() async throws {
        let process = try ChildProcess("sh", ["-c", "echo $$; exec sleep 60"], endsWithInput: false)
        _ = try await process.lines.next()
        process.closeInput()
        #expect(try await process.waitForExit() == 128 + SIGTERM)
    }

    @Test func aGuardedProgramThatEndsByItself() async throws {
        let process = try ChildProcess("sh", ["-c", "exit 4"], endsWithInput: false)
        #expect(try await process.waitForExit() == 4)
    }

    @Test func aSignalIsNoStatus() async throws {
        let killed = try ChildProcess("sh", ["-c", "kill -TERM $$"])
        #expect(try await killed.waitForEndingSignal() == SIGTERM)
        #expect(try await killed.waitForExit() == 128 + SIGTERM)
        let ended = try ChildProcess("sh", ["-c", "exit 143"])
        #expect(try await ended.waitForEndingSignal() == nil)
        #expect(try await ended.waitForExit() == 143)
    }

    /// Where nobody reaps orphans, a killed one stays as a zombie.
    private func isAlive(_ identifier: pid_t) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8) else {
            return false
        }
        return !status.contains("State:\tZ")
    }
}
