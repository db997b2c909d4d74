import SocketIO

/// What `sio_error` stands for: an error with its texts in C's form.
final class ErrorBox: Sendable {
    let error: SocketIOError
    let message: CText
    let phase: CText
    let transport: CText
    let httpBody: CText
    let certificateText: CText
    let certificateSubject: CText
    let certificateIssuer: CText
    let tlsAlert: CText
    let closeReason: CText
    let data: CText

    init(_ error: SocketIOError) {
        func text(_ text: String?) -> CText { text.map(CText.init) ?? .empty }
        self.error = error
        message = CText(error.message)
        phase = text(error.phase?.rawValue)
        transport = text(error.transport?.rawValue)
        httpBody = text(error.http?.body)
        certificateText = text(error.certificate?.text)
        certificateSubject = text(error.certificate?.subject)
        certificateIssuer = text(error.certificate?.certificate.issuer)
        tlsAlert = text(error.tlsAlert)
        closeReason = text(error.close?.reason)
        data = text(error.data?.description)
    }

    /// Gives an error to a caller that wants it, and returns its code.
    static func give(
        _ error: SocketIOError, to place: UnsafeMutablePointer<OpaquePointer?>?
    ) -> SocketIOError.Code {
        place?.pointee = Boxed.new(ErrorBox(error))
        return error.code
    }
}
