// The Swift of the README and of the articles, word for word: what does not compile here does not stand there.
import Logging
import SocketIO

private func freshToken() async throws -> String { "secret" }

func telemetry(passphrase: String) throws -> Socket {
    var options = ClientOptions()
    options.ca = .file("/etc/acme/ca.pem")
    options.cert = .file("/etc/acme/client.pem")
    options.key = .file("/etc/acme/client.key")
    options.passphrase = passphrase
    options.auth = .value(["token": "secret"])
    return try io("https://gateway.example:8443/telemetry", options) { socket in
        socket.on(.connectError) { error in
            // certificate verify failed: certificate has expired (depth 0, subject CN=gateway.example, issuer CN=…
            print(error.message, error.certificate?.depth ?? "", error.http?.status ?? "", error.data ?? "")
        }
    }
}

struct Reading: Codable, Sendable {
    var sensor: String
    var celsius: Double
    var image: Binary?
}

func events(_ socket: Socket) async throws {
    // The types of the arguments are those of the closure. `Binary`, and Foundation's `Data`, travel as attachments,
    // wherever they stand.
    socket.on("reading") { (reading: Reading, hour: Int) in print(reading.sensor, hour) }

    // The server's question, answered; and ours.
    socket.on("ready?") { (job: String, ack: Ack) in try ack("yes", 3) }
    let stored: Bool = try await socket.timeout(.seconds(5)).emitWithAck("store", Reading(sensor: "a", celsius: 21.5))
    print(stored)

    // What is emitted while there is no connection is sent when there is one; a volatile event is not.
    try socket.emit("cursor", 3, 4)
    try socket.volatile.emit("cursor", 5, 6)

    // Handlers run on the I/O thread, in the order of the wire, and must not block. A sequence leaves that thread.
    for await (reading, hour) in socket.events("reading") as EventSequence<(Reading, Int)> where hour > 12 {
        print(reading.celsius)
    }
}

func namespaces() throws {
    var options = ClientOptions()
    options.reconnectionDelayMax = .seconds(30)
    options.auth = .provider { ["token": try await freshToken()] }  // asked at every connection

    let manager = try Manager("https://gateway.example:8443", options)
    manager.on(.reconnectAttempt) { attempt in print("attempt", attempt) }

    let chat = manager.socket("/chat")  // both on one connection
    let admin = manager.socket("/admin")
    chat.on(.disconnect) { print("gone:", $0.reason) }  // Node's words: "transport close", …
    chat.connect()
    admin.connect()
}

func delivery() async throws {
    var options = ClientOptions()
    options.retries = 3  // sent again until acknowledged, in order
    options.limits.waitingBytes = 1 << 20  // then emitting throws; or drops the oldest, or the newest
    let socket = try io("https://gateway.example:8443/orders", options)

    socket.on(.connect) { print(socket.isRecovered ? "nothing missed" : "a new session") }
    try socket.emit("order", 42)

    var changed = socket.io.options  // while at work
    changed.query["site"] = "b"  // from the next connection on
    try socket.io.setOptions(changed)

    let unsent = await socket.io.shutdown(deadline: .seconds(5))
    print(unsent.events, unsent.messages)
}

func connectedDaemon(passphrase: String?) throws -> Manager {
    var options = ClientOptions()
    options.ca = .file("/etc/acme/ca.pem")
    options.cert = .file("/etc/acme/client.pem")
    options.key = .file("/etc/acme/client.key")
    options.passphrase = passphrase
    options.watchFiles = true  // a renewed certificate is used from the next connection on
    options.logger = Logger(label: "daemon")  // with `import Logging`
    let socket = try io("https://gateway.example:8443", options) { socket in
        socket.on(.connect) { [weak socket] in
            print("connected, until", socket?.io.clientCertificates.first?.notAfter ?? "")
        }
        socket.on(.connectError) { error in print(error.message) }
    }
    return socket.io
}
