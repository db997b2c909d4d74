import Foundation

/// An HTTP request as a `ScriptedServer` has read it.
package struct HTTPRequest: Sendable {
    package let method: String
    /// Path and query, as they were sent.
    package let target: String
    /// In their order, with their names as they were sent.
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]
    /// Which connection of the server it came over.
    package let connection: Int

    package var text: String { String(decoding: body, as: UTF8.self) }

    package var path: String { String(target.prefix { $0 != "?" }) }

    /// The query's parameters, decoded.
    package var query: [String: String] {
        let items = URLComponents(string: target)?.queryItems ?? []
        return Dictionary(items.map { ($0.name, $0.value ?? "") }) { $1 }
    }

    /// The first header of that name, in any case.
    package subscript(header name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// Parses a head without its last empty line.
    init(head: String, body: [UInt8], connection: Int) throws {
        let lines = head.components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count == 3, words[2] == "HTTP/1.1" else { throw SupportError("no request line: \(lines[0])") }
        method = String(words[0])
        target = String(words[1])
        headers = try lines.dropFirst().map { line in
            guard let colon = line.firstIndex(of: ":") else { throw SupportError("no header: \(line)") }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            return (String(line[..<colon]), value)
        }
        self.body = body
        self.connection = connection
    }
}
