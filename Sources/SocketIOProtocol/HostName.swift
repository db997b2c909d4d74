import CIdn2

/// Names of hosts as they are resolved, asked for and verified.
package enum HostName {
    /// `name` in lower case, and an international one in ASCII (`xn--…`), by IDNA 2008 with the mapping of UTS #46, as
    /// browsers do. Nil where there is no such name.
    package static func ascii(_ name: String) -> String? {
        guard !name.utf8.allSatisfy({ $0 < 0x80 }) else {
            return name.unicodeScalars.allSatisfy(isCharacter) ? name.lowercased() : nil
        }
        var result: UnsafeMutablePointer<CChar>?
        defer { idn2_free(result) }
        let flags = Int32(IDN2_NFC_INPUT.rawValue | IDN2_NONTRANSITIONAL.rawValue)
        guard idn2_to_ascii_8z(name, &result, flags) == IDN2_OK.rawValue, let result else { return nil }
        let text = String(cString: result)
        return text.unicodeScalars.allSatisfy(isCharacter) ? text : nil
    }

    private static func isCharacter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_", "~": true
        default: false
        }
    }
}
