import Dispatch
import Glibc
import SocketIO
import Synchronization

/// A daemon that reports temperatures over mutual TLS and takes orders: run it with the server's URL and the directory
/// of `ca.pem`, `client.pem` and `client.key`.
@main
struct Telemetry {
    struct Reading: Codable, Sendable {
        var sensor: String
        var celsius: Double
    }

    struct Settings: Codable, Sendable {
        var milliseconds: Int
    }

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3 else {
            log("usage: telemetry URL CERTIFICATES")
            exit(64)
        }

        var options = ClientOptions()
        options.ca = .file("\(arguments[2])/ca.pem")
        options.cert = .file("\(arguments[2])/client.pem")
        options.key = .file("\(arguments[2])/client.key")
        options.reconnectionDelay = .milliseconds(200)

        // One connection with two namespaces; the server wants to see a token for the second one.
        let manager = try Manager(arguments[1], options)
        let telemetry = manager.socket("/telemetry")
        let control = manager.socket("/admin", SocketOptions(auth: .value(["token": "secret"])))

        telemetry.on(.connect) { log("connected") }
        telemetry.on(.disconnect) { log("disconnected: \($0.reason)") }
        telemetry.on(.connectError) { log("not connected: \($0)") }
        manager.on(.error) { log("error: \($0)") }

        // An event of the server's, which is answered.
        let interval = Interval()
        control.on("configure") { (settings: Settings, ack: Ack) in
            interval.value = .milliseconds(settings.milliseconds)
            log("an interval of \(settings.milliseconds) ms")
            try ack("configured")
        }
        // Bytes come as they are.
        control.on("firmware") { (version: String, image: Binary) in
            log("firmware \(version): \(image.count) bytes")
        }

        telemetry.connect()
        control.connect()
        let reporting = Task { try await report(to: telemetry, every: interval) }

        await signalToEnd()
        reporting.cancel()
        // Says goodbye, after what was emitted.
        await manager.shutdown()
        log("ended")
    }

    /// Reports until it is cancelled. The socket connects again by itself when the connection is lost.
    static func report(to telemetry: Socket, every interval: Interval) async throws {
        // Bytes go out among other arguments, or inside them.
        try telemetry.emit("photo", "roof", Binary([0xFF, 0xD8, 0xFF, 0xE0]))
        while !Task.isCancelled {
            let reading = Reading(sensor: "roof", celsius: .random(in: -10...40))
            do {
                let number: Int = try await telemetry.timeout(.seconds(5)).emitWithAck("reading", reading)
                log("the server has reading \(number)")
            } catch {
                log("a reading is lost: \(error)")
            }
            try await Task.sleep(for: interval.value)
        }
    }

    /// How long to wait between two readings; handlers change it on the library's thread.
    final class Interval: Sendable {
        private let duration = Mutex(Duration.seconds(1))

        var value: Duration {
            get { duration.withLock { $0 } }
            set { duration.withLock { $0 = newValue } }
        }
    }

    /// Returns when somebody wants the program to end.
    static func signalToEnd() async {
        let (signals, continuation) = AsyncStream.makeStream(of: Void.self)
        let sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler { continuation.yield() }
            source.resume()
            return source
        }
        for await _ in signals { break }
        for source in sources { source.cancel() }
    }

    /// A line that is not held back in a buffer.
    static func log(_ line: String) {
        print(line)
        fflush(nil)
    }
}
