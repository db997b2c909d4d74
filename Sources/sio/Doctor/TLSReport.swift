import SocketIO

/// A TLS handshake for people, and for machines. It may have failed: then there is only what came before.
struct TLSReport {
    let tls: TLSInfo
    /// Whether the handshake got to where the server would have asked for a certificate.
    let isComplete: Bool
    let now: UnixTime

    private var isVerified: Bool { !tls.chain.isEmpty && tls.verificationFailure == nil }

    var summary: String {
        var facts = [tls.version, tls.cipher].filter { !$0.isEmpty }
        if let failure = tls.verificationFailure {
            facts.append("NOT VERIFIED (\(failure.text))")
        } else if isVerified {
            facts.append("server verified")
        }
        if tls.clientCertificateRequest?.presented != nil { facts.append("client certificate presented") }
        return facts.joined(separator: ", ")
    }

    var lines: [String] {
        var lines: [String] = []
        for (depth, certificate) in tls.chain.enumerated() {
            let mark = "\(depth)  "
            let rest = String(repeating: " ", count: mark.count)
            for (index, line) in CertificateReport.lines(certificate, at: now).enumerated() {
                lines.append((index == 0 ? mark : rest) + line)
            }
        }
        return lines + clientCertificateLines
    }

    private var clientCertificateLines: [String] {
        guard let request = tls.clientCertificateRequest else {
            return isComplete ? ["asks for no client certificate"] : []
        }
        var lines =
            request.issuers.isEmpty
            ? ["asks for a client certificate, and does not say of which issuers"]
            : ["asks for a client certificate of"]
        lines += request.issuers.map { "   \($0)" }
        guard let presented = request.presented else { return lines + ["none is configured"] }
        return lines + ["was given"] + CertificateReport.lines(presented, at: now).map { "   \($0)" }
    }

    var json: JSONObject {
        let request = tls.clientCertificateRequest
        return [
            "version": tls.version.isEmpty ? nil : .string(tls.version),
            "cipher": tls.cipher.isEmpty ? nil : .string(tls.cipher),
            "chain": .array(tls.chain.map { CertificateReport.json($0, at: now) }),
            "verified": .bool(isVerified),
            "verificationFailure": tls.verificationFailure.map { .string($0.text) } ?? nil,
            "clientCertificate": [
                // Not known where the handshake failed before.
                "requested": request != nil ? true : isComplete ? false : nil,
                "issuers": .array(request?.issuers.map { .string($0) } ?? []),
                "presented": request?.presented.map { CertificateReport.json($0, at: now) } ?? nil,
            ],
        ]
    }
}
