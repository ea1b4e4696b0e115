import LapwingText

/// Writes text as scalars of one line.
enum ScalarWriter {
    /// In the style asked for, or in the nearest that can hold the text.
    ///
    /// - Parameter isText: whether it has to be read back as text, and not as a number or null.
    static func line(_ text: String, _ style: YAMLScalar.Style, isInFlow: Bool, isText: Bool) -> String {
        switch style {
        case .doubleQuoted: doubleQuoted(text)
        case .singleQuoted: isPrintable(text) ? singleQuoted(text) : doubleQuoted(text)
        case .plain, .literal, .folded:
            if canBePlain(text, isInFlow: isInFlow),
                !isText || YAMLScalar(text: text, style: .plain, origin: TextOrigin(contiguousFrom: 0)).isString
            {
                text
            } else {
                isPrintable(text) ? singleQuoted(text) : doubleQuoted(text)
            }
        }
    }

    private static func singleQuoted(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }

    private static func doubleQuoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\" + String(scalar)
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case _ where isWritable(scalar): result.unicodeScalars.append(scalar)
            default:
                let digits = String(scalar.value, radix: 16)
                result +=
                    scalar.value < 0x100
                    ? "\\x" + digits.zeroPadded(to: 2)
                    : scalar.value < 0x10000 ? "\\u" + digits.zeroPadded(to: 4) : "\\U" + digits.zeroPadded(to: 8)
            }
        }
        return result + "\""
    }

    /// Whether a character may stand for itself.
    static func isWritable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    /// Whether a text is one line of characters that may stand for themselves.
    private static func isPrintable(_ text: String) -> Bool { text.unicodeScalars.allSatisfy(isWritable) }

    /// Whether a text means itself without quotes (YAML 1.2.2, section 7.3.3).
    private static func canBePlain(_ text: String, isInFlow: Bool) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last, isPrintable(text), first != Mark.space, last != Mark.space
        else { return false }
        if text.hasPrefix("---") || text.hasPrefix("...") || ",[]{}#&*!|>'\"%@`".utf8.contains(first) { return false }
        let ends = { (index: Int) in
            index == bytes.count || bytes[index] == Mark.space || (isInFlow && ",[]{}".utf8.contains(bytes[index]))
        }
        if "-?:".utf8.contains(first), ends(1) { return false }
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: ":"), ends(index + 1) { return false }
            if byte == UInt8(ascii: "#"), bytes[index - 1] == Mark.space { return false }
            if isInFlow, ",[]{}".utf8.contains(byte) { return false }
        }
        return true
    }
}

/// A text as the lines of a block scalar.
struct BlockText {
    /// `|` or `>` with what follows it.
    var header: String
    /// Without their margin.
    var lines: [String]

    /// Nil where a block scalar cannot hold the text, or not without counting blank lines behind it.
    ///
    /// - Parameters:
    ///   - step: how much deeper than the collection around it the text stands, for the header of one that begins with a space.
    ///   - isFolded: taken where the text has one line; a text of several would need blank lines between them.
    init?(_ text: String, isFolded: Bool, step: Int?) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let isClipped = lines.last == ""
        if isClipped { lines.removeLast() }
        guard let first = lines.first(where: { !$0.isEmpty }), lines.last != "",
            text.unicodeScalars.allSatisfy({ $0 == "\n" || $0 == "\t" || ScalarWriter.isWritable($0) })
        else { return nil }
        header = isFolded && lines.count == 1 ? ">" : "|"
        if first.hasPrefix(" ") {
            guard let step, (1...9).contains(step) else { return nil }
            header += String(step)
        }
        if !isClipped { header += "-" }
    }
}
