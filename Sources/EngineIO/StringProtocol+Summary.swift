extension StringProtocol {
    /// On one line, without control characters.
    package var summary: String {
        let isBlank = { (character: Character) in
            character.isWhitespace || character.unicodeScalars.contains { $0.properties.generalCategory == .control }
        }
        return split(whereSeparator: isBlank).joined(separator: " ")
    }
}
