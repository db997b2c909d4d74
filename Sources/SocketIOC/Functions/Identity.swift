// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// socketio.h has the documentation.

import CSocketIO
import SocketIO

@c @implementation
public func sio_identity_host(_ identity: OpaquePointer?) -> UnsafePointer<CChar>? {
    (Boxed.object(identity, IdentityBox.self)?.host ?? .empty).pointer
}

@c @implementation
public func sio_identity_is_for_host(_ identity: OpaquePointer?) -> CInt {
    Boxed.object(identity, IdentityBox.self)?.isForHost == true ? 1 : 0
}

@c @implementation
public func sio_identity_chain_length(_ identity: OpaquePointer?) -> Int {
    Boxed.object(identity, IdentityBox.self)?.chain.count ?? 0
}

@c @implementation
public func sio_identity_subject(_ identity: OpaquePointer?, _ index: Int) -> UnsafePointer<CChar>? {
    (certificate(identity, index)?.subject ?? .empty).pointer
}

@c @implementation
public func sio_identity_issuer(_ identity: OpaquePointer?, _ index: Int) -> UnsafePointer<CChar>? {
    (certificate(identity, index)?.issuer ?? .empty).pointer
}

@c @implementation
public func sio_identity_subject_alt_name(_ identity: OpaquePointer?, _ index: Int) -> UnsafePointer<CChar>? {
    (certificate(identity, index)?.subjectAltName ?? .empty).pointer
}

@c @implementation
public func sio_identity_public_key_pin(_ identity: OpaquePointer?, _ index: Int) -> UnsafePointer<CChar>? {
    (certificate(identity, index)?.publicKeyPin ?? .empty).pointer
}

@c @implementation
public func sio_identity_der(
    _ identity: OpaquePointer?, _ index: Int, _ length: UnsafeMutablePointer<Int>?
) -> UnsafeRawPointer? {
    let der = certificate(identity, index)?.certificate.der
    length?.pointee = der?.count ?? 0
    // The identity keeps the bytes where they are.
    return der?.withUnsafeBytes { $0.baseAddress }
}

private func certificate(_ identity: OpaquePointer?, _ index: Int) -> IdentityBox.Certificate? {
    guard let chain = Boxed.object(identity, IdentityBox.self)?.chain, chain.indices.contains(index) else { return nil }
    return chain[index]
}
