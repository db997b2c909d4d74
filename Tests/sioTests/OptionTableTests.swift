import Foundation
import SocketIO
import TestSupport
import Testing

@testable import sio

/// What `sio options` and the article say of the options is what they are.
@Suite(.timeLimit(.minutes(5))) struct OptionTableTests {
    private static let rows = OptionTable.groups.flatMap(\.rows)

    private static func defaults() throws -> JSONObject {
        let json = String(decoding: try JSONEncoder().encode(ClientOptions()), as: UTF8.self)
        return try #require(try JSONValue(parsing: json).objectValue)
    }

    @Test func everyOptionIsThereOnce() throws {
        // It is code.
        let names = try Self.defaults().keys + ["checkServerIdentity"]
        #expect(Self.rows.map(\.name).sorted() == names.sorted())
    }

    /// A literal is the default itself; a time is one in milliseconds; other words stand for none.
    @Test func theDefaultsAreThoseOfTheCode() throws {
        let defaults = try Self.defaults()
        for row in Self.rows where row.name != "limits" {
            let value = defaults[row.name] ?? .null
            if let literal = row.standard.wholeMatch(of: /`(.*)`/)?.1 {
                let stated = try JSONValue(parsing: String(literal))
                if let members = stated.objectValue {
                    for (name, member) in members { #expect(value[name] == member, "\(row.name)") }
                } else {
                    // These two are the library's own, and not among the options.
                    #expect(value == stated || row.name.hasSuffix("Version") && value.isNull, "\(row.name)")
                }
            } else if let (_, number, unit) = row.standard.wholeMatch(of: /([0-9.]+) (s|days)/)?.output {
                #expect(value.doubleValue == (Double(number) ?? 0) * (unit == "s" ? 1000 : 86_400_000), "\(row.name)")
            } else if let number = Double(row.standard) {
                #expect(value.doubleValue == number, "\(row.name)")
            } else {
                #expect(value.isNull || value == [] || value == [:] || value == false, "\(row.name): \(value)")
            }
        }
    }

    /// Each is accepted under its name, and refused with a value of another type, by name.
    @Test func theTypesAreThoseOfTheCode() throws {
        let wrong: [String: String] = [
            "boolean": "1", "string": "1", "number": #""x""#, "milliseconds": #""x""#, "array of strings": #""x""#,
            "object of strings": #"{"a": 1}"#, "object": "1", "object or boolean": "1", "certificates": "1",
            "keys": "1", "PKCS #12 files": "1", "revocation lists": "1",
        ]
        for row in Self.rows where row.type != "code" {
            let value = try #require(wrong[row.type], "\(row.name): \(row.type)")
            let error = #expect(throws: SocketIOError.self) { try ClientOptions(json: #"{"\#(row.name)": \#(value)}"#) }
            #expect(error?.message.contains(row.name) == true, "\(row.name): \(error?.message ?? "")")
        }
    }

    @Test func theArticleHasTheSameTable() throws {
        let path = "\(Repository.root)/Sources/SocketIO/SocketIO.docc/Options.md"
        let article = try String(contentsOfFile: path, encoding: .utf8)
        for line in OptionTable.markdown.split(separator: "\n") {
            #expect(article.contains("\n\(line)\n"), "missing in the article: \(line)")
        }
    }

    @Test func theProgramPrintsThem() async throws {
        let all = try await sio("options")
        #expect(all.status == 0 && all.stderr == "")
        for row in Self.rows { #expect(all.stdout.contains("\n  \(row.name)  (\(row.type), default: ")) }
        #expect(!all.stdout.split(separator: "\n").contains { $0.count > 110 })
        let some = try await sio("options", "timeout", "path")
        #expect(
            some.stdout == """
                  path  (string, default: "/socket.io/")
                      where the server listens
                  timeout  (milliseconds, default: 20 s)
                      for the connection, then again for the namespace; none: for ever

                """)
    }
}
