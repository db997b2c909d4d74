import ArgumentParser

/// A parameter of a query, or a header, as an option has it.
struct NamedValue: Equatable {
    let name: String
    let value: String

    /// `name=value`, taken as it is: the library encodes it.
    init(query argument: String) throws {
        guard let separator = argument.firstIndex(of: "="), separator != argument.startIndex else {
            throw ValidationError("it has to be name=value.")
        }
        name = String(argument[..<separator])
        value = String(argument[argument.index(after: separator)...])
    }

    /// `name: value`.
    init(header argument: String) throws {
        guard let separator = argument.firstIndex(of: ":"), separator != argument.startIndex else {
            throw ValidationError("it has to be \"name: value\".")
        }
        name = String(argument[..<separator])
        value = String(argument[argument.index(after: separator)...].drop { $0 == " " })
    }

    /// Of a name that occurs twice the last value counts.
    static func dictionary(_ values: [NamedValue]) -> [String: String] {
        Dictionary(values.map { ($0.name, $0.value) }) { _, last in last }
    }
}
