import Glibc
import SocketIO

/// How long it takes to connect: the first time in the process, and after that.
func connect(_ server: Server) async throws -> JSONObject {
    let count = server.certificates == nil ? 200 : 50
    let first = ContinuousClock.now
    try await server.connect().io.close()
    let firstTime = first.duration(to: .now)

    var times: [Duration] = []
    let stopwatch = Stopwatch()
    for _ in 0..<count {
        let start = ContinuousClock.now
        let socket = try await server.connect()
        times.append(start.duration(to: .now))
        socket.disconnect()
    }
    return stopwatch.result(count, times).merging(["first_us": .number(firstTime.microseconds)])
}

/// Holds one connection; then, when there is a line of input, 200 more.
func holdMany(_ server: Server) async throws {
    var sockets = [try await server.connect()]
    sayReady()
    _ = readLine()
    for _ in 0..<200 { sockets.append(try await server.connect()) }
    sayReady()
    _ = readLine()
    withExtendedLifetime(sockets) {}
}

/// Holds one connection until the process is killed.
func holdOne(_ server: Server) async throws {
    let socket = try await server.connect()
    sayReady()
    try await Task.sleep(for: .seconds(3600))
    withExtendedLifetime(socket) {}
}

private func sayReady() {
    print("READY")
    fflush(nil)
}

/// What an event costs on each of a hundred of ten thousand connections, and what it costs on the first, alone.
func many(_ server: Server, _ scale: Double) async throws -> JSONObject {
    // Each connection has two descriptors; the process has some of its own.
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    let total = min(10_000, (Int(clamping: limit.rlim_cur) - 100) / 2)
    let active = 100

    let first = try await server.connect()
    let one = try await costs(on: [first], scale)
    let others = try await withThrowingTaskGroup(of: Socket.self) { group in
        var sockets: [Socket] = []
        for number in 1..<total {
            if number > 50, let socket = try await group.next() { sockets.append(socket) }
            group.addTask { try await server.connect() }
        }
        return try await group.reduce(into: sockets) { $0.append($1) }
    }
    let all = [first] + others
    let chosen = stride(from: 0, to: total - total % active, by: total / active).map { all[$0] }
    let each = try await costs(on: chosen, scale)
    return withExtendedLifetime(all) {
        [
            "connections": .integer(Int64(total)), "active": .integer(Int64(chosen.count)),
            "receive_one_us": .number(one.receive), "receive_us": .number(each.receive),
            "ack_one_us": .number(one.ack), "ack_us": .number(each.ack),
        ]
    }
}

/// The CPU time, in microseconds, of an event received, and of one acknowledged, one at a time on each socket.
private func costs(on sockets: [Socket], _ scale: Double) async throws -> (receive: Double, ack: Double) {
    func cost(_ count: Int, _ loads: [@Sendable (Int) async throws -> [Duration]]) async throws -> Double {
        func run(_ count: Int) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for load in loads { group.addTask { _ = try await load(count / loads.count) } }
                try await group.waitForAll()
            }
        }
        try await run(count / 10)
        let stopwatch = Stopwatch()
        try await run(count)
        return stopwatch.cpuMicroseconds / Double(count)
    }
    let receive = try await cost(max(1000, Int(200_000 * scale)), sockets.map { receiver(on: $0) { (_: Brief) in } })
    sockets.forEach { $0.off() }
    let ack = try await cost(max(1000, Int(20_000 * scale)), sockets.map { asker(on: $0, inFlight: 1) })
    return (receive, ack)
}
