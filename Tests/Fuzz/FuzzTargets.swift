// What a peer can send, and what a user can write, must end in a value or an error. Built by scripts/fuzz into one
// module with the sources of SocketIOProtocol.

/// libFuzzer's entry. The first byte chooses what the others are given to.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Binary(UnsafeRawBufferPointer(start: bytes, count: count))
    guard let target = input.first else { return 0 }
    let rest = Binary(input.dropFirst())
    switch target {
    case UInt8(ascii: "p"): fuzzPackets(rest)
    case UInt8(ascii: "m"): fuzzMessagePack(rest)
    case UInt8(ascii: "l"): fuzzPayload(rest)
    case UInt8(ascii: "h"): fuzzHandshake(rest)
    case UInt8(ascii: "j"): fuzzJSON(rest)
    case UInt8(ascii: "u"): fuzzURL(rest)
    case UInt8(ascii: "w"): fuzzFrames(rest)
    default: return -1
    }
    return 0
}

/// A sequence of messages with 0xFF between them; one that begins with 0xFE is binary.
private func fuzzPackets(_ input: Binary) {
    var decoder = PacketDecoder(maximumAttachments: 4)
    for part in input.split(separator: 0xFF, omittingEmptySubsequences: false) {
        let isBinary = part.first == 0xFE
        let message = isBinary ? Message.binary(Binary(part.dropFirst())) : .text(Binary(part))
        do {
            guard let packet = try decoder.add(message) else { continue }
            precondition(packet.attachments.count <= 4)
            if let data = packet.data { read(data.root.value(attachments: packet.attachments)) }
        } catch {
            let next = try? decoder.add(.text(Binary(utf8: #"2["next"]"#)))
            precondition(next?.kind == .event, "the decoder does not start afresh")
        }
    }
}

/// One packet; what is read can be written and read again.
private func fuzzMessagePack(_ input: Binary) {
    let parser = MessagePackParser()
    var decoder = PacketDecoder(maximumAttachments: 4, parser: parser)
    guard let packet = try? decoder.add(.binary(input)) else { return }
    precondition(packet.attachments.count <= 4)
    if let data = packet.data { read(data.root.value(attachments: packet.attachments)) }
    var raw = parser.makeDecoder(maximumAttachments: 4)
    guard let first = try? raw.add(.binary(input)), let messages = try? parser.encode(first) else {
        preconditionFailure("it cannot be written again")
    }
    let again = try? raw.add(messages[0])
    precondition(again?.attachments.count == first.attachments.count && again?.id == first.id)
}

private func fuzzPayload(_ input: Binary) {
    let (packets, _) = Payload.decode(input)
    // What came can be sent, in as many bodies as it takes.
    var rest = packets[...]
    while !rest.isEmpty {
        let (body, count) = Payload.batch(rest, maxPayload: 100)
        let (again, failure) = Payload.decode(body)
        precondition(failure == nil && again == Array(rest.prefix(count)))
        rest = rest.dropFirst(count)
    }
}

private func fuzzHandshake(_ input: Binary) {
    guard let handshake = try? Handshake(parsing: input) else { return }
    precondition(!handshake.sessionID.isEmpty && handshake.heartbeat >= .zero && handshake.maxPayload ?? 1 > 0)
    var engine = EngineStateMachine(EngineStateMachine.Configuration())
    _ = engine.open(now: .zero)
    let actions = engine.received(EnginePacket(.open, .text(input)), now: .zero)
    precondition(actions.contains(.opened(handshake)))
}

private func fuzzJSON(_ input: Binary) {
    guard let document = try? JSONDocument.parse(input) else { return }
    _ = document.validatePlaceholders(count: 1)
    let value = document.root.value(attachments: [])
    read(value)
    // Once written, it reads as it was written.
    guard let written = write(value), let again = try? JSONDocument.parse(written) else {
        preconditionFailure("what was read cannot be written and read again")
    }
    precondition(write(again.root.value(attachments: []))?.count == written.count)
}

private func fuzzURL(_ input: Binary) {
    guard let url = try? ServerURL(input.text) else { return }
    precondition(!url.host.isEmpty && url.port > 0 && url.namespace.utf8.first == UInt8(ascii: "/"))
    let scheme = url.isSecure ? "https" : "http"
    let text = "\(scheme)://\(url.authority)\(url.namespace)?\(QueryItem.encode(url.query))"
    // Encoded, it may be too long.
    precondition(text.utf8.count > 8000 || (try? ServerURL(text)) == url, "\(url)")
    _ = RequestTarget.build(path: "/", query: url.query, transport: .polling, sessionID: nil)
}

/// The first byte says in what pieces the others come: that makes no difference.
private func fuzzFrames(_ input: Binary) {
    guard let size = input.first else { return }
    let bytes = Binary(input.dropFirst())
    let (whole, failure) = frames(bytes, pieces: max(1, bytes.count))
    let (parts, otherFailure) = frames(bytes, pieces: Int(size) + 1)
    precondition(whole == parts && failure == otherFailure)
}

private func frames(
    _ bytes: Binary, pieces size: Int
) -> ([WebSocketFrameReader.Item], WebSocketFrameReader.Failure?) {
    let limit = 2000
    var reader = WebSocketFrameReader(messageLimit: limit)
    var items: [WebSocketFrameReader.Item] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
        let piece = bytes.slice(start..<min(start + size, bytes.count))
        var rest = piece.withUnsafeBytes { $0 }
        do {
            while let item = try reader.next(&rest) {
                if case .message(let message, _) = item { precondition(message.count <= limit) }
                items.append(item)
            }
        } catch {
            return (items, error)
        }
        precondition(rest.isEmpty)
        withExtendedLifetime(piece) {}
    }
    return (items, nil)
}

private func write(_ value: JSONValue) -> Binary? {
    var writer = BinaryWriter()
    do {
        try writer.appendJSON(value) { _, writer in writer.appendJSONNull() }
        return writer.finish()
    } catch {
        return nil
    }
}

private func read(_ value: JSONValue) { precondition(!value.description.isEmpty) }
