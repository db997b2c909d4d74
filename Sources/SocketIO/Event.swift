/// The name of an event and the types of its arguments.
///
/// A string literal is enough where the types follow from the closure or from the arguments; a name that is made at run time
/// is `Event(name)`. One that is used in several places is better said once:
///
/// ```swift
/// enum Chat { static let message = Event<String, Int>("message") }
/// ```
///
/// What is emitted has to be `Encodable`, and what is listened for `Decodable`. A ``Binary`` anywhere inside, or a `Data`,
/// travels as an attachment.
public struct Event<each Argument: Sendable>: Sendable, ExpressibleByStringInterpolation {
    /// The name on the wire.
    public let name: String
    /// The event called `name`.
    public init(_ name: String) { self.name = name }
    /// The event of that name.
    public init(stringLiteral name: String) { self.name = name }
}

/// The name of an event whose receiver answers, with the type of the answer behind those of its arguments.
///
/// ```swift
/// enum Chat { static let join = AckEvent<String, [String]>("join") }
/// let members = try await socket.emitWithAck(Chat.join, "room 1")
/// ```
public struct AckEvent<each Argument: Sendable, Response: Sendable>: Sendable {
    /// The name on the wire.
    public let name: String
    /// The event called `name`.
    public init(_ name: String) { self.name = name }
}

extension Socket {
    /// An event of the connection itself, with what its listeners are given.
    public struct LifecycleEvent<Value: Sendable>: Sendable {
        let name: String
    }
}

extension Socket.LifecycleEvent where Value == Void {
    /// The namespace is connected.
    public static var connect: Self { Self(name: "connect") }
}

extension Socket.LifecycleEvent where Value == Disconnection {
    /// The namespace was connected, and is no more.
    public static var disconnect: Self { Self(name: "disconnect") }
}

extension Socket.LifecycleEvent where Value == SocketIOError {
    /// The namespace could not be connected. There is another attempt, unless the server refused the namespace.
    public static var connectError: Self { Self(name: "connect_error") }
}

extension Manager {
    /// An event of the manager, with what its listeners are given.
    public struct LifecycleEvent<Value: Sendable>: Sendable {
        let name: String
    }
}

extension Manager.LifecycleEvent where Value == Void {
    /// The connection is open; the namespaces are about to be connected.
    public static var open: Self { Self(name: "open") }
    /// The server pinged.
    public static var ping: Self { Self(name: "ping") }
    /// Everything that was emitted has been taken by the system; over polling, by the server.
    public static var drain: Self { Self(name: "drain") }
    /// All attempts to reconnect have failed.
    public static var reconnectFailed: Self { Self(name: "reconnect_failed") }
}

extension Manager.LifecycleEvent where Value == ReceivedPacket {
    /// A packet of any namespace has come; its namespace is given it next.
    public static var packet: Self { Self(name: "packet") }
}

extension Manager.LifecycleEvent where Value == Disconnection {
    /// The connection is closed.
    public static var close: Self { Self(name: "close") }
}

extension Manager.LifecycleEvent where Value == SocketIOError {
    /// An attempt to connect failed, an upgrade failed, or a handler threw or could not be given its arguments.
    public static var error: Self { Self(name: "error") }
    /// An attempt to reconnect failed.
    public static var reconnectError: Self { Self(name: "reconnect_error") }
}

extension Manager.LifecycleEvent where Value == Int {
    /// An attempt to reconnect begins; its number counts from 1.
    public static var reconnectAttempt: Self { Self(name: "reconnect_attempt") }
    /// The connection is open again, after so many attempts.
    public static var reconnect: Self { Self(name: "reconnect") }
}

extension Manager.LifecycleEvent where Value == TransportKind {
    /// The connection moved to another transport.
    public static var upgrade: Self { Self(name: "upgrade") }
}
