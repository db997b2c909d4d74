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
        ["options", "nonsense"], ["emit", "http://h", "x", "@"], ["emit", "http://h", "x", "@-", "@-"],
        ["emit", "-4", "-6", "http://h", "x"], ["emit", "--parser", "xml", "http://h", "x"],
    ])
    func wrongUsage(_ arguments: [String]) async throws {
        let run = try await ChildProcess.run(try Repository.program("sio"), arguments)
        #expect(run.status == 64)
        #expect(run.stderr.contains("Error: "))
        #expect(run.stderr.contains("Usage: sio"))
    }

    @Test(arguments: ["emit", "listen"], ["nan", "inf", "1e300", "-1", "0", "x", ""])
    func wrongTimesAreNamed(_ command: String, _ value: String) async throws {
        let event = command == "emit" ? ["x"] : []
        for option in command == "emit" ? ["--timeout"] : ["--timeout", "--for"] {
            let run = try await ChildProcess.run(
                try Repository.program("sio"), [command, option, value, "http://127.0.0.1:1"] + event)
            #expect(run.status == 64)
            let error =
                "The value '\(value)' is invalid for '\(option) <seconds>': it has to be a number of seconds from"
            #expect(run.stderr.contains(error + " 0.001 to 1000000000."), "\(run.stderr)")
        }
    }

    @Test(arguments: ["0", "-1", "x", "1.5", "99999999999999999999"])
    func wrongCountsAreNamed(_ value: String) async throws {
        let run = try await sio("listen", "--count", value, "http://127.0.0.1:1")
        #expect(run.status == 64)
        let error = "The value '\(value)' is invalid for '--count <number>': it has to be a whole number from 1 on."
        #expect(run.stderr.contains(error), "\(run.stderr)")
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
            "ciphers", "insecure", "timeout", "no-reconnect", "verbose", "ack", "options", "ecdh-curve", "sigalgs",
            "crl",
            "servername", "min-version", "max-version", "pin", "proxy", "proxy-from-environment", "unix-socket",
            "local-address", "ipv4", "ipv6", "cookies", "no-upgrade", "no-compression", "subprotocol", "parser",
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

    @Test(arguments: ["emit", "listen"])
    func helpIsAManual(_ command: String) async throws {
        let help = try await ChildProcess.run(
            try Repository.program("sio"), [command, "--help"], environment: ["COLUMNS": "1000"]
        ).stdout
        #expect(help.contains("\nUSAGE: sio \(command) [<options>] <url> "))
        for status in ["0", "1", "64", "130", "143"] {
            #expect(help.contains(try Regex("EXIT STATUS\n(.*\n)*  \(status) ")), "\(status)")
        }
        #expect(help.contains("\nEXAMPLES\n  sio \(command) "))
        // Those that take a value say what they are without.
        let lines = help.replacing(#/\n {20,}/#, with: " ").split(separator: "\n")
        let options = lines.filter { $0.hasPrefix("  --") && $0.contains("<") }
        #expect(options.count >= 25)
        for option in options { #expect(option.contains("(default: "), "\(option)") }
    }

    @Test func helpNamesStatusesAndCompletion() async throws {
        let help = try await sio("--help").stdout
        for status in ["0", "1", "64", "130", "143"] {
            #expect(help.contains(try Regex("EXIT STATUS\n(.*\n)*  \(status) ")), "\(status)")
        }
        #expect(help.contains("sio --generate-completion-script bash"))
    }

    @Test(arguments: [
        (
            "bash", ["'--passphrase-file')\n        __sio_add_completions -f", "'websocket'$'\\n''polling,websocket'"]
        ),
        ("zsh", ["'--passphrase-file[", ":_files'", "'polling,websocket'"]),
        ("fish", ["-l 'passphrase-file'", "-rF", "'polling websocket polling,websocket websocket,polling'"]),
    ])
    func completionScript(_ shell: String, _ parts: [String]) async throws {
        let run = try await sio("--generate-completion-script", shell)
        #expect(run.status == 0)
        for part in parts { #expect(run.stdout.contains(part), "\(part)") }
        for option in ["emit", "listen", "doctor", "count", "no-reconnect"] { #expect(run.stdout.contains(option)) }
        guard shell == "bash" else { return }
        #expect(try await ChildProcess.run("bash", ["-n"], input: run.stdout).status == 0)
    }
}
