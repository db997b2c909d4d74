import Foundation
import SocketIO

/// What the library says where the system refuses what it needs.
enum Starved {
    /// Without memory for a thread's stack, and then with it.
    static func threads(_ url: String) throws {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[0]
        let used = (rlim_t(pages) ?? 0) * 4096
        var less = rlimit(rlim_cur: used + 4 << 20, rlim_max: limit.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &less)
        do {
            _ = try Manager(url)
            print("started")
        } catch {
            print(error.message)
        }
        setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        _ = try Manager(url)
        print("started")
    }
}
