import SocketIO

/// Does one kind of work against a `firehose` and prints what it cost, as a line of JSON.
///
///     client WORK PORT [SCALE] [CERTIFICATES]
///
/// A process does one kind of work, so that none pays for another's memory. SCALE multiplies how much of it. The works
/// whose name has `tls` in it need the folder of the CERTIFICATES. The works `memory` and `idle-async` are measured
/// from outside: they print READY when there is something to see.
@main
struct Client {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 3, let work = Work(rawValue: arguments[1]), let port = UInt16(arguments[2]),
            let scale = arguments.count == 3 ? 1 : Double(arguments[3])
        else {
            return print("usage: client \(Work.allCases.map(\.rawValue).joined(separator: "|")) PORT [SCALE] [FOLDER]")
        }
        let server = Server(
            port: port, transports: work.transports,
            certificates: work.usesTLS && arguments.count > 4 ? arguments[4] : nil)
        let result: JSONObject
        switch work {
        case .connect, .connectTLS: result = try await connect(server)
        case .many: result = try await many(server, scale)
        case .memory, .memoryTLS: return try await holdMany(server)
        case .idleAsync: return try await holdOne(server)
        default: result = try await work.measure(on: try await server.connect(), scale)
        }
        print(JSONObject([("work", .string(work.rawValue))]).merging(result))
    }
}

/// What is measured, by the name that the peers have for it, too.
enum Work: String, CaseIterable {
    case receive
    case receiveWhole = "receive-whole"
    case receiveValues = "receive-values"
    case receiveUndecoded = "receive-undecoded"
    case receiveBinary = "receive-binary"
    case emit
    case emitBinary = "emit-binary"
    /// One acknowledgement at a time.
    case ack1
    /// A hundred at a time.
    case ack100
    case pollingAck1 = "polling-ack1"
    case pollingAck100 = "polling-ack100"
    case connect
    /// With a client certificate, by polling, until the session has moved to WebSocket.
    case connectTLS = "connect-tls"
    case memory
    case memoryTLS = "memory-tls"
    case idleAsync = "idle-async"
    /// Ten thousand connections.
    case many

    /// How many events: enough for half a second or so.
    private var count: Int {
        switch self {
        case .receive, .receiveWhole, .receiveValues, .receiveUndecoded, .emit: 200_000
        case .receiveBinary, .emitBinary: 3_000
        case .ack1: 10_000
        case .ack100: 50_000
        case .pollingAck1: 3_000
        case .pollingAck100: 20_000
        case .connect, .connectTLS, .memory, .memoryTLS, .idleAsync, .many: 0
        }
    }

    fileprivate var transports: [TransportKind] {
        switch self {
        case .pollingAck1, .pollingAck100: [.polling]
        case .connectTLS: [.polling, .websocket]
        default: [.websocket]
        }
    }

    fileprivate var usesTLS: Bool { self == .connectTLS || self == .memoryTLS }

    /// Does a tenth of the work to warm up, then all of it.
    fileprivate func measure(on socket: Socket, _ scale: Double) async throws -> JSONObject {
        let count = max(1000, Int(Double(count) * scale))
        let load = try load(on: socket)
        _ = try await load(count / 10)
        let stopwatch = Stopwatch()
        let latencies = try await load(count)
        return stopwatch.result(count, latencies)
    }

    /// What does that many events, and returns how long the acknowledgements took.
    private func load(on socket: Socket) throws -> (Int) async throws -> [Duration] {
        switch self {
        case .receive: receiver(on: socket) { (_: Brief) in }
        case .receiveWhole: receiver(on: socket) { (_: Reading) in }
        case .receiveValues: receiver(on: socket) { (_: JSONValue) in }
        case .receiveUndecoded: receiver(on: socket) {}
        case .receiveBinary: binaryReceiver(on: socket)
        case .emit: emitter(of: Reading.sample, on: socket, burst: 1000)
        case .emitBinary: emitter(of: Binary(repeatElement(0, count: blobSize)), on: socket, burst: 16)
        case .ack1, .pollingAck1: asker(on: socket, inFlight: 1)
        case .ack100, .pollingAck100: asker(on: socket, inFlight: 100)
        case .connect, .connectTLS, .memory, .memoryTLS, .idleAsync, .many: throw Failure(text: "\(self) has no load")
        }
    }
}

/// Something is not as the benchmark expects it.
struct Failure: Error {
    let text: String
}
