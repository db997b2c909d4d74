import EngineIO
import SocketIOProtocol

/// A manager's options as they are now, and what was made of them: for its handle and for the loop.
final class ManagerSettings: Sendable {
    private struct State {
        var options: ClientOptions
        var configuration: ManagerConfiguration
    }

    private let url: ServerURL
    private let state: Locked<State>
    /// One change at a time: each goes on from the one before, however long it reads files.
    private let changes = Locked(())

    init(_ url: ServerURL, _ options: ClientOptions, _ first: ManagerConfiguration) {
        self.url = url
        state = Locked(State(options: options, configuration: first))
    }

    var options: ClientOptions { state.withLock { $0.options } }

    /// The certificates in use, each identity's with its chain behind it.
    var clientCertificates: [Certificate] {
        state.withLock { $0.configuration.engine.transport.tls?.clientCertificates ?? [] }
    }

    /// Changes the options, and calls `apply` with what they came to; two calls do so in their order.
    ///
    /// - Parameters:
    ///   - rereadingFiles: Whether files of certificates are read again, even where their paths are the same.
    ///   - change: Must not change the options in another way meanwhile.
    /// - Returns: Whether another TLS configuration is in use from now on.
    /// - Throws: What is wrong with which option; nothing has changed then.
    @discardableResult
    func change(
        rereadingFiles: Bool = false, _ change: (inout ClientOptions) -> Void,
        apply: (ManagerConfiguration) -> Void
    ) throws(SocketIOError) -> Bool {
        try changes.withLock { _ throws(SocketIOError) in
            let (before, engine) = state.withLock { ($0.options, $0.configuration.engine) }
            var options = before
            change(&options)
            let configuration = try ManagerConfiguration(
                url, options, previous: engine, rereadingFiles: rereadingFiles)
            state.withLock { $0 = State(options: options, configuration: configuration) }
            apply(configuration)
            return configuration.engine.transport.tls !== engine.transport.tls
        }
    }
}
