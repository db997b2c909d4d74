import SocketIO
import SocketIOProtocol

/// The argument of the events: with them it is what the benchmarks send.
struct Reading: Codable, Sendable {
    var id: Int
    var name: String
    var temp: Double
    var ok: Bool
    var tags: [String]
    var text: String

    static let sample = Reading(
        id: 100_000, name: "sensor-00", temp: 21.53, ok: true, tags: ["a", "b"], text: "hello from the client here")

    static let value: JSONValue = [
        "id": 100_000, "name": "sensor-00", "temp": 21.53, "ok": true, "tags": ["a", "b"],
        "text": "hello from the client here",
    ]

    static let json =
        #"{"id":100000,"name":"sensor-00","temp":21.53,"ok":true,"tags":["a","b"],"text":"hello from the client here"}"#

    /// The event as a message of Engine.IO, and its size.
    static let event = Binary(utf8: #"42["reading",\#(json)]"#)
}

/// An argument with an attachment.
struct Upload: Codable, Sendable {
    var name: String
    var bytes: Binary

    static let sample = Upload(name: "logo", bytes: Binary(repeatElement(7, count: 256)))

    static let event = Binary(
        utf8: #"451-["upload",{"name":"logo","bytes":{"_placeholder":true,"num":0}}]"#)
}
