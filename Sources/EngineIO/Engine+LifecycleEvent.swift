public import SocketIOProtocol

extension Engine {
    /// An event of the engine, with what its listeners are given. The names are Node's.
    public struct LifecycleEvent<Value: Sendable>: Sendable {
        let name: String
    }
}

extension Engine.LifecycleEvent where Value == Void {
    /// The session is open.
    public static var open: Self { Self(name: "open") }
    /// The server pinged; it was answered.
    public static var ping: Self { Self(name: "ping") }
    /// Nothing waits to be sent any more.
    public static var drain: Self { Self(name: "drain") }
}

extension Engine.LifecycleEvent where Value == Handshake {
    /// The server opened the session; `open` comes next.
    public static var handshake: Self { Self(name: "handshake") }
}

extension Engine.LifecycleEvent where Value == Message {
    /// A message of the server's.
    public static var message: Self { Self(name: "message") }
}

extension Engine.LifecycleEvent where Value == TransportKind {
    /// The server agreed to another transport.
    public static var upgrading: Self { Self(name: "upgrading") }
    /// The session moved to another transport.
    public static var upgrade: Self { Self(name: "upgrade") }
}

extension Engine.LifecycleEvent where Value == SocketIOError {
    /// The session could not move to another transport. It goes on.
    public static var upgradeError: Self { Self(name: "upgradeError") }
    /// The session could not be opened, or failed; `close` comes next.
    public static var error: Self { Self(name: "error") }
}

extension Engine.LifecycleEvent where Value == Disconnection {
    /// The session is over, or was never opened. The last event, until the engine is opened again.
    public static var close: Self { Self(name: "close") }
}
