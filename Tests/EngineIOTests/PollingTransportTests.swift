import EngineIO
import SocketIOProtocol
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct PollingTransportTests {
    private static let noop = TransportEvent.packet(EnginePacket(.noop))

    // MARK: Requests

    @Test func pollsForPacketsInTheirOrder() async throws {
        let server = try PollingServer()
        let probe = try TransportProbe(
            polling: server.url, headers: [Header("X-Token", "a"), Header("X-Empty", "")],
            query: [QueryItem("name", "a b")])
        try await probe.handshake()
        server.answer("4one\u{1E}bAQI=\u{1E}2")
        #expect(try await probe.nextPacket() == EnginePacket(.message, text: "one"))
        #expect(try await probe.nextPacket() == .message(.binary([1, 2])))
        #expect(try await probe.nextPacket() == EnginePacket(.ping))

        let first = try await server.next("GET")
        #expect(first.path == "/socket.io/")
        #expect(first.target.hasPrefix("/socket.io/?name=a%20b&EIO=4&transport=polling&t="))
        #expect(first.query["sid"] == nil)
        #expect(first[header: "host"] == String(server.url.dropFirst("http://".count)))
        #expect(first[header: "accept"] == "*/*")
        #expect(first[header: "accept-encoding"]?.contains("gzip") == true)
        #expect(first[header: "user-agent"] == "socketio-linux/\(version)")
        #expect(first[header: "x-token"] == "a")
        #expect(first[header: "x-empty"] == "")
        #expect(first[header: "expect"] == nil)
        #expect(first[header: "content-type"] == nil)
        let second = try await server.next("GET")
        #expect(second.target.hasSuffix("&sid=engine"))
        #expect(second.query["t"] != first.query["t"])
    }

    @Test func headersOfTheUserReplaceOurs() async throws {
        let server = try PollingServer()
        let headers = [Header("user-agent", "mine"), Header("Accept", "text/plain"), Header("Host", "other.example")]
        let probe = try TransportProbe(polling: server.url, headers: headers)
        try await probe.handshake()
        let request = try await server.next("GET")
        for header in headers { #expect(request[header: header.name] == header.value) }
        #expect(request.headers.count { $0.name.lowercased() == "host" } == 1)
    }

    @Test func postsSixteenPacketsAtATime() async throws {
        let server = try PollingServer()
        let probe = try TransportProbe(polling: server.url)
        try await probe.handshake()
        let packets = (0..<40).map { EnginePacket(.message, text: "\($0)") }
        await probe.run { $0.send(packets) }
        try await probe.drained()
        var sizes: [Int] = []
        var received: [EnginePacket] = []
        for _ in 0..<3 {
            let request = try await server.next("POST")
            #expect(request[header: "content-type"] == "text/plain;charset=UTF-8")
            #expect(request[header: "expect"] == nil)
            #expect(request.query["sid"] == "engine")
            let batch = Payload.decode(Binary(request.body)).packets
            sizes.append(batch.count)
            received += batch
        }
        #expect(sizes == [16, 16, 8])
        #expect(received == packets)
        #expect(!probe.events.all.contains(.drained))
    }

    @Test func sendsWhatGoesFirstBeforeWhatWaits() async throws {
        let server = try PollingServer()
        let probe = try TransportProbe(polling: server.url)
        try await probe.handshake()
        await probe.run { transport in
            transport.send((0..<20).map { EnginePacket(.message, text: "\($0)") })
            transport.sendFirst(EnginePacket(.pong))
        }
        try await probe.drained()
        #expect(try await server.next("POST").text.hasSuffix("415"))
        #expect(try await server.next("POST").text == "3\u{1E}416\u{1E}417\u{1E}418\u{1E}419")
    }

    @Test func staysWithinMaxPayload() async throws {
        let server = try PollingServer(maxPayload: 100)
        let probe = try TransportProbe(polling: server.url)
        try await probe.handshake()
        let texts = [30, 30, 30, 150, 5].map { String(repeating: "x", count: $0) }
        await probe.run { $0.send(texts.map { EnginePacket(.message, text: $0) }) }
        try await probe.drained()
        var sizes: [Int] = []
        for _ in 0..<3 { sizes.append(try await server.next("POST").body.count) }
        // With the types and the separators.
        #expect(sizes == [31 + 1 + 31 + 1 + 31, 151, 6])
    }

    @Test func keepsItsConnections() async throws {
        let server = try PollingServer()
        let probe = try TransportProbe(polling: server.url)
        try await probe.handshake()
        for _ in 0..<50 { server.answer("6") }
        for _ in 0..<50 { #expect(try await probe.next() == Self.noop) }
        #expect(server.connectionCount == 1)
        for _ in 0..<20 {
            await probe.send(EnginePacket(.message))
            try await probe.drained()
        }
        #expect(server.connectionCount == 2)
    }

    @Test func takesCompressedAnswers() async throws {
        // `4hello`, by gzip.
        let gzip: [UInt8] = [
            0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 3, 0x33, 0xC9, 0x48, 0xCD, 0xC9, 0xC9, 7, 0, 0x83, 0xB5, 0x1B, 0xDE, 6, 0,
            0,
            0,
        ]
        let server = try ScriptedServer { connection in
            try connection.readHTTPRequest()
            try connection.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(gzip.count)\r\n\r\n")
            try connection.write(gzip)
            try connection.hang()
        }
        let probe = try TransportProbe(polling: server.url)
        await probe.open()
        #expect(try await probe.nextPacket() == EnginePacket(.message, text: "hello"))
    }

    @Test func connectsByIPv6() async throws {
        let server = try ScriptedServer(host: "::1") { connection in
            try connection.readHTTPRequest()
            try connection.respond(body: "6")
            try connection.hang()
        }
        let probe = try TransportProbe(polling: server.url)
        await probe.open()
        #expect(try await probe.nextPacket() == EnginePacket(.noop))
    }

    // MARK: The upgrade

    @Test func pausesWhenTheGETIsAnswered() async throws {
        let server = try PollingServer()
        let probe = try TransportProbe(polling: server.url)
        try await probe.handshake()
        _ = try await server.next("GET")
        _ = try await server.next("GET")
        await probe.run { $0.pause() }
        #expect(probe.events.all.isEmpty)
        server.answer("4last\u{1E}6")
        #expect(try await probe.next() == .packet(EnginePacket(.message, text: "last")))
        #expect(try await probe.next() == Self.noop)
        #expect(try await probe.next() == .paused(unsent: []))
        #expect(server.requests.isEmpty)

        server.answer("4again")
        await probe.run { $0.resume() }
        #expect(try await probe.nextPacket() == EnginePacket(.message, text: "again"))
    }

    @Test func pausesAfterThePOST() async throws {
        let isPosted = Inbox<Void>()
        let mayAnswer = Inbox<Void>()
        let server = try PollingServer { connection in
            isPosted.put(())
            try connection.wait(for: mayAnswer)
            try connection.respond(body: "ok")
        }
        let probe = try TransportProbe(polling: server.url)
        try await probe.handshake()
        await probe.send(EnginePacket(.message, text: "x"))
        try await isPosted.next()
        await probe.run { $0.pause() }
        server.answer("6")
        #expect(try await probe.events.next() == Self.noop)
        #expect(await probe.run { _ in probe.events.all.isEmpty })
        mayAnswer.put(())
        #expect(try await probe.events.next() == .drained)
        #expect(try await probe.events.next() == .paused(unsent: []))
    }

    /// A burst on a slow connection must not keep the upgrade waiting.
    @Test func pausedItHandsOverWhatNoPOSTHasTaken() async throws {
        let isPosted = Inbox<Void>()
        let mayAnswer = Inbox<Void>()
        let server = try PollingServer { connection in
            isPosted.put(())
            try connection.wait(for: mayAnswer)
            try connection.respond(body: "ok")
        }
        let probe = try TransportProbe(polling: server.url)
        try await probe.handshake()
        let packets = (0..<40).map { EnginePacket(.message, text: "\($0)") }
        await probe.run { $0.send(packets) }
        try await isPosted.next()
        await probe.run { $0.pause() }
        mayAnswer.put(())
        server.answer("6")
        #expect(try await probe.next() == Self.noop)
        #expect(try await probe.next() == .paused(unsent: packets[16...]))

        await probe.run { $0.resume() }
        mayAnswer.put(())
        mayAnswer.put(())
        try await probe.drained()
        var received: [EnginePacket] = []
        for _ in 0..<3 { received += Payload.decode(Binary(try await server.next("POST").body)).packets }
        #expect(received == packets)
    }

    @Test func pausedFromInsideAnEventItReportsTheRestFirst() async throws {
        let server = try PollingServer()
        let probe = try TransportProbe(polling: server.url) { transport, event in
            if event == .packet(EnginePacket(.message, text: "pause")) { transport.pause() }
        }
        try await probe.handshake()
        server.answer("4pause\u{1E}4rest")
        _ = try await probe.nextPacket()
        #expect(try await probe.nextPacket() == EnginePacket(.message, text: "rest"))
        #expect(try await probe.next() == .paused(unsent: []))
    }

    @Test func resumedBeforeItPausedItGoesOn() async throws {
        let server = try PollingServer()
        let probe = try TransportProbe(polling: server.url)
        try await probe.handshake()
        await probe.run {
            $0.pause()
            $0.resume()
        }
        for _ in 0..<3 {
            server.answer("6")
            #expect(try await probe.next() == Self.noop)
        }
    }

    // MARK: The end

    @Test func closeSendsWhatIsLeftAndTheGoodbye() async throws {
        let server = try PollingServer()
        let probe = try TransportProbe(polling: server.url)
        try await probe.handshake()
        await probe.run {
            $0.send([EnginePacket(.message, text: "a")])
            $0.send([EnginePacket(.message, text: "b")])
            $0.close()
        }
        #expect(try await probe.end() == nil)
        #expect(try await server.next("POST").text == "4a")
        #expect(try await server.next("POST").text == "4b\u{1E}1")
        await probe.close()
        #expect(probe.events.all.isEmpty)
    }

    @Test func closeWithoutASessionEndsAtOnce() async throws {
        let server = try ScriptedServer { try $0.hang() }
        let probe = try TransportProbe(polling: server.url)
        await probe.open()
        await probe.close()
        #expect(try await probe.end() == nil)
        let unopened = try TransportProbe(polling: server.url)
        await unopened.close()
        #expect(try await unopened.end() == nil)
    }

    @Test func closeWaitsNoLongerThanItMay() async throws {
        let server = try PollingServer { try $0.hang() }
        let probe = try TransportProbe(polling: server.url, goodbyeTimeout: .seconds(1))
        try await probe.handshake()
        let start = ContinuousClock.now
        await probe.close()
        let error = try await probe.failure()
        #expect(error.code == .timedOut && error.transport == .polling)
        #expect(error.message == "timeout after 1 s while sending what was left before the end")
        #expect(ContinuousClock.now - start >= .milliseconds(990))
    }

    @Test(arguments: [200, 400]) func closeTellsWhetherTheGoodbyeWasTaken(status: Int) async throws {
        let server = try PollingServer { try $0.respond(status) }
        let probe = try TransportProbe(polling: server.url)
        try await probe.handshake()
        await probe.close()
        #expect(try await probe.end()?.message == (status == 200 ? nil : "xhr post error: HTTP 400 Status"))
    }

    /// Each POST that is answered has been taken, and no other.
    @Test func knowsWhatTheServerHasNotTaken() async throws {
        let mayAnswer = Inbox<Void>()
        let posts = Inbox<Void>()
        let server = try PollingServer { connection in
            posts.put(())
            if posts.all.count > 1 { try connection.hang() }
            try connection.wait(for: mayAnswer)
            try connection.respond(body: "ok")
        }
        let probe = try TransportProbe(polling: server.url, goodbyeTimeout: .milliseconds(300))
        try await probe.handshake()
        await probe.run { $0.send((0..<40).map { EnginePacket(.message, text: "\($0 % 10)") } + [EnginePacket(.pong)]) }
        #expect(await probe.run { $0.unsent } == Load(messages: 40, bytes: 40))
        mayAnswer.put(())
        try await eventually("the second POST") { posts.all.count == 2 }
        #expect(await probe.run { $0.unsent } == Load(messages: 24, bytes: 24))
        await probe.close()
        #expect(try await probe.failure().code == .timedOut)
        #expect(await probe.run { $0.unsent } == Load(messages: 24, bytes: 24), "it is lost")
    }

    @Test func abortClosesTheConnectionsAndReportsNothing() async throws {
        let (isAsked, isGone) = (Inbox<Void>(), Inbox<Void>())
        let server = try ScriptedServer { connection in
            defer { isGone.put(()) }
            try connection.readHTTPRequest()
            isAsked.put(())
            try connection.readToEnd()
        }
        let probe = try TransportProbe(polling: server.url)
        await probe.open()
        #expect(try await probe.next() == .opened)
        try await isAsked.next()
        await probe.abort()
        try await isGone.next()
        #expect(probe.events.all.isEmpty)
    }

    enum Ending: CaseIterable { case abort, close }

    @Test(arguments: Ending.allCases, [TransportEvent.opened, noop, .drained])
    func mayEndInsideAnEvent(ending: Ending, last: TransportEvent) async throws {
        let server = try PollingServer()
        let isEnded = Inbox<Void>()
        let probe = try TransportProbe(polling: server.url) { transport, event in
            guard event == last else { return }
            if ending == .abort { transport.abort() } else { transport.close() }
            isEnded.put(())
        }
        await probe.open()
        if last != .opened {
            server.answer("6\u{1E}4after")
            await probe.send(EnginePacket(.message))
        }
        try await isEnded.next()
        if ending == .close {
            #expect(try await probe.end() == nil)
        } else {
            // A turn of the loop later.
            await probe.abort()
            #expect(!probe.events.all.contains(.closed(nil)))
            if last == Self.noop {
                #expect(!probe.events.all.contains(.packet(EnginePacket(.message, text: "after"))))
            }
        }
    }

    @Test func manySessionsOpenAndEnd() async throws {
        let server = try PollingServer()
        for _ in 0..<30 {
            let probe = try TransportProbe(polling: server.url)
            try await probe.handshake()
        }
    }
}
