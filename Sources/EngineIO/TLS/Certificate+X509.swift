import COpenSSL
import Glibc
import SocketIOProtocol

extension Certificate {
    /// What OpenSSL has parsed.
    init(x509 certificate: OpaquePointer) {
        self.init(
            subject: Self.text(of: X509_get_subject_name(certificate)),
            issuer: Self.text(of: X509_get_issuer_name(certificate)),
            subjectAltName: Self.subjectAltName(of: certificate),
            notBefore: UnixTime(X509_get0_notBefore(certificate)), notAfter: UnixTime(X509_get0_notAfter(certificate)),
            publicKeyPin: Self.pin(of: certificate), der: Self.bytes { i2d_X509(certificate, $0) })
    }

    /// All certificates of a stack.
    static func all(_ stack: OpaquePointer?) -> [Certificate] {
        (0..<max(0, OPENSSL_sk_num(stack))).compactMap { index in
            OPENSSL_sk_value(stack, index).map { Certificate(x509: OpaquePointer($0)) }
        }
    }

    /// A name in RFC 2253 form.
    static func text(of name: OpaquePointer?) -> String {
        guard let name else { return "" }
        return printed { X509_NAME_print_ex($0, name, 0, COpenSSL_XN_FLAG_RFC2253) }
    }

    private static func subjectAltName(of certificate: OpaquePointer) -> String {
        guard let data = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else { return "" }
        let names = OpaquePointer(data)
        defer { COpenSSL_free_names(names) }
        return (0..<max(0, OPENSSL_sk_num(names))).compactMap { index in
            OPENSSL_sk_value(names, index).flatMap { text(ofAlternative: $0) }
        }.joined(separator: ", ")
    }

    /// A name of one of the usual types. What is in it may be anything: what could be taken for the end of the name, or
    /// for something else, is escaped.
    private static func text(ofAlternative name: UnsafeMutableRawPointer) -> String? {
        var type: Int32 = 0
        guard let data = GENERAL_NAME_get0_value(name.assumingMemoryBound(to: GENERAL_NAME.self), &type) else {
            return nil
        }
        let string = data.assumingMemoryBound(to: ASN1_STRING.self)
        let bytes = UnsafeBufferPointer(start: ASN1_STRING_get0_data(string), count: Int(ASN1_STRING_length(string)))
        let escaped = bytes.map { byte in
            byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: ",") ? String(UnicodeScalar(byte)) : "\\x\(hex(byte))"
        }.joined()
        switch type {
        case GEN_DNS: return "DNS:" + escaped
        case GEN_EMAIL: return "email:" + escaped
        case GEN_URI: return "URI:" + escaped
        case GEN_IPADD: return address(bytes).map { "IP Address:" + $0 }
        default: return nil
        }
    }

    private static func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

    private static func address(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes.baseAddress, &text, socklen_t(text.count)) != nil else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func pin(of certificate: OpaquePointer) -> String {
        let key = bytes { i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), $0) }
        return PublicKeyPin(SHA256.digest(of: key)).text
    }

    private static func printed(_ body: (OpaquePointer?) -> Int32) -> String {
        let bio = BIO_new(BIO_s_mem())
        defer { BIO_free(bio) }
        _ = body(bio)
        var text: UnsafeMutablePointer<CChar>?
        let count = BIO_ctrl(bio, BIO_CTRL_INFO, 0, &text)
        return String(decoding: UnsafeRawBufferPointer(start: text, count: max(0, count)), as: UTF8.self)
    }

    private static func bytes(_ encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32) -> Binary {
        let count = Int(encode(nil))
        guard count > 0 else { return Binary() }
        var bytes = [UInt8](repeating: 0, count: count)
        bytes.withUnsafeMutableBufferPointer { buffer in
            var start = buffer.baseAddress
            _ = encode(&start)
        }
        return Binary(bytes)
    }
}

extension UnixTime {
    fileprivate init(_ time: UnsafePointer<ASN1_TIME>?) {
        var parts = tm()
        ASN1_TIME_to_tm(time, &parts)
        self.init(secondsSince1970: Int64(timegm(&parts)))
    }
}
