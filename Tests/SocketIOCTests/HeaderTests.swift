import Foundation
import SocketIO
import Testing
import TestSupport

/// The header keeps up with the options.
@Suite(.timeLimit(.minutes(5))) struct HeaderTests {
    /// Those of `io()`, which C does not have.
    private static let withoutSetter: Set = ["autoConnect", "forceNew", "multiplex"]
    /// Those that are added to, one by one.
    private static let adders = ["query": "add_query", "extraHeaders": "add_extra_header"]

    /// `reconnectionDelay` as `set_reconnection_delay`.
    private static func setter(of option: String) -> String {
        let name = option.replacing(/[A-Z]+/) { "_" + $0.output.lowercased() }
        return adders[option] ?? "set_\(name)"
    }

    @Test func everyOptionHasItsSetter() throws {
        let header = try String(
            contentsOfFile: "\(Repository.root)/CShims/CSocketIO/include/socketio.h", encoding: .utf8)
        let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(ClientOptions())) as? [String: Any]
        for option in try #require(json).keys where !Self.withoutSetter.contains(option) {
            #expect(header.contains("sio_options_\(Self.setter(of: option))("), "\(option) has no setter")
        }
    }
}
