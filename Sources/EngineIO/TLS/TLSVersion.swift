import COpenSSL

/// A version of TLS, under Node's name.
public enum TLSVersion: String, Sendable, Codable, Comparable, CaseIterable {
    /// Obsolete (RFC 8996). OpenSSL takes it only with `@SECLEVEL=0` in the option `ciphers`.
    case v1_0 = "TLSv1"
    /// Obsolete (RFC 8996). OpenSSL takes it only with `@SECLEVEL=0` in the option `ciphers`.
    case v1_1 = "TLSv1.1"
    /// RFC 5246.
    case v1_2 = "TLSv1.2"
    /// RFC 8446.
    case v1_3 = "TLSv1.3"

    /// The older one is less.
    public static func < (one: TLSVersion, other: TLSVersion) -> Bool { one.number < other.number }

    /// OpenSSL's number.
    var number: Int32 {
        switch self {
        case .v1_0: TLS1_VERSION
        case .v1_1: TLS1_1_VERSION
        case .v1_2: TLS1_2_VERSION
        case .v1_3: TLS1_3_VERSION
        }
    }
}
