import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(5))) struct UsageTests {
    @Test(arguments: [
        ["emit"], ["emit", "http://h"], ["listen"], ["emit", "--transports", "udp", "http://h", "x"],
        ["emit", "--auth", "[]", "http://h", "x"], ["emit", "--auth", "hello", "http://h", "x"],
        ["emit", "--query", "a", "http://h", "x"], ["emit", "--header", "a", "http://h", "x"],
        ["emit", "--timeout", "0", "http://h", "x"],
        ["emit", "--passphrase", "a", "--passphrase-file", "b", "http://h", "x"],
        ["listen", "--count", "0", "http://h"], ["listen", "--for", "x", "http://h"],
        ["listen", "--ack", "{", "http://h"], ["nonsense"], ["doctor"], ["doctor", "http://h", "x"],
    ])
    func wrongUsage(_ arguments: [String]) async throws {
        let run = try await ChildProcess.run(try Repository.program("sio"), arguments)
        #expect(run.status == 64)
        #expect(run.stderr.contains("Error: "))
        #expect(run.stderr.contains("Usage: sio"))
    }

    @Test func versionIsPrinted() async throws {
        let run = try await sio("--version")
        #expect(run.status == 0)
        #expect(run.stdout.wholeMatch(of: /[0-9]+\.[0-9]+\.[0-9]+\n/) != nil)
    }

    @Test(arguments: ["emit", "listen"])
    func helpNamesEveryOption(_ command: String) async throws {
        let run = try await sio(command, "--help")
        #expect(run.status == 0)
        for option in [
            "transports", "path", "query", "header", "auth", "ca", "cert", "key", "passphrase", "passphrase-file",
            "ciphers", "insecure", "timeout", "no-reconnect", "verbose", "ack", "options",
        ] {
            #expect(run.stdout.contains("--\(option)"), "\(option)")
        }
    }

    @Test func helpOfTheDoctorNamesEveryStatus() async throws {
        let run = try await sio("doctor", "--help")
        #expect(run.status == 0)
        let text = run.stdout.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for status in [
            "10 dns", "11 tcp", "12 tls", "13 polling", "14 websocket", "15 upgrade", "16 namespace",
        ] {
            #expect(text.contains(status), "\(status)")
        }
        for option in ["json", "ca", "cert", "key", "servername", "min-version", "pin", "timeout", "options"] {
            #expect(run.stdout.contains("--\(option)"), "\(option)")
        }
        #expect(try await sio("--help").stdout.contains("doctor"))
    }
}
