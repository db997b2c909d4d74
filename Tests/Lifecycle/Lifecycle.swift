import CMalloc
import Foundation
import Glibc
import SocketIO

/// What is to be seen of a whole process: what it holds when connections have ended, and how it ends itself.
@main
struct Lifecycle {
    struct Holdings: Codable {
        var threads: Int
        var descriptors: Int
        var kilobytes: Int
        /// Of the heap.
        var bytes: Int

        static func now() throws -> Holdings {
            let files = FileManager.default
            let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[1]
            return Holdings(
                threads: try files.contentsOfDirectory(atPath: "/proc/self/task").count,
                descriptors: try files.contentsOfDirectory(atPath: "/proc/self/fd").count,
                kilobytes: (Int(pages) ?? 0) * 4, bytes: Int(mallinfo2().uordblks))
        }
    }

    static func main() {
        if CommandLine.arguments.dropFirst() == ["start"] { return start() }
        Task {
            do {
                try await perform(CommandLine.arguments.dropFirst())
                exit(0)
            } catch {
                FileHandle.standardError.write(Data("\(error)\n".utf8))
                exit(1)
            }
        }
        dispatchMain()
    }

    /// Starts the I/O thread, without what an asynchronous program needs, and prints why that fails.
    private static func start() {
        do {
            _ = try Manager("http://127.0.0.1:1")
            print("started")
        } catch {
            print(error)
        }
    }

    private static func perform(_ arguments: ArraySlice<String>) async throws {
        if arguments == ["idle"] { return await run() }
        switch (2...6).contains(arguments.count) ? arguments.first : nil {
        case "cycle": try await cycle(arguments[2], arguments[3], Int(arguments[4]) ?? 0)
        case "leave": try leave(arguments[2], arguments[3], arguments[4], Array(arguments.dropFirst(4)))
        case "closed": try await close(arguments[2], arguments[3], arguments.count > 3 ? arguments[4] : nil)
        case "fork": try await Fork.run(arguments[2], arguments[3])
        case "starved": try Starved.threads(arguments[2])
        case "restart": try await restart(arguments[2], Int(arguments[4]) ?? 0)
        case "rotate": try await rotate(arguments[2], arguments[3], Int(arguments[4]) ?? 0, arguments[5])
        case "end": try await end(arguments[2], arguments[3], arguments[4])
        case "upload": try await upload(arguments[2], arguments[3], Int(arguments[4]) ?? 0)
        case "masses": try await Masses.run(arguments[2], arguments[3], arguments[4], Int(arguments[5]) ?? 0)
        case "exhaust": try await exhaust(arguments[2], arguments[3], Int(arguments[4]) ?? 0)
        default: exit(64)
        }
    }

    /// Connects and ends again and again, and prints what the process holds before and after.
    private static func cycle(_ url: String, _ transport: String, _ count: Int) async throws {
        var options = ClientOptions()
        options.transports = TransportKind(rawValue: transport).map { [$0] } ?? []
        // What is made once: name services, tables of OpenSSL's, Swift's own threads.
        for _ in 0..<20 { try await connectOnce(url, options) }
        let before = try await settled()
        for _ in 0..<count { try await connectOnce(url, options) }
        var after = try await settled()
        // A loop that could not be destroyed at once has its turn when the thread starts or ends again.
        for _ in 0..<10 where after.descriptors > before.descriptors + 2 {
            try await connectOnce(url, options)
            after = try await settled()
        }
        print(String(decoding: try JSONEncoder().encode([before, after]), as: UTF8.self))
    }

    /// Connects over both transports and ends, with the I/O thread, again and again; prints what the process holds at
    /// first, when it has got used to that, and after so many rounds. In the first fifty another thread opens
    /// descriptors, too, and minds that nobody else closes them.
    private static func restart(_ url: String, _ count: Int) async throws {
        // With what tasks need.
        try await Task.sleep(for: .milliseconds(1))
        var holdings = [try Holdings.now()]
        func connect() async throws {
            for kind in [TransportKind.polling, .websocket] {
                var options = ClientOptions()
                options.transports = [kind]
                try await connectOnce(url, options)
            }
            _ = try await settled()
        }
        let opener = Opener()
        opener.start()
        for _ in 0..<50 { try await connect() }
        guard opener.stop() else { exit(2) }
        for _ in 0..<count { try await connect() }
        var (before, after) = (try await settled(), try await settled())
        for turn in 0..<3 where turn == 0 || after.bytes >= before.bytes + 160 * count {
            // A table of the runtime's grows once, or a thread more gets its memory. What leaks goes on.
            before = after
            for _ in 0..<count { try await connect() }
            after = try await settled()
        }
        holdings += [before, after]
        print(String(decoding: try JSONEncoder().encode(holdings), as: UTF8.self))
    }

    /// Replaces the certificates in `directory` again and again, connects with each, and prints what the process holds
    /// before and after.
    private static func rotate(_ url: String, _ transport: String, _ count: Int, _ directory: String) async throws {
        var options = ClientOptions()
        options.transports = TransportKind(rawValue: transport).map { [$0] } ?? []
        options.ca = .file("\(directory)/ca.pem")
        options.cert = .file("\(directory)/client.pem")
        options.key = .file("\(directory)/client.key")
        options.reconnectionDelay = .zero
        options.reconnectionDelayMax = .zero
        try await withSocket(url, options) { socket in
            let (connections, continuation) = AsyncStream.makeStream(of: Void.self)
            socket.on(.connect) { continuation.yield() }
            socket.connect()
            var holdings: [Holdings] = []
            var round = 0
            for await _ in connections {
                let sum: Int = try await socket.emitWithAck("add", round, 1)
                guard sum == round + 1 else { exit(1) }
                if round == 20 || round == 20 + count { holdings.append(try Holdings.now()) }
                if round == 20 + count { break }
                round += 1
                let name = round % 2 == 0 ? "client" : "client-rsa"
                try socket.io.reloadTLS(reconnect: true) {
                    $0.cert = .file("\(directory)/\(name).pem")
                    $0.key = .file("\(directory)/\(name).key")
                }
            }
            print(String(decoding: try JSONEncoder().encode(holdings), as: UTF8.self))
        }
    }

    /// Ends with an open connection, or when the server has closed it.
    private static func end(_ url: String, _ transport: String, _ how: String) async throws {
        var options = ClientOptions()
        options.transports = TransportKind(rawValue: transport).map { [$0] } ?? []
        options.autoUnref = how == "unref"
        options.closeOnBeforeunload = how != "abandon"
        let socket = try io(url, options)
        socket.on(.disconnect) { print("disconnect \($0.reason)") }
        try await socket.waitUntilConnected()
        switch how {
        case "run":
            try socket.emit("bye")
            await run()
        case "unref": await run()
        case "sleep":
            let (sent, continuation) = AsyncStream.makeStream(of: Void.self)
            socket.onAnyOutgoing { name, _ in if name == "note" { continuation.finish() } }
            socket.once("echo") { (text: String) in
                Thread.sleep(forTimeInterval: 4)
                try socket.emit("note", text)
            }
            try socket.emit("echo", "after the sleep")
            for await _ in sent {}
            try await socket.io.flush()
            socket.off()
        case "return", "abandon": break
        default: exit(64)
        }
        print("end")
    }

    /// Emits a binary argument of `size` bytes, and prints how many bytes the process had to have for that, besides the
    /// argument itself.
    private static func upload(_ url: String, _ transport: String, _ size: Int) async throws {
        var options = ClientOptions()
        options.transports = TransportKind(rawValue: transport).map { [$0] } ?? []
        options.limits.waitingBytes = 2 * size
        try await withSocket(url, options) { socket in
            try await socket.waitUntilConnected()
            var writer = BinaryWriter(capacity: size)
            memset(writer.reserve(size), 7, size)
            writer.advance(by: size)
            let argument = writer.finish()
            // The peak begins anew.
            try Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
            let before = try memory("VmRSS")
            try socket.emit("upload", argument)
            try await socket.io.flush()
            print(try memory("VmHWM") - before)
        }
    }

    private static func memory(_ name: String) throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") } ?? ""
        return (line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
    }

    /// Connects with no more than `spare` descriptors left, and prints why that fails.
    private static func exhaust(_ url: String, _ transport: String, _ spare: Int) async throws {
        var options = ClientOptions()
        options.transports = TransportKind(rawValue: transport).map { [$0] } ?? []
        options.reconnection = false
        options.autoConnect = false
        let socket = try io(url, options)
        let (ends, continuation) = AsyncStream.makeStream(of: String.self)
        socket.on(.connectError) { continuation.yield($0.message) }
        socket.on(.connect) { continuation.yield("connected") }
        // libdispatch must have what it needs: without, it ends the process.
        try await Task.sleep(for: .milliseconds(1))
        var taken: [Int32] = []
        while case let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC), descriptor >= 0 {
            taken.append(descriptor)
        }
        for descriptor in taken.suffix(spare) { Glibc.close(descriptor) }
        socket.connect()
        for await end in ends {
            print(end)
            exit(0)
        }
    }

    /// Closes a manager that a handler of its own socket keeps alive, and waits until no more is open than before.
    private static func close(_ url: String, _ transports: String, _ certificates: String?) async throws {
        var options = ClientOptions()
        options.transports = transports.split(separator: ",").compactMap { TransportKind(rawValue: String($0)) }
        options.autoConnect = false
        if let certificates {
            options.ca = .file("\(certificates)/ca.pem")
            options.cert = .file("\(certificates)/client.pem")
            options.key = .file("\(certificates)/client.key")
        }
        func descriptors() throws -> Int { try Holdings.now().descriptors }
        let first = try io(url, options)
        for socket in [first, try io(url, options)] {
            // So that the thread runs.
            try await socket.connect().waitUntilConnected()
            _ = await socket.io.shutdown()
        }
        // What Swift's tasks and libuv keep is there by now.
        try await Task.sleep(for: .milliseconds(100))
        let before = try descriptors()
        options.forceNew = true
        let socket = try io(url, options)
        socket.on("echo") { (number: Int) in try socket.emit("note", number) }
        let sum: Int = try await socket.connect().emitWithAck("add", 1, 2)
        guard sum == 3 else { exit(1) }
        print(try descriptors() > before ? "open" : "nothing was opened")
        _ = await socket.io.shutdown()
        while try descriptors() > before { try await Task.sleep(for: .milliseconds(5)) }
        print("closed")
        withExtendedLifetime(first) {}
    }

    /// Begins to connect, and ends the program so many microseconds later, wherever the connection is by then.
    ///
    /// - Parameter rest: The microseconds, and a directory with certificates.
    private static func leave(_ url: String, _ transport: String, _ how: String, _ rest: [String]) throws {
        var options = ClientOptions()
        options.transports = transport.split(separator: ",").compactMap { TransportKind(rawValue: String($0)) }
        if rest.count > 1 {
            options.ca = .file("\(rest[1])/ca.pem")
            options.cert = .file("\(rest[1])/client.pem")
            options.key = .file("\(rest[1])/client.key")
        }
        let socket = try io(url, options)
        socket.on("echo") { (text: String) in try socket.emit("echo", text) }
        try socket.emit("echo", String(repeating: "a", count: 10_000))
        usleep(rest.first.flatMap { UInt32($0) } ?? 0)
        switch how {
        case "exit": exit(0)
        case "_exit": _exit(0)
        default: break
        }
    }

    private static func connectOnce(_ url: String, _ options: ClientOptions) async throws {
        try await withSocket(url, options) { socket in
            let sum: Int = try await socket.connect().emitWithAck("add", 1, 2)
            guard sum == 3 else { exit(1) }
        }
    }

    /// What is held when the I/O thread is gone, which takes a moment.
    private static func settled() async throws -> Holdings {
        func hasThread() throws -> Bool {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").contains { task in
                name(ofThread: task)?.hasPrefix("socket.io") ?? false
            }
        }
        while try hasThread() { try await Task.sleep(for: .milliseconds(5)) }
        return try Holdings.now()
    }

    /// Nil where the thread has ended meanwhile. Foundation leaks a page for each file that ends while it reads.
    private static func name(ofThread task: String) -> String? {
        let file = open("/proc/self/task/\(task)/comm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { Glibc.close(file) }
        var name = [UInt8](repeating: 0, count: 32)
        let count = read(file, &name, name.count)
        return count > 0 ? String(decoding: name[..<count], as: UTF8.self) : nil
    }
}
