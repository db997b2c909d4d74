import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ScriptedServerTests {
    private func curl(_ arguments: String...) async throws -> ChildProcess.Output {
        try await ChildProcess.run(
            "curl", ["--silent", "--show-error", "--noproxy", "*", "--max-time", "15"] + arguments)
    }

    @Test(arguments: ["127.0.0.1", "::1"])
    func answersCurl(_ host: String) async throws {
        let server = try ScriptedServer(host: host) { connection in
            while true {
                let request = try connection.readHTTPRequest()
                try connection.respond(headers: ["X-Connection": "\(connection.index)"], body: "got \(request.text)")
            }
        }
        let url = server.url + "/p?a=1&b=%20"
        let output = try await curl("--data", "body", "--include", url)
        #expect(output.stdout.contains("X-Connection: 0"))
        #expect(output.stdout.hasSuffix("got body"))
        let request = try await server.requests.next()
        #expect(request.method == "POST")
        #expect(request.path == "/p")
        #expect(request.query == ["a": "1", "b": " "])
        #expect(request[header: "content-length"] == "4")
        #expect(server.connectionCount == 1)
        server.stop()
        #expect(server.errors.isEmpty)
    }

    @Test func closeAndReset() async throws {
        let server = try ScriptedServer { connection in
            let request = try connection.readHTTPRequest()
            request.path == "/reset" ? connection.reset() : connection.close()
        }
        #expect(try await curl(server.url + "/close").status == 52)  // CURLE_GOT_NOTHING
        #expect(try await curl(server.url + "/reset").status == 56)  // CURLE_RECV_ERROR
    }

    @Test func stopEndsAHangingConnection() async throws {
        let server = try ScriptedServer { connection in
            try connection.readHTTPRequest()
            try connection.hang()
        }
        async let output = curl(server.url)
        _ = try await server.requests.next()
        server.stop()
        // It depends on whether curl was still sending.
        #expect([52, 56].contains(try await output.status))
        #expect(server.errors.isEmpty)
    }

    @Test func webSocket() async throws {
        let frames = Inbox<WebSocketFrame>()
        let server = try ScriptedServer { connection in
            try connection.upgradeToWebSocket(try connection.readHTTPRequest())
            while true {
                let frame = try connection.readFrame()
                frames.put(frame)
                guard frame.opcode == .text || frame.opcode == .binary else { return }
                try connection.writeFrame(frame.opcode, frame.payload)
            }
        }
        let script = """
            import asyncio, sys, aiohttp
            async def main():
                async with aiohttp.ClientSession() as session, session.ws_connect(sys.argv[1]) as socket:
                    for size in (5, 126, 70000):
                        await socket.send_bytes(b'x' * size)
                        print(len(await socket.receive_bytes()), flush=True)
            asyncio.run(main())
            """
        let client = try await ChildProcess.run(try Repository.python, ["-c", script, server.url])
        #expect(client.stdout == "5\n126\n70000\n", "\(client.stderr)")
        let frame = try await frames.next()
        #expect(frame.isMasked && frame.isFinal && frame.opcode == .binary && frame.text == "xxxxx")
        #expect(try await frames.next { $0.opcode == .close }.payload == [3, 232])
    }

    @Test func whatAScriptThrowsIsKept() async throws {
        let server = try ScriptedServer { _ in throw SupportError("no") }
        _ = try await curl(server.url)
        try await eventually { server.errors.count == 1 }
    }
}
