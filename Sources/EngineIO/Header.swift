package import SocketIOProtocol

/// A request header.
package struct Header: Sendable, Hashable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// A header that comes from outside.
    ///
    /// - Throws: `invalidArgument` for what is no header, or would end its line and begin another.
    package init(validating name: String, _ value: String) throws(SocketIOError) {
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenCharacter) else {
            throw Self.invalid("\(name.debugDescription) is no name of a header")
        }
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == UInt8(ascii: "\t") }) else {
            throw Self.invalid("the value of \(name) holds a control character")
        }
        guard !Self.isOfTheConnection(name.lowercased()) else {
            throw Self.invalid("\(name) is the connection's own")
        }
        self.init(name, value)
    }

    /// Whether `name`, in lower case, says where a request ends, or to what the connection is turned.
    private static func isOfTheConnection(_ name: String) -> Bool {
        ["connection", "content-length", "transfer-encoding", "upgrade"].contains(name)
            || name.hasPrefix("sec-websocket-")
    }

    /// Whether it is the header `name`, which is in lower case.
    package func isNamed(_ name: String) -> Bool { self.name.lowercased() == name }

    /// RFC 9110, section 5.6.2.
    static func isTokenCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    private static func invalid(_ why: String) -> SocketIOError {
        SocketIOError(.invalidArgument, "the option extraHeaders: \(why)", phase: .options)
    }
}
