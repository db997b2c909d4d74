import EngineIO
import Logging
import SocketIOProtocol

/// Looks after a manager's client certificates: tells when their files have changed, and warns before one expires.
@LoopActor
final class CertificateWatch {
    private static let day = Duration.seconds(86_400)

    private var files: [String] = []
    private var watcher: FileWatcher?
    private var certificates: [Certificate] = []
    private var warning: Duration?
    private var logger: Logger?
    private var timer: LoopTimer?

    nonisolated init() {}

    /// What is as before is left alone.
    ///
    /// - Parameters:
    ///   - watchesFiles: Whether the files are watched that the configuration wants to be.
    ///   - reload: Is to read the files again.
    func update(
        _ configuration: ManagerConfiguration, watchesFiles: Bool, reload: @escaping @LoopActor () -> Void
    ) {
        logger = configuration.logger
        let wanted = watchesFiles ? configuration.watchedFiles : []
        if wanted != files {
            files = wanted
            watch(reload)
        }
        let certificates = configuration.engine.transport.tls?.clientCertificates ?? []
        guard certificates != self.certificates || configuration.certificateExpiryWarning != warning else { return }
        self.certificates = certificates
        warning = configuration.certificateExpiryWarning
        timer = nil
        guard warning != nil, !certificates.isEmpty else { return }
        timer = LoopTimer { [unowned self] in warn() }
        warn()
    }

    func end() {
        watcher = nil
        timer = nil
    }

    private func watch(_ reload: @escaping @LoopActor () -> Void) {
        watcher = nil
        guard !files.isEmpty else { return }
        let watcher = FileWatcher(files) { [unowned self] in
            // First, and anew: a folder may be another one now, and what changes from here on is not to be missed.
            watch(reload)
            reload()
        }
        self.watcher = watcher
        for (folder, reason) in watcher.failures {
            logger?.warning("\(folder) cannot be watched: \(reason)", metadata: ["layer": "engine.io"])
        }
    }

    /// And again when the next one is due, or the next day.
    private func warn() {
        guard let warning else { return }
        let now = UnixTime.now
        var next = Self.day
        for certificate in certificates {
            let rest = certificate.notAfter.since(now)
            if rest > warning {
                next = min(next, rest - warning)
            } else {
                let text = rest < .zero ? "has expired" : "expires in \(Int(rest / Self.day)) days"
                logger?.warning(
                    "the client certificate \(text)",
                    metadata: [
                        "layer": "engine.io", "subject": "\(certificate.subject)",
                        "notAfter": "\(certificate.notAfter)",
                    ])
            }
        }
        timer?.set(EventLoop.shared.now + next)
    }
}
