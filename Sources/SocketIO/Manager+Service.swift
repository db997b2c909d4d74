#if ServiceLifecycle
public import ServiceLifecycle

/// A manager among the services of a program: its connection is open while they run, and shut down in order with
/// them.
extension Manager: Service {
    /// Opens the connection and stays until the task is cancelled or shut down gracefully; then shuts down. The
    /// sockets are connected by those who use them.
    public func run() async throws {
        open()
        // It ends by an error where the task is cancelled: that is no failure, either.
        try? await gracefulShutdown()
        await shutdown()
    }
}
#endif
