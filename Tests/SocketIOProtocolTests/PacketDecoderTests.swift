import SocketIOProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct PacketDecoderTests {
    private static func placeholder(_ number: Int) -> String { "{\"_placeholder\":true,\"num\":\(number)}" }

    // MARK: What is well-formed

    @Test(arguments: [
        ("0", Packet(.connect)),
        (#"0{"sid":"x"}"#, Packet(.connect, data: json(#"{"sid":"x"}"#))),
        ("0/admin", Packet(.connect, namespace: "/admin")),
        ("0/admin,", Packet(.connect, namespace: "/admin")),
        (#"0/admin,{"sid":"x"}"#, Packet(.connect, namespace: "/admin", data: json(#"{"sid":"x"}"#))),
        ("0/a?b=c,{}", Packet(.connect, namespace: "/a?b=c", data: json("{}"))),
        ("1", Packet(.disconnect)),
        ("1/admin,", Packet(.disconnect, namespace: "/admin")),
        // Node refuses this; python-socketio sends it.
        (#"1/admin,{"message":"x"}"#, Packet(.disconnect, namespace: "/admin", data: json(#"{"message":"x"}"#))),
        (#"2["a"]"#, Packet(.event, data: json(#"["a"]"#))),
        (#"2 ["a" , 1] "#, Packet(.event, data: json(#"["a",1]"#))),
        (#"212["a",{"b":[null]}]"#, Packet(.event, id: 12, data: json(#"["a",{"b":[null]}]"#))),
        (#"2007["a"]"#, Packet(.event, id: 7, data: json(#"["a"]"#))),
        (#"218446744073709551615["a"]"#, Packet(.event, id: .max, data: json(#"["a"]"#))),
        (#"2/admin,["a,b"]"#, Packet(.event, namespace: "/admin", data: json(#"["a,b"]"#))),
        (#"2/admin,5["a"]"#, Packet(.event, namespace: "/admin", id: 5, data: json(#"["a"]"#))),
        (#"2/räume/1,["ü"]"#, Packet(.event, namespace: "/räume/1", data: json(#"["ü"]"#))),
        (#"2[""]"#, Packet(.event, data: json(#"[""]"#))),
        ("2[5,1]", Packet(.event, data: json("[5,1]"))),
        ("30[]", Packet(.ack, id: 0, data: json("[]"))),
        ("3/admin,13[1,2]", Packet(.ack, namespace: "/admin", id: 13, data: json("[1,2]"))),
        (#"4{"message":"m"}"#, Packet(.connectError, data: json(#"{"message":"m"}"#))),
        (#"4/a,"m""#, Packet(.connectError, namespace: "/a", data: json(#""m""#))),
        (#"50-["a"]"#, Packet(.binaryEvent, data: json(#"["a"]"#))),
        ("60-/a,1[]", Packet(.binaryAck, namespace: "/a", id: 1, data: json("[]"))),
        // A placeholder without attachments is data like any other.
        ("2[\"a\",\(placeholder(0))]", Packet(.event, data: json("[\"a\",\(placeholder(0))]"))),
    ])
    func decodes(_ text: String, _ packet: Packet) throws {
        var decoder = PacketDecoder(maximumAttachments: 10)
        let decoded = try decoder.add(.text(text))
        #expect(decoded == packet)
    }

    @Test func waitsForAttachments() throws {
        var decoder = PacketDecoder(maximumAttachments: 10)
        let data = "[\"a\",\(Self.placeholder(1)),{\"b\":\(Self.placeholder(0))}]"
        for text in ["52-/admin,456\(data)", "52-/admin,456 \(data)"] {
            #expect(try decoder.add(.text(text)) == nil)
            #expect(try decoder.add(.binary([1, 2])) == nil)
            #expect(
                try decoder.add(.binary([]))
                    == Packet(.binaryEvent, namespace: "/admin", id: 456, data: json(data), attachments: [[1, 2], []]))
        }
        #expect(try decoder.add(.text("61-0[\(Self.placeholder(0))]")) == nil)
        #expect(
            try decoder.add(.binary([9]))
                == Packet(.binaryAck, id: 0, data: json("[\(Self.placeholder(0))]"), attachments: [[9]]))
    }

    @Test func anAttachmentMayBeUsedTwiceOrNotAtAll() throws {
        var decoder = PacketDecoder(maximumAttachments: 2)
        let data = "[\"a\",\(Self.placeholder(1)),\(Self.placeholder(1))]"
        #expect(try decoder.add(.text("52-\(data)")) == nil)
        #expect(try decoder.add(.binary([1])) == nil)
        #expect(try decoder.add(.binary([2])) == Packet(.binaryEvent, data: json(data), attachments: [[1], [2]]))
    }

    /// It poisons Node's decoder.
    @Test func noAttachmentsAreComplete() throws {
        var decoder = PacketDecoder(maximumAttachments: 10)
        #expect(try decoder.add(.text(#"50-["x"]"#)) == Packet(.binaryEvent, data: json(#"["x"]"#)))
        #expect(try decoder.add(.text(#"2["y"]"#)) == Packet(.event, data: json(#"["y"]"#)))
    }

    // MARK: What is not

    private static let notArray = "an event is not a filled array"
    private static let attachmentMissing = "a placeholder names an attachment that is not there"

    @Test(arguments: [
        ("", "unknown packet type"), ("7", "unknown packet type"), ("-1", "unknown packet type"),
        ("x[\"a\"]", "unknown packet type"), ("é", "unknown packet type"),
        ("2", notArray), ("25", notArray), ("2/a", notArray), ("2/a,5", notArray), ("2[]", notArray), ("2{}", notArray),
        ("2\"a\"", notArray), ("50-", notArray),
        ("2[null]", "the name of an event is not a string"), ("2[[\"a\"]]", "the name of an event is not a string"),
        ("2[true]", "the name of an event is not a string"),
        (#"2["connect"]"#, #"the event name "connect" is reserved"#),
        (#"2["connect_error",1]"#, #"the event name "connect_error" is reserved"#),
        (#"21["disconnect"]"#, #"the event name "disconnect" is reserved"#),
        (#"2["disconnecting"]"#, #"the event name "disconnecting" is reserved"#),
        (#"50-["newListener"]"#, #"the event name "newListener" is reserved"#),
        (#"2["rem\u006fveListener"]"#, #"the event name "removeListener" is reserved"#),
        ("0[]", "the data of CONNECT is not an object"), ("0null", "the data of CONNECT is not an object"),
        ("0\"x\"", "the data of CONNECT is not an object"),
        ("4", "the data of CONNECT_ERROR is neither an object nor a string"),
        ("4[]", "the data of CONNECT_ERROR is neither an object nor a string"),
        ("47", "the data of CONNECT_ERROR is neither an object nor a string"),
        ("3[]", "an acknowledgement has no id"), ("3", "an acknowledgement is not an array"),
        ("35", "an acknowledgement is not an array"), ("35{}", "an acknowledgement is not an array"),
        ("60-[]", "an acknowledgement has no id"),
        ("5[\"a\"]", "the number of attachments is missing"), ("5-[\"a\"]", "the number of attachments is missing"),
        ("5", "the number of attachments is missing"), ("51", "the number of attachments is missing"),
        ("51.5-[\"a\"]", "the number of attachments is missing"),
        ("5-1-[\"a\"]", "the number of attachments is missing"),
        ("5 1-[\"a\"]", "the number of attachments is missing"),
        ("599999999999999999999-[\"a\"]", "the number of attachments is missing"),
        ("511-[\"a\"]", "more than 10 attachments"), ("54294967296-[\"a\"]", "more than 10 attachments"),
        ("51-[\"a\",\(placeholder(1))]", attachmentMissing), ("51-[\"a\",\(placeholder(-1))]", attachmentMissing),
        ("50-[\"a\",\(placeholder(0))]", attachmentMissing),
        ("51-[\"a\",[{\"b\":\(placeholder(9))}]]", attachmentMissing),
        (#"51-["a",{"_placeholder":true,"num":0.5}]"#, attachmentMissing),
        (#"51-["a",{"_placeholder":true,"num":"0"}]"#, attachmentMissing),
        (#"51-["a",{"_placeholder":true}]"#, attachmentMissing),
    ])
    func refuses(_ text: String, _ why: String) throws {
        var decoder = PacketDecoder(maximumAttachments: 10)
        #expect(throws: SocketIOError(.protocolViolation, "parse error: \(why)", phase: .engine)) {
            // A packet is looked at when it is complete.
            if try decoder.add(.text(text)) == nil { _ = try decoder.add(.binary([1])) }
        }
        // It starts afresh.
        #expect(try decoder.add(.text(#"2["y"]"#)) == Packet(.event, data: json(#"["y"]"#)))
    }

    @Test(arguments: [
        "2[", "2[\"a\"", "2[\"a\"]]", "2[\"a\"],", "2[\"a\",]", "2['a']", "2[\"a\"]2[\"b\"]", "2/a[\"a\"],[\"b\"]x",
        "2-1[\"a\"]", "2+1[\"a\"]", "21.5[\"a\"]", "2,[\"a\"]", "2admin,[\"a\"]", "2/a,/b,[\"a\"]",
        // An id that does not fit.
        "218446744073709551616[\"a\"]", "399999999999999999999[]",
        "2[\"a\",NaN]", "2[\"a\u{0}\"]", "2\u{FEFF}[\"a\"]",
    ])
    func refusesBadJSON(_ text: String) throws {
        var decoder = PacketDecoder(maximumAttachments: 10)
        let error = #expect(throws: SocketIOError.self) { try decoder.add(.text(text)) }
        #expect(error?.code == .protocolViolation)
        #expect(error?.message.hasPrefix("parse error: invalid JSON") == true, "\(error?.message ?? "")")
        #expect(try decoder.add(.text(#"2["y"]"#)) != nil)
    }

    @Test func refusesInvalidUTF8() throws {
        var decoder = PacketDecoder(maximumAttachments: 10)
        let bytes: [UInt8] = Array("2[\"".utf8) + [0xC3, 0x28] + Array("\"]".utf8)
        #expect(throws: SocketIOError.self) { try decoder.add(.text(Binary(bytes))) }
    }

    @Test(arguments: [1025, 10_000, 1_000_000]) func refusesDeepNesting(_ depth: Int) throws {
        var decoder = PacketDecoder(maximumAttachments: 10)
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let deep = String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
            #expect(
                throws: SocketIOError(
                    .protocolViolation, "parse error: JSON nested deeper than 1024 levels", phase: .engine)
            ) { try decoder.add(.text("2[\"a\",\(deep)]")) }
        }
        #expect(try decoder.add(.text(#"2["y"]"#)) != nil)
    }

    @Test func refusesTextAmongAttachments() throws {
        var decoder = PacketDecoder(maximumAttachments: 10)
        _ = try decoder.add(.text("52-[\"a\",\(Self.placeholder(0))]"))
        _ = try decoder.add(.binary([1]))
        #expect(
            throws: SocketIOError(
                .protocolViolation, "parse error: text came where an attachment was due", phase: .engine)
        ) { try decoder.add(.text(#"2["y"]"#)) }
        #expect(try decoder.add(.text(#"2["y"]"#)) != nil)
        let stray = SocketIOError(
            .protocolViolation, "parse error: binary data that belongs to no packet", phase: .engine)
        #expect(throws: stray) { try decoder.add(.binary([2])) }
    }

    @Test func refusesStrayBinary() throws {
        var decoder = PacketDecoder(maximumAttachments: 10)
        let stray = SocketIOError(
            .protocolViolation, "parse error: binary data that belongs to no packet", phase: .engine)
        #expect(throws: stray) { try decoder.add(.binary([])) }
        _ = try decoder.add(.text(#"50-["a"]"#))
        #expect(throws: stray) { try decoder.add(.binary([1])) }
        _ = try decoder.add(.text(#"51-["a"]"#))
        #expect(try decoder.add(.binary([1])) != nil)
        #expect(throws: stray) { try decoder.add(.binary([2])) }
        #expect(try decoder.add(.text(#"2["y"]"#)) != nil)
    }

    /// The memory of the last document is used again, unless somebody keeps it.
    @Test func keepsEarlierPackets() throws {
        var decoder = PacketDecoder(maximumAttachments: 10)
        let first = try decoder.add(.text(#"2["first",[1,2,3]]"#))
        for number in 0..<10 { _ = try decoder.add(.text("2[\"later\",\(number),{\"a\":{}}]")) }
        #expect(first == Packet(.event, data: json(#"["first",[1,2,3]]"#)))
    }
}

@Suite(.timeLimit(.minutes(5))) struct DefaultParserTests {
    @Test(arguments: [
        (ParserPacket(.connect), "0"),
        (ParserPacket(.connect, namespace: "/a", json: Binary(utf8: "{}")), "0/a,{}"),
        (ParserPacket(.disconnect, namespace: "/a"), "1/a,"),
        (ParserPacket(.event, json: Binary(utf8: "[\"x\"]")), "2[\"x\"]"),
        (ParserPacket(.event, namespace: "/a", id: 0, json: Binary(utf8: "[\"x\"]")), "2/a,0[\"x\"]"),
        (ParserPacket(.event, namespace: "/a", id: .max, json: Binary(utf8: "[1]")), "2/a,18446744073709551615[1]"),
        (ParserPacket(.ack, id: 7, json: Binary(utf8: "[]")), "37[]"),
        (ParserPacket(.event, namespace: "/ü", json: Binary(utf8: "[]"), attachments: [[1]]), "51-/ü,[]"),
        (ParserPacket(.ack, id: 1, json: Binary(utf8: "[]"), attachments: [[1], []]), "62-1[]"),
    ])
    func encodes(_ packet: ParserPacket, _ text: String) throws {
        let messages = DefaultParser().encode(packet)
        #expect(messages == [.text(text)] + packet.attachments.map(Message.binary))
        let load = try OutgoingPacket(packet, by: DefaultParser()).load
        #expect(load.bytes == text.utf8.count + packet.attachments.reduce(0) { $0 + $1.count })
        var decoder = DefaultParser().makeDecoder(maximumAttachments: 10)
        for message in messages.dropLast() { #expect(try decoder.add(message) == nil) }
        #expect(try decoder.add(messages[messages.count - 1]) == packet)
    }
}
