import TestSupport
import Testing

/// What a server says reaches the terminal on one line, escaped, and cut.
@Suite(.serialized, .timeLimit(.minutes(5))) struct HostileTextTests {
    enum Place: String, CaseIterable {
        case httpBody, connectError, closeReason, socketID
    }

    private static let short = "one\u{1B}[2J\ntwo\r\nthree\u{9B}1m"

    /// `short` and 10 KB more, as JSON.
    private static let json =
        #""one\u001b[2J\ntwo\r\nthree\u009b1m"# + String(repeating: "x", count: 10_000) + #"""#

    private func start(_ place: Place) throws -> ScriptedServer {
        switch place {
        case .httpBody:
            try ScriptedServer { connection in
                while true {
                    try connection.readHTTPRequest()
                    try connection.respond(400, body: Self.short + String(repeating: "x", count: 10_000))
                }
            }
        case .connectError: try EventServer(connectAnswer: #"44{"message":\#(Self.json),"data":\#(Self.json)}"#).start()
        case .closeReason:
            try EventServer { try $0.writeFrame(.close, [0x03, 0xF0] + Array(Self.short.utf8)) }.start()
        case .socketID: try EventServer(connectAnswer: #"40{"sid":\#(Self.json)}"#) { $0.close() }.start()
        }
    }

    @Test(arguments: Place.allCases, [false, true])
    func isTamed(_ place: Place, isVerbose: Bool) async throws {
        let server = try start(place)
        defer { server.stop() }
        let transport = place == .httpBody || place == .connectError ? "polling" : "websocket"
        let run = try await ChildProcess.run(
            try Repository.program("sio"),
            ["emit", "--transports", transport] + (isVerbose ? ["-v"] : []) + [server.url, "x"])
        #expect(run.status == 1)
        let lines = run.stderr.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        #expect(lines.filter { $0.hasPrefix("sio: ") }.count == 1)
        #expect(lines.last?.hasPrefix("sio: ") == true)
        for line in lines {
            #expect(line.count <= 500)
            #expect(!line.unicodeScalars.contains { $0.properties.generalCategory == .control })
            let starts = ["sio: ", "connecting ", "transport ", "connected ", "connect error ", "disconnected "]
            #expect(starts.contains { line.hasPrefix($0) }, "\(line)")
        }
        let shows = isVerbose || place != .socketID
        #expect(run.stderr.contains("[2J two three") == shows, "\(run.stderr)")
        if shows && place != .httpBody { #expect(run.stderr.contains(#"one\u{1B}[2J two three\u{9B}1m"#)) }
    }
}
