import SocketIO
import TestSupport
import Testing

/// Our packets read by Node's parser, and its packets read by ours.
@Suite(.timeLimit(.minutes(5))) struct NodeParserTests {
    @Test(.timeLimit(.minutes(2))) func understandsNodeAndIsUnderstood() async throws {
        var random = SeededGenerator(seed: 5)
        let packets = (0..<10_000).map { _ in RandomPacket(using: &random) }
        #expect(packets.count { $0.data.map(hasBinary) ?? false } > 1250, "binary packets are common")

        let decoding = try packets.map { JSONValue.object(["decode": .array(try encoded($0).map(jsonValue))]) }
        for (packet, answer) in zip(packets, try await Node.answers(to: decoding)) {
            #expect(answer == .array([expected(packet)]))
        }
        let encoding = packets.map { JSONValue.object(["encode": expected($0, isEncoded: false)]) }
        var decoder = PacketDecoder(maximumAttachments: .max)
        for (packet, answer) in zip(packets, try await Node.answers(to: encoding)) {
            let messages = try #require(answer.arrayValue, "\(answer)").map(message)
            for unfinished in messages.dropLast() { #expect(try decoder.add(unfinished) == nil) }
            let decoded = try decoder.add(try #require(messages.last))
            #expect(decoded.map(form) == expected(packet))
        }
    }

    /// The messages of a packet, encoded by us.
    private func encoded(_ packet: RandomPacket) throws -> [Message] {
        var writer = BinaryWriter()
        var attachments: [Binary] = []
        if let data = packet.data { try ArgumentEncoder.encode(data, into: &writer, attachments: &attachments) }
        return DefaultParser().encode(
            ParserPacket(
                packet.kind, namespace: packet.namespace, id: packet.id, json: writer.finish(), attachments: attachments
            )
        )
    }

    /// A packet as `packets.js` describes it; encoded, one with bytes is of the binary kind.
    private func expected(_ packet: RandomPacket, isEncoded: Bool = true) -> JSONValue {
        var kind = packet.kind
        if isEncoded, let data = packet.data, hasBinary(data) { kind = kind == .event ? .binaryEvent : .binaryAck }
        return form(kind, packet.namespace, packet.id, packet.data)
    }

    private func form(_ packet: Packet) -> JSONValue {
        form(
            packet.kind, packet.namespace, packet.id, packet.data?.root.value(attachments: packet.attachments))
    }

    private func form(_ kind: Packet.Kind, _ namespace: String, _ id: UInt64?, _ data: JSONValue?) -> JSONValue {
        var members: JSONObject = [
            "type": .integer(Int64(kind.rawValue)), "nsp": .string(namespace),
        ]
        members["id"] = id.map { .integer(Int64($0)) }
        members["data"] = data.map(withText)
        return .object(members)
    }

    private func hasBinary(_ value: JSONValue) -> Bool {
        switch value {
        case .binary: true
        case .array(let elements): elements.contains(where: hasBinary)
        case .object(let members): members.contains { hasBinary($0.value) }
        default: false
        }
    }

    // MARK: Bytes, as packets.js writes them

    private func withText(_ value: JSONValue) -> JSONValue {
        switch value {
        case .binary(let bytes): .object(["base64": .string(base64(bytes))])
        case .array(let elements): .array(elements.map(withText))
        case .object(let members): .object(JSONObject(members.map { ($0.key, withText($0.value)) }))
        default: value
        }
    }

    private func base64(_ bytes: Binary) -> String {
        var writer = BinaryWriter()
        Base64.encode(bytes, into: &writer)
        return writer.finish().text
    }

    private func jsonValue(_ message: Message) -> JSONValue {
        switch message {
        case .text(let text): .string(text.text)
        case .binary(let bytes): withText(.binary(bytes))
        }
    }

    private func message(_ value: JSONValue) throws -> Message {
        if let text = value.stringValue { return .text(Binary(utf8: text)) }
        var text = try #require(value["base64"]?.stringValue)
        return .binary(try #require(text.withUTF8 { Base64.decode(UnsafeRawBufferPointer($0)) }))
    }
}

private enum Node {
    static func answers(to requests: [JSONValue]) async throws -> [JSONValue] {
        let output = try await ChildProcess.run(
            "node", [Repository.peer("packets.js")], input: requests.map { "\($0)\n" }.joined(),
            // Where Debian has it; Debian's own Node looks there by itself.
            environment: ["NODE_PATH": "/usr/share/nodejs"], within: .seconds(60))
        try #require(output.status == 0, "node and node-socket.io-parser are needed: \(output.stderr)")
        let answers = try output.stdout.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        try #require(answers.count == requests.count)
        return answers
    }
}
