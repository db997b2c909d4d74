import ArgumentParser
import SocketIO

/// `sio options`: prints what `--options FILE` may hold.
struct OptionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "options",
        abstract: "Prints every option of a connection, with its type, its default and its meaning.",
        discussion: """
            They are the members of the JSON object in a file for --options, under the names of Node's client: all of \
            them, or those whose names are given.

            A certificate, a key or a revocation list is PEM text, the path of a file, or an object: {"base64": "…"}, \
            or {"file": "…"} and {"pem": "…"} with a "passphrase" of their own; several are an array. A duration is a \
            number of milliseconds.

            EXAMPLES
              sio options
              sio options reconnectionDelayMax agent
            """)

    @Argument(help: "The names of options; without any, all.")
    var names: [String] = []

    func run() throws {
        let known = OptionTable.groups.flatMap(\.rows).map(\.name)
        if let unknown = names.first(where: { !known.contains($0) }) {
            throw ValidationError("there is no option \(unknown.terminalLine)")
        }
        var groups = OptionTable.groups
        if !names.isEmpty {
            for index in groups.indices { groups[index].rows.removeAll { !names.contains($0.name) } }
        }
        for (number, group) in groups.filter({ !$0.rows.isEmpty }).enumerated() {
            if names.isEmpty { try Output.standard.writeLine("\(number == 0 ? "" : "\n")\(group.title)\n") }
            for row in group.rows { try Output.standard.writeLine(row.text) }
        }
    }
}

extension OptionTable.Row {
    private static let width = 80

    /// For a terminal, without the marks of Markdown.
    fileprivate var text: String {
        func plain(_ text: String) -> String { text.filter { $0 != "`" } }
        var lines = ["  \(name)  (\(type), default: \(plain(standard)))"]
        var line = ""
        for word in plain(meaning).split(separator: " ") {
            if line.count + word.count + 7 > Self.width {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? "      \(word)" : " \(word)"
        }
        return (lines + [line]).joined(separator: "\n")
    }
}
