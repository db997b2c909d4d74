import SocketIO

/// What machines want to know of an error besides its message.
enum ErrorDetails {
    static func json(_ error: SocketIOError) -> JSONObject {
        var details: JSONObject = ["errorCode": .integer(Int64(error.code.rawValue))]
        details["phase"] = error.phase.map { .string($0.rawValue) }
        details["errno"] = error.errno.map { .integer(Int64($0)) }
        details["httpStatus"] = error.http.map { .integer(Int64($0.status)) }
        details["tlsAlert"] = error.tlsAlert.map { .string($0) }
        details["verifyCode"] = error.certificate.map { .integer(Int64($0.code)) }
        details["closeCode"] = error.close.map { .integer(Int64($0.code)) }
        details["data"] = error.data
        return details
    }
}
