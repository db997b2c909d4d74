import CCrypto
import Foundation

/// A WebSocket frame as it was on the wire, unmasked.
package struct WebSocketFrame: Sendable, Equatable {
    package enum Opcode: UInt8, Sendable {
        case continuation = 0
        case text = 1
        case binary = 2
        case close = 8
        case ping = 9
        case pong = 10
    }

    package var isFinal: Bool
    /// RSV1: the payload is compressed.
    package var isCompressed: Bool
    package var opcode: Opcode
    package var isMasked: Bool
    package var payload: [UInt8]

    package var text: String { String(decoding: payload, as: UTF8.self) }

    /// The bytes of an unmasked frame, as a server sends them.
    package static func bytes(_ opcode: Opcode, _ payload: [UInt8], isFinal: Bool = true) -> [UInt8] {
        let first = (isFinal ? 0x80 : 0) | opcode.rawValue
        let length: [UInt8] =
            switch payload.count {
            case ..<126: [UInt8(payload.count)]
            case ..<65536: [126] + (0..<2).reversed().map { UInt8(payload.count >> ($0 * 8) & 0xff) }
            default: [127] + (0..<8).reversed().map { UInt8(payload.count >> ($0 * 8) & 0xff) }
            }
        return [first] + length + payload
    }

    /// The Sec-WebSocket-Accept for a Sec-WebSocket-Key.
    package static func accept(for key: String) -> String {
        let text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        var digest = [UInt8](repeating: 0, count: 20)
        EVP_Digest(text, text.utf8.count, &digest, nil, EVP_sha1(), nil)
        return Data(digest).base64EncodedString()
    }
}
