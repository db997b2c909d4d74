import CSocketIO
import EngineIO
import SocketIO

/// What `sio_options` stands for: options by their names in JSON, each checked when it is set.
final class OptionsBox: Sendable {
    private struct State {
        var values: JSONObject = [:]
        var dispatch = SIO_DISPATCH_THREAD
        var check: IdentityCallback?
    }

    private let state = Locked(State())

    var dispatch: sio_dispatch {
        get { state.withLock { $0.dispatch } }
        set { state.withLock { $0.dispatch = newValue } }
    }

    /// The options as a manager takes them, and its way to the program's check, if there is one.
    func clientOptions() throws(SocketIOError) -> (ClientOptions, IdentityGate?) {
        let (values, check) = state.withLock { ($0.values, $0.check) }
        var options = try ClientOptions(json: JSONValue.object(values).description)
        options.logger = LogSink.logger
        let gate = check.map(IdentityGate.init)
        options.checkServerIdentity = gate.map { gate in ServerIdentityCheck { try gate.check($0) } }
        return (options, gate)
    }

    /// Sets the program's check of servers.
    func set(_ check: IdentityCallback?) {
        // The former one ends outside of the lock.
        _ = state.withLock { state in
            defer { state.check = check }
            return state.check
        }
    }

    /// Sets options, or none of them.
    func set(_ values: JSONObject) throws(SocketIOError) {
        // Each for itself, so that an error names what is wrong now.
        _ = try ClientOptions(json: JSONValue.object(values).description)
        state.withLock { $0.values.merge(values) }
    }

    /// Sets a member of an option that is an object.
    func set(_ name: String, member: String, _ value: JSONValue) {
        state.withLock { state in
            var members = state.values[name]?.objectValue ?? [:]
            members[member] = value
            state.values[name] = .object(members)
        }
    }
}
