import SocketIO

/// A certificate for people, and for machines.
enum CertificateReport {
    private static let day: Int64 = 86_400

    static func lines(_ certificate: Certificate, at now: UnixTime) -> [String] {
        var lines = [
            "subject  \(certificate.subject)", "issuer   \(certificate.issuer)",
            "valid    \(validity(certificate, now))",
        ]
        if !certificate.subjectAltName.isEmpty { lines.append("names    \(certificate.subjectAltName)") }
        return lines
    }

    static func json(_ certificate: Certificate, at now: UnixTime) -> JSONValue {
        [
            "subject": .string(certificate.subject), "issuer": .string(certificate.issuer),
            "subjectAltName": .string(certificate.subjectAltName),
            "notBefore": .string("\(certificate.notBefore)"), "notAfter": .string("\(certificate.notAfter)"),
            "daysLeft": .integer(days(from: now, to: certificate.notAfter)),
            "publicKeyPin": .string(certificate.publicKeyPin),
        ]
    }

    static func validity(_ certificate: Certificate, _ now: UnixTime) -> String {
        let span = "\(certificate.notBefore) to \(certificate.notAfter)"
        if now < certificate.notBefore {
            return "\(span), NOT YET, in \(count(days(from: now, to: certificate.notBefore)))"
        }
        if now > certificate.notAfter {
            return "\(span), EXPIRED \(count(days(from: certificate.notAfter, to: now))) ago"
        }
        return "\(span), expires in \(count(days(from: now, to: certificate.notAfter)))"
    }

    /// Whole days, towards the past.
    private static func days(from one: UnixTime, to other: UnixTime) -> Int64 {
        let (quotient, remainder) = (other.secondsSince1970 - one.secondsSince1970).quotientAndRemainder(
            dividingBy: day)
        return remainder < 0 ? quotient - 1 : quotient
    }

    private static func count(_ days: Int64) -> String { days == 1 ? "1 day" : "\(days) days" }
}
