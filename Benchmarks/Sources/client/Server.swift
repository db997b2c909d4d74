import SocketIO

/// The firehose.
struct Server {
    let port: UInt16
    let transports: [TransportKind]
    /// The folder of the certificates, if it speaks TLS.
    let certificates: String?

    /// A connection of its own, on the last of the transports.
    func connect() async throws -> Socket {
        var options = ClientOptions()
        options.transports = transports
        options.reconnection = false
        var scheme = "http"
        if let certificates {
            scheme = "https"
            options.ca = .file("\(certificates)/ca.crt")
            options.cert = .file("\(certificates)/client.crt")
            options.key = .file("\(certificates)/client.key")
        }
        let url = "\(scheme)://127.0.0.1:\(port)"
        guard transports.count > 1 else {
            let socket = try io(url, options)
            try await socket.waitUntilConnected()
            return socket
        }
        let (upgrades, continuation) = AsyncStream.makeStream(of: TransportKind.self)
        let socket = try io(url, options) { socket in
            socket.io.once(.upgrade) { continuation.yield($0) }
            socket.io.once(.close) { _ in continuation.finish() }
        }
        try await socket.waitUntilConnected()
        for await _ in upgrades { return socket }
        throw Failure(text: "the session did not move to WebSocket")
    }
}

/// About 100 bytes of JSON: what the firehose sends, and what it is sent.
struct Reading: Codable, Sendable, Equatable {
    var id: Int
    var name: String
    var temp: Double
    var ok: Bool
    var tags: [String]
    var text: String

    static let sample = Reading(
        id: 100_000, name: "sensor-00", temp: 21.53, ok: true, tags: ["a", "b"], text: "hello from the client here")
}

/// The first four members of it.
struct Brief: Codable, Sendable {
    var id: Int
    var name: String
    var temp: Double
    var ok: Bool
}

/// The bytes of an attachment.
let blobSize = 65_536
