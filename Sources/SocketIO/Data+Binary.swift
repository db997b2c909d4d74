#if Foundation
package import SocketIOProtocol

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

extension Data: BinaryConvertible {
    /// A copy of `binary`.
    public init(_ binary: Binary) { self = binary.withUnsafeBytes { Data($0) } }

    package var binary: Binary { Binary(self) }
}

extension Binary {
    /// A copy of `data`.
    public init(_ data: Data) { self = data.withUnsafeBytes { Binary($0) } }
}
#endif
