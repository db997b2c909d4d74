import Foundation
import SocketIO
import TestSupport
import Testing

/// Every row of the matrix, against Python's `ssl` and against nginx, over polling, WebSocket and the upgrade.
@Suite(.timeLimit(.minutes(5))) struct TLSMatrixTests {
    private struct Servers {
        let matrix: TLSMatrix
        let python: PythonFront
        let nginx: NginxServer
        /// Where a row's server is among those of Python.
        let pythonIndices: [TLSSetup: Int]
    }

    private static let ways = [Way.pollingTLS, .websocketTLS, .upgradeTLS]

    private static let servers = Task {
        let matrix = try TLSMatrix(try await .shared)
        let peer = try await Way.websocket.server()
        let setups = matrix.cases.filter(\.worksInPython).map(\.server)
        let python = try await PythonFront.start(passingTo: peer, setups)
        let nginx = try await NginxServer.start(passingTo: peer, matrix.cases.map(\.server))
        let indices = Dictionary(zip(setups, 0...), uniquingKeysWith: { first, _ in first })
        return Servers(matrix: matrix, python: python, nginx: nginx, pythonIndices: indices)
    }

    @Test func everyRowComesOutAsExpected() async throws {
        let servers = try await Self.servers.value
        let lines = try await withThrowingTaskGroup { group in
            let places = Places(4)
            for (index, row) in servers.matrix.cases.enumerated() {
                group.addTask { (index, try await places.withPlace { try await line(of: row, index, servers) }) }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        let head = ["| client and server | expected | Python | nginx |", "|---|---|---|---|"]
        try publish(head + lines.keys.sorted().compactMap { lines[$0] })
    }

    private func line(of row: TLSCase, _ index: Int, _ servers: Servers) async throws -> String {
        let nginx = try await results(of: row, row.outcome) { _, options in
            options.agent.socketPath = servers.nginx.socketPaths[index]
            return "https://\(row.host.contains(":") ? "[\(row.host)]" : row.host)"
        }
        var python = "–"
        if let index = servers.pythonIndices[row.server] {
            python = try await results(of: row, row.pythonOutcome ?? row.outcome) { _, options in
                let isIPv6 = row.host.contains(":")
                options.family = isIPv6 ? .ipv6 : .ipv4
                let port = servers.python.port(index, isIPv6: isIPv6)
                return "https://\(isIPv6 ? "[\(row.host)]" : row.host):\(port)"
            }
        }
        return "| \(row.name) | \(row.outcome) | \(python) | \(nginx) |"
    }

    /// Goes all ways; what came of it, in short.
    private func results(
        of row: TLSCase, _ outcome: TLSCase.Outcome, _ address: (Way, inout ClientOptions) -> String
    ) async throws -> String {
        var marks = ""
        for way in Self.ways {
            var options = try await way.options()
            options.reconnection = false
            row.client(&options)
            let url = address(way, &options)
            let failure = await failure(way, url, options)
            let isExpected = outcome.matches(failure)
            #expect(isExpected, "\(row.name), \(way.rawValue): \(failure?.message ?? "connected")")
            marks += isExpected ? "✓" : "✗"
        }
        return marks
    }

    private func failure(_ way: Way, _ url: String, _ options: ClientOptions) async -> SocketIOError? {
        do {
            try await withSocket(url, options) { socket in
                try await socket.waitUntilConnected()
                try await eventually("the transport") { socket.io.transport == way.transport }
                let sum: Int = try await socket.timeout(standardDeadline).emitWithAck("add", 1, 2)
                #expect(sum == 3)
            }
            return nil
        } catch let error as SocketIOError {
            return error
        } catch {
            return SocketIOError(.systemFailure, "\(error)")
        }
    }

    /// For `scripts/test`, which shows it.
    private func publish(_ table: [String]) throws {
        guard let path = ProcessInfo.processInfo.environment["SOCKETIO_TLS_MATRIX"] else { return }
        try table.joined(separator: "\n").appending("\n").write(toFile: path, atomically: true, encoding: .utf8)
    }
}

extension TLSCase.Outcome: CustomStringConvertible {
    var description: String {
        switch self {
        case .connects: "connects"
        case .fails(let text): "fails: …\(text)…"
        // The paths are of this run alone.
        case .refused(let text): "refused: …\(text.split(separator: "/").last ?? "")"
        }
    }

    func matches(_ failure: SocketIOError?) -> Bool {
        switch self {
        case .connects: failure == nil
        case .fails(let text): failure.map { $0.phase != .options && $0.message.contains(text) } ?? false
        case .refused(let text): failure.map { $0.phase == .options && $0.message == text } ?? false
        }
    }
}
