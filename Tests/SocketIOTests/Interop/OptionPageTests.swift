import Foundation
import SocketIO
import TestSupport
import Testing

/// Every option on every transport, as a server sees it.
@Suite(.timeLimit(.minutes(5))) struct OptionPageTests {
    private static let cases = OptionPage.rows.flatMap { row in row.transports.map { (row, $0) } }

    @Test(arguments: cases)
    func doesWhatItSays(_ row: OptionRow, _ transport: TransportKind) async throws {
        try await row.check(OptionProbe(transport: transport))
    }

    /// A new option needs a row.
    @Test func everyOptionHasItsRow() throws {
        func names(_ value: some Encodable) throws -> [String] {
            let json = String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
            return try #require(try JSONValue(parsing: json).objectValue).keys
        }
        let options = ClientOptions()
        var expected = try names(options).filter { $0 != "agent" && $0 != "limits" }
        expected += try names(options.agent).map { "agent.\($0)" }
        expected += try names(options.limits).map { "limits.\($0)" }
        // It is code.
        expected.append("checkServerIdentity")
        #expect(OptionPage.rows.map(\.name).sorted() == expected.sorted())
    }
}
