import ArgumentParser
import SocketIO

/// An argument of an event on the command line.
enum EventArgument {
    /// The value of `text`: JSON where it is JSON, else a string; the bytes of a file where it begins with `@`.
    static func value(_ text: String) throws -> JSONValue {
        if text.hasPrefix("@") { return .binary(try File.read(String(text.dropFirst()))) }
        return (try? JSONValue(parsing: text)) ?? .string(text)
    }
}

extension JSONValue {
    /// The value of an option that takes JSON only.
    init(argument: String) throws {
        do {
            try self.init(parsing: argument)
        } catch {
            throw ValidationError("it is not JSON: \(error)")
        }
    }
}
