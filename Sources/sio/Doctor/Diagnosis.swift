import SocketIO
import Synchronization

/// Tries the way to a namespace, step by step, each with the code that every connection uses.
struct Diagnosis {
    private let text: String
    private let url: ServerURL
    private let options: ClientOptions
    private let isVerbose: Bool
    private let trial: ConnectionTrial
    private let report: (DiagnosisStep) throws -> Void
    private var setting: Setting
    private var websocketWorks = false
    private(set) var steps: [DiagnosisStep] = []

    /// - Parameters:
    ///   - isVerbose: Whether standard error tells of the namespace's connection.
    ///   - report: Called with each step, as soon as it is over.
    init(
        _ text: String, _ options: ClientOptions, isVerbose: Bool, report: @escaping (DiagnosisStep) throws -> Void
    ) throws(SocketIOError) {
        self.text = text
        self.options = options
        self.isVerbose = isVerbose
        self.report = report
        url = try ServerURL(text)
        trial = try ConnectionTrial(url, options.engine)
        setting = Setting(
            host: trial.verifiedHost, isSecure: url.isSecure, proxy: trial.proxy?.authority, path: options.path,
            namespace: url.namespace, hasAuth: options.auth != nil)
    }

    /// Without user, password and query, which may hold secrets.
    var shownURL: String {
        "\(url.isSecure ? "https" : "http")://\(url.authority)\(url.namespace == "/" ? "" : url.namespace)"
    }

    mutating func run() async throws {
        if try await tryName() {
            let outcome = await trial.poll()
            setting.tls = outcome.connection?.tls
            if try tell(tcp(outcome)), try tell(tls(outcome)) {
                try tellPolling(outcome)
                try await trySessions()
            }
        }
        // None of these can have been tried.
        let failed = steps.filter { $0.status == .failed }.map(\.name.rawValue).joined(separator: " and ")
        for name in DiagnosisStep.Name.allCases where !steps.contains(where: { $0.name == name }) {
            if name == .tls && !url.isSecure { continue }
            try tell(.skipped(name, "not tried: \(failed) failed"))
        }
    }

    @discardableResult
    private mutating func tell(_ step: DiagnosisStep?) throws -> Bool {
        guard let step else { return true }
        steps.append(step)
        try report(step)
        return step.status == .ok
    }

    // MARK: The connection

    private mutating func tryName() async throws -> Bool {
        if trial.socketPath != nil {
            try tell(.skipped(.dns, "a Unix socket has no name to look up"))
            return true
        }
        let start = ContinuousClock.now
        let result = await trial.resolve()
        let duration = ContinuousClock.now - start
        switch result {
        case .success(let addresses):
            let whose = trial.proxy == nil ? "" : " (the proxy; it looks up \(url.host) itself)"
            return try tell(
                DiagnosisStep(
                    name: .dns, status: .ok, duration: duration,
                    summary: (addresses == [trial.host]
                        ? "\(trial.host) is an address" : addresses.joined(separator: ", ")) + whose,
                    details: [
                        "host": .string(trial.host), "addresses": .array(addresses.map { .string($0) }),
                    ]))
        case .failure(let error): return try tell(.failed(.dns, duration, error, setting))
        }
    }

    private func tcp(_ outcome: ConnectionTrial.Outcome) -> DiagnosisStep {
        let (times, lookUp) = (outcome.times, outcome.times.nameLookUp ?? .zero)
        if let error = outcome.error, [.dns, .tcp, .proxy, nil].contains(error.phase) {
            return .failed(.tcp, times.end - lookUp, error, setting)
        }
        var step = DiagnosisStep(
            name: .tcp, status: .ok, duration: (times.connect ?? times.end) - lookUp,
            summary: trial.socketPath.map { "Unix socket \($0)" } ?? outcome.connection?.remoteAddress ?? "")
        if let local = outcome.connection?.localAddress { step.summary += " from \(local)" }
        if let proxy = setting.proxy { step.summary += ", the proxy \(proxy), with a tunnel to \(url.authority)" }
        step.details = [
            "localAddress": outcome.connection?.localAddress.map { .string($0) } ?? nil,
            "remoteAddress": outcome.connection?.remoteAddress.map { .string($0) } ?? nil,
            "proxy": setting.proxy.map { .string($0) } ?? nil,
            "socketPath": trial.socketPath.map { .string($0) } ?? nil,
        ]
        return step
    }

    /// Nil without TLS.
    private func tls(_ outcome: ConnectionTrial.Outcome) -> DiagnosisStep? {
        guard url.isSecure else { return nil }
        let times = outcome.times
        let start = times.connect ?? times.nameLookUp ?? .zero
        let failure = outcome.error.flatMap { [.tls, .options].contains($0.phase) ? $0 : nil }
        let told = TLSReport(tls: setting.tls ?? TLSInfo(), isComplete: failure == nil, now: setting.now)
        var step = DiagnosisStep(
            name: .tls, status: .ok, duration: (times.tls ?? times.end) - start, summary: told.summary,
            details: told.json)
        if let failure {
            step = .failed(.tls, times.end - start, failure, setting)
            step.details = told.json.merging(step.details)
            if !told.summary.isEmpty { step.summary = told.summary }
        }
        step.lines = told.lines
        return step
    }

    // MARK: The transports

    private mutating func tellPolling(_ outcome: ConnectionTrial.Outcome) throws {
        guard options.transports.contains(.polling) else {
            try tell(.skipped(.polling, "not one of the transports"))
            return
        }
        let times = outcome.times
        let duration = times.end - max(times.connect ?? .zero, times.tls ?? .zero)
        switch outcome.result {
        case .success(let handshake):
            setting.pollingWorks = true
            setting.offersWebSocket = handshake.upgrades.contains(.websocket)
            let upgrades = handshake.upgrades.map(\.rawValue)
            let offer = upgrades.isEmpty ? "no upgrade" : "the upgrade to \(upgrades.joined(separator: ", "))"
            let (interval, timeout) = (seconds(handshake.pingInterval), seconds(handshake.pingTimeout))
            try tell(
                DiagnosisStep(
                    name: .polling, status: .ok, duration: duration,
                    summary: "offers \(offer), pings every \(interval) s, waits \(timeout) s",
                    details: [
                        "upgrades": .array(upgrades.map { .string($0) }), "pingInterval": interval,
                        "pingTimeout": timeout,
                        "maxPayload": handshake.maxPayload.map { .integer(Int64($0)) } ?? nil,
                    ]))
        case .failure(let error): try tell(.failed(.polling, duration, error, setting))
        }
    }

    private func seconds(_ duration: Duration) -> JSONValue {
        let seconds = duration / .seconds(1)
        return Int64(exactly: seconds).map { .integer($0) } ?? .number(seconds)
    }

    private mutating func trySessions() async throws {
        try await tryWebSocket()
        guard setting.pollingWorks || websocketWorks else { return }
        try await tryUpgrade()
        try await tryNamespace()
    }

    private mutating func tryWebSocket() async throws {
        guard options.transports.contains(.websocket) else {
            try tell(.skipped(.websocket, "not one of the transports"))
            return
        }
        let outcome = try await session(.handshake) { $0.transports = [.websocket] }
        websocketWorks = try tell(step(.websocket, outcome))
    }

    private mutating func tryUpgrade() async throws {
        guard options.upgrade, options.transports.first == .polling, options.transports.contains(.websocket) else {
            try tell(.skipped(.upgrade, "not wanted by the options"))
            return
        }
        guard setting.pollingWorks && websocketWorks else {
            try tell(.skipped(.upgrade, "not tried: \(websocketWorks ? "polling" : "websocket") failed"))
            return
        }
        guard setting.offersWebSocket == true else {
            try tell(.skipped(.upgrade, "the server does not offer it"))
            return
        }
        let outcome = try await session(.upgrade) { $0.transports = [.polling, .websocket] }
        try tell(step(.upgrade, outcome))
    }

    private func session(
        _ goal: SessionTrial.Goal, _ change: (inout EngineOptions) -> Void
    ) async throws -> SessionTrial.Outcome {
        var options = options.engine
        // What one step has found out must not change the next.
        options.rememberUpgrade = false
        options.tryAllTransports = false
        change(&options)
        return await (try SessionTrial(text, options, goal)).run()
    }

    private func step(_ name: DiagnosisStep.Name, _ outcome: SessionTrial.Outcome) -> DiagnosisStep {
        switch outcome.result {
        case .success(let info):
            let local = info?.localAddress.map { " from \($0)" } ?? ""
            let resumed = info?.tls?.isSessionReused == true ? ", TLS session resumed" : ""
            return DiagnosisStep(
                name: name, status: .ok, duration: outcome.duration,
                summary: (name == .upgrade ? "polling to websocket" : "opened") + local + resumed,
                details: ["localAddress": info?.localAddress.map { .string($0) } ?? nil])
        case .failure(let error): return .failed(name, outcome.duration, error, setting)
        }
    }

    // MARK: The namespace

    private mutating func tryNamespace() async throws {
        var options = options
        options.reconnection = false
        options.autoConnect = false
        options.transports = options.transports.filter { $0 == .polling ? setting.pollingWorks : websocketWorks }
        let start = Mutex(ContinuousClock.now)
        var outcome: Result<TransportKind?, SocketIOError>?
        var end = ContinuousClock.now
        try await withSocket(text, options) { socket in
            if isVerbose { ConnectionLog.follow(socket) }
            // The connection is a step of its own.
            socket.io.on(.open) { start.withLock { $0 = .now } }
            do throws(SocketIOError) {
                try await socket.waitUntilConnected()
                outcome = .success(socket.io.transport)
            } catch {
                outcome = .failure(error)
            }
            end = .now
        }
        let duration = end - start.withLock { $0 }
        switch outcome {
        case .success(let transport):
            try tell(
                DiagnosisStep(
                    name: .namespace, status: .ok, duration: duration,
                    summary: "\(url.namespace) over \(transport?.rawValue ?? "a connection")",
                    details: [
                        "namespace": .string(url.namespace),
                        "transport": transport.map { .string($0.rawValue) } ?? nil,
                    ]))
        case .failure(let error): try tell(.failed(.namespace, duration, error, setting))
        case nil: break
        }
    }
}
