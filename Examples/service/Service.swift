#if ServiceLifecycle
import Glibc
import Logging
import ServiceLifecycle
import SocketIO
import UnixSignals

/// A telemetry daemon among the services of swift-service-lifecycle: SIGTERM and SIGINT end it in order. Run it with the
/// server's URL; it is built with the trait `ServiceLifecycle`.
@main
struct TelemetryDaemon {
    static func main() async throws {
        guard CommandLine.arguments.count == 2 else {
            print("usage: telemetry-service URL")
            exit(64)
        }
        let logger = Logger(label: "telemetry")
        var options = ClientOptions()
        options.logger = logger
        let manager = try Manager(CommandLine.arguments[1], options)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    // They end in the opposite order: the last readings before the connection.
                    .init(service: manager), .init(service: Orders(manager.socket("/admin"))),
                    .init(service: Readings(manager.socket("/telemetry"))),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
        print("ended")
    }
}

/// Reports the machine's load until it is told to end.
struct Readings: Service {
    struct Reading: Codable, Sendable {
        var sensor: String
        var celsius: Double
    }

    let socket: Socket

    init(_ socket: Socket) { self.socket = socket }

    func run() async throws {
        socket.connect()
        var number = 0.0
        while !Task.isShuttingDownGracefully && !Task.isCancelled {
            // Without a connection it waits to be sent.
            try socket.emit("reading", Reading(sensor: "roof", celsius: number))
            number += 1
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .milliseconds(200)) }
        }
        try socket.emit("reading", Reading(sensor: "roof", celsius: -1))
    }
}

/// Takes orders from the server, one at a time, off the library's thread.
struct Orders: Service {
    let socket: Socket
    let orders: EventSequence<(String, Ack)>

    /// It listens from here on, not only from `run()` on.
    init(_ socket: Socket) {
        self.socket = socket
        orders = socket.events("order")
        socket.auth = .value(["token": "secret"])
    }

    func run() async throws {
        socket.connect()
        for await (order, ack) in orders.cancelOnGracefulShutdown() {
            print("order: \(order)")
            try ack("done")
        }
    }
}
#else
@main
struct TelemetryDaemon {
    static func main() { print("build it with --traits ServiceLifecycle") }
}
#endif
