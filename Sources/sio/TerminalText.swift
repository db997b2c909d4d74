extension String {
    /// How many characters a line on standard error may have.
    static let terminalLimit = 500

    /// On one line, without anything that a terminal takes for an order, and not too long.
    var terminalLine: String {
        var line: [Unicode.Scalar] = []
        var isBlank = false
        for scalar in unicodeScalars where line.count <= Self.terminalLimit {
            if scalar.properties.isWhitespace {
                isBlank = true
                continue
            }
            if isBlank && !line.isEmpty { line.append(" ") }
            isBlank = false
            switch scalar.properties.generalCategory {
            case .control, .format:
                line += #"\u{\#(String(scalar.value, radix: 16, uppercase: true))}"#.unicodeScalars
            default: line.append(scalar)
            }
        }
        if line.count > Self.terminalLimit { line[(Self.terminalLimit - 1)...] = ["…"] }
        var text = ""
        text.unicodeScalars.append(contentsOf: line)
        return text
    }
}
