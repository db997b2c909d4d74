// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// socketio.h has the documentation.

public import CSocketIO
import SocketIO

@c @implementation
public func sio_error_free(_ error: OpaquePointer?) { Boxed.free(error, ErrorBox.self) }

@c @implementation
public func sio_error_code(_ error: OpaquePointer?) -> sio_code { find(error)?.code.c ?? SIO_OK }

@c @implementation
public func sio_error_errno(_ error: OpaquePointer?) -> CInt { find(error)?.errno ?? 0 }

@c @implementation
public func sio_error_http_status(_ error: OpaquePointer?) -> CInt { CInt(clamping: find(error)?.http?.status ?? 0) }

@c @implementation
public func sio_error_certificate_code(_ error: OpaquePointer?) -> CInt {
    CInt(clamping: find(error)?.certificate?.code ?? 0)
}

@c @implementation
public func sio_error_certificate_depth(_ error: OpaquePointer?) -> CInt {
    CInt(clamping: find(error)?.certificate?.depth ?? -1)
}

@c @implementation
public func sio_error_client_certificate_requested(_ error: OpaquePointer?) -> CInt {
    find(error)?.clientCertificateRequested.map { $0 ? 1 : 0 } ?? -1
}

@c @implementation
public func sio_error_close_code(_ error: OpaquePointer?) -> CInt { CInt(find(error)?.close?.code ?? 0) }

// MARK: Texts

@c @implementation
public func sio_error_message(_ error: OpaquePointer?) -> UnsafePointer<CChar>? { text(error, \.message) }

@c @implementation
public func sio_error_phase(_ error: OpaquePointer?) -> UnsafePointer<CChar>? { text(error, \.phase) }

@c @implementation
public func sio_error_transport(_ error: OpaquePointer?) -> UnsafePointer<CChar>? { text(error, \.transport) }

@c @implementation
public func sio_error_http_body(_ error: OpaquePointer?) -> UnsafePointer<CChar>? { text(error, \.httpBody) }

@c @implementation
public func sio_error_certificate_text(_ error: OpaquePointer?) -> UnsafePointer<CChar>? {
    text(error, \.certificateText)
}

@c @implementation
public func sio_error_certificate_subject(_ error: OpaquePointer?) -> UnsafePointer<CChar>? {
    text(error, \.certificateSubject)
}

@c @implementation
public func sio_error_certificate_issuer(_ error: OpaquePointer?) -> UnsafePointer<CChar>? {
    text(error, \.certificateIssuer)
}

@c @implementation
public func sio_error_certificate_not_before(_ error: OpaquePointer?) -> Int64 {
    find(error)?.certificate?.certificate.notBefore.secondsSince1970 ?? 0
}

@c @implementation
public func sio_error_certificate_not_after(_ error: OpaquePointer?) -> Int64 {
    find(error)?.certificate?.certificate.notAfter.secondsSince1970 ?? 0
}

@c @implementation
public func sio_error_tls_alert(_ error: OpaquePointer?) -> UnsafePointer<CChar>? { text(error, \.tlsAlert) }

@c @implementation
public func sio_error_close_reason(_ error: OpaquePointer?) -> UnsafePointer<CChar>? { text(error, \.closeReason) }

@c @implementation
public func sio_error_data(_ error: OpaquePointer?) -> UnsafePointer<CChar>? { text(error, \.data) }

private func find(_ error: OpaquePointer?) -> SocketIOError? { Boxed.object(error, ErrorBox.self)?.error }

private func text(_ error: OpaquePointer?, _ text: (ErrorBox) -> CText) -> UnsafePointer<CChar> {
    (Boxed.object(error, ErrorBox.self).map(text) ?? .empty).pointer
}
