import SocketIOProtocol
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct MessagePackTests {
    private let parser = MessagePackParser()

    private func event(_ json: String, id: UInt64? = nil, _ attachments: [Binary] = []) -> ParserPacket {
        ParserPacket(.event, namespace: "/n", id: id, json: Binary(utf8: json), attachments: attachments)
    }

    private func decode(_ bytes: [UInt8], maximumAttachments: Int = 10) throws -> ParserPacket? {
        var decoder = parser.makeDecoder(maximumAttachments: maximumAttachments)
        return try decoder.add(.binary(Binary(bytes)))
    }

    /// A packet of type 2 and namespace "/" whose data is `value`.
    private func packet(data value: [UInt8]) -> [UInt8] {
        [0x83] + text("type") + [2] + text("nsp") + text("/") + text("data") + value
    }

    private func text(_ text: String) -> [UInt8] { [0xA0 | UInt8(text.utf8.count)] + Array(text.utf8) }

    @Test func writesTheShortestForm() throws {
        let messages = try parser.encode(event(#"["x",1,-1,null,true]"#, id: 7))
        let expected: [UInt8] =
            [0x84] + text("type") + [2] + text("nsp") + text("/n") + text("data") + [0x95] + text("x")
            + [1, 0xFF, 0xC0, 0xC3] + text("id") + [7]
        #expect(messages == [.binary(Binary(expected))])
    }

    @Test func leavesOutWhatIsNotThere() throws {
        let expected: [UInt8] = [0x82] + text("type") + [1] + text("nsp") + text("/")
        #expect(try parser.encode(ParserPacket(.disconnect)) == [.binary(Binary(expected))])
    }

    static let values = [
        #"["e"]"#, #"["e",0,127,128,255,256,65535,65536,4294967295,4294967296,18446744073709551615]"#,
        #"["e",-1,-32,-33,-128,-129,-32768,-32769,-2147483648,-2147483649,-9223372036854775808]"#,
        #"["e",1.5,-0.25,1e+300,"",[],{},{"a":{"b":[null,true,false]}}]"#, #"["e","é€😀\u0000\"\\"]"#,
        #"["e",{"_placeholder":true,"num":0}]"#,
        "[\"\(String(repeating: "x", count: 31))\",\"\(String(repeating: "y", count: 32))\"]",
        "[\"\(String(repeating: "x", count: 255))\",\"\(String(repeating: "y", count: 70_000))\"]",
        "[\"e\"\(String(repeating: ",1", count: 15))]", "[\"e\"\(String(repeating: ",1", count: 70_000))]",
    ]

    @Test(arguments: values)
    func comesBackAsItWas(_ json: String) throws {
        var decoder = parser.makeDecoder(maximumAttachments: 10)
        for kind in [ParserPacket.Kind.event, .ack] {
            let packet = ParserPacket(kind, namespace: "/n", id: .max, json: Binary(utf8: json))
            let messages = try parser.encode(packet)
            #expect(messages.count == 1)
            #expect(try decoder.add(messages[0]) == packet)
        }
    }

    @Test(arguments: [0, 1, 255, 256, 65_536])
    func carriesBytes(_ count: Int) throws {
        let attachments = [Binary([UInt8](repeating: 7, count: count)), [1]]
        let json = #"["e",{"a":{"_placeholder":true,"num":0}},[{"_placeholder":true,"num":1}]]"#
        let packet = event(json, attachments)
        #expect(packet.kind == .binaryEvent)
        var decoder = parser.makeDecoder(maximumAttachments: 2)
        #expect(try decoder.add(parser.encode(packet)[0]) == packet)
        var narrow = PacketDecoder(maximumAttachments: 1, parser: parser)
        let error = #expect(throws: SocketIOError.self) { _ = try narrow.add(parser.encode(packet)[0]) }
        #expect(error?.message == "parse error: more than 1 attachments")
    }

    @Test func bytesOutsideTheDataAreNoAttachments() throws {
        let data = text("data") + [0x92] + text("e") + [0xC4, 1, 7]
        let other = text("more") + [0xC4, 2, 1, 2]
        for parts in [data + other, other + data, data + data] {
            let message = [0x84] + text("type") + [2] + text("nsp") + text("/") + parts
            var decoder = parser.makeDecoder(maximumAttachments: 1)
            let packet = try decoder.add(.binary(Binary(message)))
            #expect(packet?.attachments == [[7]])
            #expect(packet?.json.text == #"["e",{"_placeholder":true,"num":0}]"#)
        }
    }

    /// What Node's and Python's libraries write, and this one does not.
    @Test func readsEveryForm() throws {
        let forms: [([UInt8], String)] = [
            ([0xCC, 5], "5"), ([0xCD, 0, 5], "5"), ([0xD0, 0xFB], "-5"), ([0xD1, 0, 5], "5"),
            ([0xD9, 1, 0x61], #""a""#),
            ([0xDA, 0, 1, 0x61], #""a""#), ([0xDC, 0, 1, 5], "[5]"), ([0xDD, 0, 0, 0, 1, 5], "[5]"),
            ([0xDE, 0, 1, 0xA1, 0x61, 5], #"{"a":5}"#), ([0xDF, 0, 0, 0, 0], "{}"), ([0xCA, 0x3F, 0xC0, 0, 0], "1.5"),
            ([0x91, 0xCB, 0x7F, 0xF0, 0, 0, 0, 0, 0, 0], "[null]"), ([0x91, 0xD4, 0, 0], "[null]"),
        ]
        for (bytes, json) in forms { #expect(try decode(packet(data: bytes))?.json.text == json, "\(bytes)") }
        #expect(try decode(packet(data: [0xC0]))?.json == Binary(), "Python writes nil for no data")
    }

    @Test func refusesWhatItCannotRead() throws {
        let faults: [([UInt8], String)] = [
            ([], "the message ends too early"), ([0xC0], "the message is not a map"), ([0x80], "unknown packet type"),
            ([0x82] + text("type") + [5] + text("nsp") + text("/"), "unknown packet type"),
            ([0x82] + text("type") + text("2") + text("nsp") + text("/"), "unknown packet type"),
            ([0x82] + text("type") + [2] + text("nsp") + text("n"), "there is no namespace"),
            ([0x82] + text("type") + [2] + text("nsp") + [1], "there is no namespace"),
            ([0x81, 1, 1], "a key that is no text"), (packet(data: []), "the message ends too early"),
            (packet(data: [0xDD, 255, 255, 255, 255]), "the message ends too early"),
            (packet(data: [0xDB, 255, 255, 255, 255]), "the message ends too early"),
            (packet(data: [0xC6, 255, 255, 255, 255]), "the message ends too early"),
            (packet(data: [0xC1]), "an extension of MessagePack"),
            (packet(data: [0xD6, 255, 0, 0, 0, 0]), "an extension of MessagePack"),
            (packet(data: [1]) + [0], "there are bytes behind the packet"),
            (packet(data: [UInt8](repeating: 0x91, count: 100_000)), "nested too deep"),
            (packet(data: [0xC0]).dropLast() + [0x81, 0xC4, 0, 0xC0], "a key that is no text"),
        ]
        for (bytes, message) in faults {
            var decoder = PacketDecoder(maximumAttachments: 10, parser: parser)
            let error = #expect(throws: SocketIOError.self) { _ = try decoder.add(.binary(Binary(bytes))) }
            #expect(error?.message == "parse error: \(message)")
        }
        var decoder = PacketDecoder(maximumAttachments: 10, parser: parser)
        #expect(throws: SocketIOError.self) { _ = try decoder.add(.text("2[]")) }
        let reserved = #expect(throws: SocketIOError.self) {
            _ = try decoder.add(.binary(Binary(packet(data: [0x91] + text("connect")))))
        }
        #expect(reserved?.message == #"parse error: the event name "connect" is reserved"#)
    }

    /// Every cut and every changed byte ends in a packet or an error.
    @Test func survivesEveryDamage() throws {
        let json = #"["e",{"a":[1.5,null,-3]},{"_placeholder":true,"num":0}]"#
        guard case .binary(let message) = try parser.encode(event(json, id: 3, [[1, 2, 3]]))[0] else { return }
        let bytes = Array(message)
        var random = SeededGenerator(seed: 1)
        for end in bytes.indices { #expect(throws: (any Error).self) { _ = try decode(Array(bytes[..<end])) } }
        for index in bytes.indices {
            for _ in 0..<50 {
                var damaged = bytes
                damaged[index] = UInt8.random(in: 0...255, using: &random)
                var decoder = PacketDecoder(maximumAttachments: 10, parser: parser)
                if let packet = try? decoder.add(.binary(Binary(damaged))) {
                    _ = packet.data?.root.value(attachments: packet.attachments)
                }
            }
        }
    }
}
