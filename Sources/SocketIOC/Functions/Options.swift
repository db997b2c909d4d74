// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// socketio.h has the documentation.

public import CSocketIO
import SocketIO

@c @implementation
public func sio_options_new() -> OpaquePointer? { Boxed.new(OptionsBox()) }

@c @implementation
public func sio_options_free(_ options: OpaquePointer?) { Boxed.free(options, OptionsBox.self) }

@c @implementation
public func sio_options_set_json(
    _ options: OpaquePointer?, _ json: UnsafePointer<CChar>?, _ length: Int,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> sio_code {
    attempt(error) { () throws(SocketIOError) in
        let box = try unbox(options, OptionsBox.self)
        guard let values = CInput.json(json, length)?.objectValue else {
            throw SocketIOError(.invalidJSON, "the options are not a JSON object", phase: .options)
        }
        try box.set(values)
    }
}

@c @implementation
public func sio_options_set_dispatch(_ options: OpaquePointer?, _ dispatch: sio_dispatch) -> sio_code {
    attempt { () throws(SocketIOError) in
        let box = try unbox(options, OptionsBox.self)
        guard dispatch == SIO_DISPATCH_THREAD || dispatch == SIO_DISPATCH_MANUAL else { throw .invalid("the dispatch") }
        box.dispatch = dispatch
    }
}

@c @implementation
public func sio_options_add_query(
    _ options: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ value: UnsafePointer<CChar>?
) -> sio_code {
    add(options, "query", name, value)
}

@c @implementation
public func sio_options_add_extra_header(
    _ options: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ value: UnsafePointer<CChar>?
) -> sio_code {
    add(options, "extraHeaders", name, value)
}

@c @implementation
public func sio_options_set_randomization_factor(_ options: OpaquePointer?, _ factor: Double) -> sio_code {
    // JSON has no text for what is no number.
    set(options, "randomizationFactor", factor.isFinite ? .number(factor) : .string("\(factor)"))
}

@c @implementation
public func sio_options_set_family(_ options: OpaquePointer?, _ family: CInt) -> sio_code {
    set(options, "family", .integer(Int64(family)))
}

@c @implementation
public func sio_options_set_transports(_ options: OpaquePointer?, _ list: UnsafePointer<CChar>?) -> sio_code {
    set(options, "transports", elements(of: list))
}

@c @implementation
public func sio_options_set_upgrade(_ options: OpaquePointer?, _ on: CInt) -> sio_code {
    set(options, "upgrade", .bool(on != 0))
}

@c @implementation
public func sio_options_set_remember_upgrade(_ options: OpaquePointer?, _ on: CInt) -> sio_code {
    set(options, "rememberUpgrade", .bool(on != 0))
}

@c @implementation
public func sio_options_set_try_all_transports(_ options: OpaquePointer?, _ on: CInt) -> sio_code {
    set(options, "tryAllTransports", .bool(on != 0))
}

@c @implementation
public func sio_options_set_path(_ options: OpaquePointer?, _ path: UnsafePointer<CChar>?) -> sio_code {
    set(options, "path", CInput.text(path).map(JSONValue.string))
}

@c @implementation
public func sio_options_set_add_trailing_slash(_ options: OpaquePointer?, _ on: CInt) -> sio_code {
    set(options, "addTrailingSlash", .bool(on != 0))
}

@c @implementation
public func sio_options_set_with_credentials(_ options: OpaquePointer?, _ on: CInt) -> sio_code {
    set(options, "withCredentials", .bool(on != 0))
}

@c @implementation
public func sio_options_set_force_base64(_ options: OpaquePointer?, _ on: CInt) -> sio_code {
    set(options, "forceBase64", .bool(on != 0))
}

@c @implementation
public func sio_options_set_timestamp_requests(_ options: OpaquePointer?, _ on: CInt) -> sio_code {
    set(options, "timestampRequests", .bool(on != 0))
}

@c @implementation
public func sio_options_set_timestamp_param(_ options: OpaquePointer?, _ name: UnsafePointer<CChar>?) -> sio_code {
    set(options, "timestampParam", CInput.text(name).map(JSONValue.string))
}

@c @implementation
public func sio_options_set_request_timeout(_ options: OpaquePointer?, _ ms: Int64) -> sio_code {
    set(options, "requestTimeout", ms == -1 ? .null : .integer(ms))
}

@c @implementation
public func sio_options_set_protocols(_ options: OpaquePointer?, _ list: UnsafePointer<CChar>?) -> sio_code {
    set(options, "protocols", elements(of: list))
}

@c @implementation
public func sio_options_set_per_message_deflate(_ options: OpaquePointer?, _ on: CInt) -> sio_code {
    set(options, "perMessageDeflate", .bool(on != 0))
}

@c @implementation
public func sio_options_set_parser(_ options: OpaquePointer?, _ name: UnsafePointer<CChar>?) -> sio_code {
    set(options, "parser", CInput.text(name).map(JSONValue.string))
}

@c @implementation
public func sio_options_set_transport_options(_ options: OpaquePointer?, _ json: UnsafePointer<CChar>?) -> sio_code {
    set(options, "transportOptions", CInput.json(json, -1))
}

@c @implementation
public func sio_options_set_agent(_ options: OpaquePointer?, _ json: UnsafePointer<CChar>?) -> sio_code {
    set(options, "agent", CInput.json(json, -1))
}

@c @implementation
public func sio_options_set_local_address(_ options: OpaquePointer?, _ address: UnsafePointer<CChar>?) -> sio_code {
    set(options, "localAddress", CInput.text(address).map(JSONValue.string))
}

@c @implementation
public func sio_options_set_limits(_ options: OpaquePointer?, _ json: UnsafePointer<CChar>?) -> sio_code {
    set(options, "limits", CInput.json(json, -1))
}

@c @implementation
public func sio_options_set_timeout(_ options: OpaquePointer?, _ ms: Int64) -> sio_code {
    set(options, "timeout", ms == -1 ? .null : .integer(ms))
}

@c @implementation
public func sio_options_set_reconnection(_ options: OpaquePointer?, _ on: CInt) -> sio_code {
    set(options, "reconnection", .bool(on != 0))
}

@c @implementation
public func sio_options_set_close_timeout(_ options: OpaquePointer?, _ ms: Int64) -> sio_code {
    set(options, "closeTimeout", .integer(ms))
}

@c @implementation
public func sio_options_set_goodbye_timeout(_ options: OpaquePointer?, _ ms: Int64) -> sio_code {
    set(options, "goodbyeTimeout", .integer(ms))
}

@c @implementation
public func sio_options_set_reconnection_attempts(_ options: OpaquePointer?, _ attempts: Int64) -> sio_code {
    set(options, "reconnectionAttempts", attempts == -1 ? .null : .integer(attempts))
}

@c @implementation
public func sio_options_set_reconnection_delay(_ options: OpaquePointer?, _ ms: Int64) -> sio_code {
    set(options, "reconnectionDelay", .integer(ms))
}

@c @implementation
public func sio_options_set_reconnection_delay_max(_ options: OpaquePointer?, _ ms: Int64) -> sio_code {
    set(options, "reconnectionDelayMax", .integer(ms))
}

@c @implementation
public func sio_options_set_auto_unref(_ options: OpaquePointer?, _ on: CInt) -> sio_code {
    set(options, "autoUnref", .bool(on != 0))
}

@c @implementation
public func sio_options_set_close_on_beforeunload(_ options: OpaquePointer?, _ on: CInt) -> sio_code {
    set(options, "closeOnBeforeunload", .bool(on != 0))
}

@c @implementation
public func sio_options_set_auth(_ options: OpaquePointer?, _ json: UnsafePointer<CChar>?) -> sio_code {
    set(options, "auth", CInput.json(json, -1))
}

@c @implementation
public func sio_options_set_retries(_ options: OpaquePointer?, _ retries: Int64) -> sio_code {
    set(options, "retries", retries == -1 ? .null : .integer(retries))
}

@c @implementation
public func sio_options_set_ack_timeout(_ options: OpaquePointer?, _ ms: Int64) -> sio_code {
    set(options, "ackTimeout", ms == -1 ? .null : .integer(ms))
}

@c @implementation
public func sio_options_set_reject_unauthorized(_ options: OpaquePointer?, _ on: CInt) -> sio_code {
    set(options, "rejectUnauthorized", .bool(on != 0))
}

private func add(
    _ options: OpaquePointer?, _ option: String, _ name: UnsafePointer<CChar>?, _ value: UnsafePointer<CChar>?
) -> sio_code {
    attempt { () throws(SocketIOError) in
        let box = try unbox(options, OptionsBox.self)
        guard let name = CInput.text(name), let value = CInput.text(value) else {
            throw .invalid("the name or the value")
        }
        box.set(option, member: name, .string(value))
    }
}

/// The texts between commas.
func elements(of list: UnsafePointer<CChar>?) -> JSONValue? {
    CInput.text(list).map { .array($0.split(separator: ",").map { .string(String($0)) }) }
}

/// Sets an option by its name in JSON; nil is no value.
func set(_ options: OpaquePointer?, _ name: String, _ value: JSONValue?) -> sio_code {
    attempt { () throws(SocketIOError) in
        let box = try unbox(options, OptionsBox.self)
        guard let value else { throw .invalid("the option \(name)") }
        try box.set([name: value])
    }
}
