import Glibc
import SocketIO

/// The time and the CPU time, of all threads and in the kernel too, since it was made.
struct Stopwatch {
    private let start = ContinuousClock.now
    private let startCPU = Self.cpu()

    /// What `count` events cost, and how long an acknowledgement took, if there were any.
    func result(_ count: Int, _ latencies: [Duration]) -> JSONObject {
        let seconds = start.duration(to: .now).microseconds / 1e6
        var result: JSONObject = [
            "n": .integer(Int64(count)),
            "rate": .number(Double(count) / seconds),
            "cpu_us": .number(cpuMicroseconds / Double(count)),
        ]
        let sorted = latencies.sorted()
        if !sorted.isEmpty {
            func quantile(_ fraction: Double) -> JSONValue {
                .number(sorted[min(sorted.count - 1, Int(Double(sorted.count) * fraction))].microseconds)
            }
            result["p50_us"] = quantile(0.5)
            result["p99_us"] = quantile(0.99)
            result["quantiles_us"] = .array((0...200).map { quantile(Double($0) / 200) })
        }
        return result
    }

    var cpuMicroseconds: Double { Self.cpu() - startCPU }

    private static func cpu() -> Double {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        func microseconds(_ time: timeval) -> Double { Double(time.tv_sec) * 1e6 + Double(time.tv_usec) }
        return microseconds(usage.ru_utime) + microseconds(usage.ru_stime)
    }
}

extension Duration {
    var microseconds: Double { self / .microseconds(1) }
}
