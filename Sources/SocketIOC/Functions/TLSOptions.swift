// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// socketio.h has the documentation.

public import CSocketIO
import SocketIO

@c @implementation
public func sio_options_set_ca(_ options: OpaquePointer?, _ data: UnsafeRawPointer?, _ length: Int) -> sio_code {
    set(options, "ca", CInput.bytes(data, length))
}

@c @implementation
public func sio_options_set_ca_file(_ options: OpaquePointer?, _ path: UnsafePointer<CChar>?) -> sio_code {
    set(options, "ca", path)
}

@c @implementation
public func sio_options_set_cert(_ options: OpaquePointer?, _ data: UnsafeRawPointer?, _ length: Int) -> sio_code {
    set(options, "cert", CInput.bytes(data, length))
}

@c @implementation
public func sio_options_set_cert_file(_ options: OpaquePointer?, _ path: UnsafePointer<CChar>?) -> sio_code {
    set(options, "cert", path)
}

@c @implementation
public func sio_options_set_key(_ options: OpaquePointer?, _ data: UnsafeRawPointer?, _ length: Int) -> sio_code {
    set(options, "key", CInput.bytes(data, length))
}

@c @implementation
public func sio_options_set_key_file(_ options: OpaquePointer?, _ path: UnsafePointer<CChar>?) -> sio_code {
    set(options, "key", path)
}

@c @implementation
public func sio_options_set_pfx(_ options: OpaquePointer?, _ data: UnsafeRawPointer?, _ length: Int) -> sio_code {
    set(options, "pfx", CInput.bytes(data, length))
}

@c @implementation
public func sio_options_set_pfx_file(_ options: OpaquePointer?, _ path: UnsafePointer<CChar>?) -> sio_code {
    set(options, "pfx", path)
}

@c @implementation
public func sio_options_set_passphrase(_ options: OpaquePointer?, _ passphrase: UnsafePointer<CChar>?) -> sio_code {
    set(options, "passphrase", CInput.text(passphrase).map(JSONValue.string))
}

@c @implementation
public func sio_options_set_ciphers(_ options: OpaquePointer?, _ list: UnsafePointer<CChar>?) -> sio_code {
    set(options, "ciphers", CInput.text(list).map(JSONValue.string))
}

@c @implementation
public func sio_options_set_crl(_ options: OpaquePointer?, _ data: UnsafeRawPointer?, _ length: Int) -> sio_code {
    set(options, "crl", CInput.bytes(data, length))
}

@c @implementation
public func sio_options_set_crl_file(_ options: OpaquePointer?, _ path: UnsafePointer<CChar>?) -> sio_code {
    set(options, "crl", path)
}

@c @implementation
public func sio_options_set_servername(_ options: OpaquePointer?, _ name: UnsafePointer<CChar>?) -> sio_code {
    set(options, "servername", CInput.text(name).map(JSONValue.string))
}

@c @implementation
public func sio_options_set_min_version(_ options: OpaquePointer?, _ version: UnsafePointer<CChar>?) -> sio_code {
    set(options, "minVersion", CInput.text(version).map(JSONValue.string))
}

@c @implementation
public func sio_options_set_max_version(_ options: OpaquePointer?, _ version: UnsafePointer<CChar>?) -> sio_code {
    set(options, "maxVersion", CInput.text(version).map(JSONValue.string))
}

@c @implementation
public func sio_options_set_ecdh_curve(_ options: OpaquePointer?, _ list: UnsafePointer<CChar>?) -> sio_code {
    set(options, "ecdhCurve", CInput.text(list).map(JSONValue.string))
}

@c @implementation
public func sio_options_set_sigalgs(_ options: OpaquePointer?, _ list: UnsafePointer<CChar>?) -> sio_code {
    set(options, "sigalgs", CInput.text(list).map(JSONValue.string))
}

@c @implementation
public func sio_options_set_pinned_public_keys(_ options: OpaquePointer?, _ list: UnsafePointer<CChar>?) -> sio_code {
    set(options, "pinnedPublicKeys", elements(of: list))
}

@c @implementation
public func sio_options_set_watch_files(_ options: OpaquePointer?, _ on: CInt) -> sio_code {
    set(options, "watchFiles", .bool(on != 0))
}

@c @implementation
public func sio_options_set_certificate_expiry_warning(_ options: OpaquePointer?, _ ms: Int64) -> sio_code {
    set(options, "certificateExpiryWarning", ms == -1 ? .null : .integer(ms))
}

@c @implementation
public func sio_options_set_check_server_identity(
    _ options: OpaquePointer?, _ check: sio_identity_cb?, _ userData: UnsafeMutableRawPointer?,
    _ destroy: sio_free_cb?
) -> sio_code {
    let destructor = Destructor(function: destroy, userData: userData)
    let code = attempt { () throws(SocketIOError) in
        let box = try unbox(options, OptionsBox.self)
        guard let check else { throw .invalid("the check") }
        box.set(IdentityCallback(check, destructor))
    }
    if code != SIO_OK { destructor.call() }
    return code
}

/// The JSON form of a path. What looks like PEM would be taken for it.
private func set(_ options: OpaquePointer?, _ name: String, _ path: UnsafePointer<CChar>?) -> sio_code {
    set(options, name, CInput.text(path).flatMap { $0.isEmpty ? nil : .string($0.hasPrefix("/") ? $0 : "./" + $0) })
}

/// The JSON form of bytes.
private func set(_ options: OpaquePointer?, _ name: String, _ bytes: Binary?) -> sio_code {
    set(options, name, bytes.flatMap { $0.isEmpty ? nil : .binary($0) })
}
