import Foundation

/// Python's `ssl` before a plain server, in several ways at once.
package final class PythonFront: Sendable {
    private struct Arguments: Encodable {
        let upstream: Int
        let setups: [TLSSetup]
    }

    private struct Ready: Decodable {
        let ports: [[Int]]
    }

    private let ports: [[Int]]
    private let process: ChildProcess

    private init(ports: [[Int]], process: ChildProcess) {
        self.ports = ports
        self.process = process
    }

    /// Starts it and waits until it listens.
    package static func start(passingTo upstream: PeerServer, _ setups: [TLSSetup]) async throws -> PythonFront {
        let arguments = try JSONEncoder().encode(Arguments(upstream: upstream.port, setups: setups))
        let ready = Inbox<Ready>()
        let process = try ChildProcess(
            try Repository.python,
            ["-u", Repository.peer("tls_front.py"), String(decoding: arguments, as: UTF8.self)]
        ) { line in
            guard line.hasPrefix("READY ") else { return }
            if let value = try? JSONDecoder().decode(Ready.self, from: Data(line.utf8.dropFirst(6))) {
                ready.put(value)
            }
        }
        do {
            return PythonFront(ports: try await ready.next(within: standardDeadline, "READY").ports, process: process)
        } catch {
            throw SupportError("Python's TLS does not start: \(error)\n\(process.stderr)")
        }
    }

    /// The port where the way of that index listens, on 127.0.0.1 or on ::1.
    package func port(_ index: Int, isIPv6: Bool = false) -> Int { ports[index][isIPv6 ? 1 : 0] }

    package func stop() async throws { try await process.stop() }
}
