import SocketIO
import TestSupport
import Testing

/// What a large binary argument takes on its way out.
@Suite(.timeLimit(.minutes(3))) struct LargeUploadTests {
    /// Over a WebSocket it goes out from where it is. A polling body is text: there is one copy of it, as Base64.
    @Test(arguments: [(TransportKind.websocket, 0), (.polling, (64 << 20) / 3 * 4)])
    func isNotCopiedMoreThanItHasToBe(_ transport: TransportKind, copies: Int) async throws {
        let size = 64 << 20
        let server = try ScriptedServer { connection in
            var polls = 0
            while true {
                let request = try connection.readHTTPRequest()
                if request.query["transport"] == "websocket" {
                    try connection.upgradeToWebSocket(request)
                    try connection.writeText(ScriptedServer.openPacket())
                    _ = try connection.readFrame()
                    try connection.writeText(#"40{"sid":"socket"}"#)
                    while true { _ = try connection.readSome() }
                } else if request.query["sid"] == nil {
                    try connection.respond(body: ScriptedServer.openPacket())
                } else if request.method == "POST" {
                    try connection.respond(body: "ok")
                } else {
                    polls += 1
                    if polls > 1 { try connection.hang() }
                    try connection.respond(body: #"40{"sid":"socket"}"#)
                }
            }
        }
        let run = try await ChildProcess.run(
            Repository.program("Lifecycle"), ["upload", server.url, transport.rawValue, "\(size)"],
            within: .seconds(120))
        #expect(run.status == 0, "\(run.stderr)")
        let growth = try #require(Int(run.stdout.split(separator: "\n").first ?? ""))
        #expect(growth < copies + (24 << 20), "\(growth >> 20) MiB")
    }
}
