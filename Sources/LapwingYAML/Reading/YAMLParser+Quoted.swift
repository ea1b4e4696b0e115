import LapwingText

/// Scalars in quotes (YAML 1.2.2, sections 7.3.1 and 7.3.2).
extension YAMLParser {
    mutating func singleQuoted(parent: Int) throws(YAMLFailure) -> YAMLScalar {
        let open = offset
        offset += 1
        var builder = TextBuilder()
        var lower = offset
        while offset < end {
            let byte = bytes[offset]
            if byte == Mark.singleQuote {
                guard offset + 1 < end, bytes[offset + 1] == Mark.singleQuote else {
                    return close(&builder, .singleQuoted, lower: lower, open: open)
                }
                builder.copy(bytes, from: lower, to: offset + 1)
                offset += 2
                lower = offset
            } else if Mark.isBreak(byte) {
                builder.copy(bytes, from: lower, to: trimmed(from: lower))
                builder.fold(try skipQuotedBreaks(parent: parent, open: open))
                lower = offset
            } else {
                offset += 1
            }
        }
        throw unclosed(open)
    }

    mutating func doubleQuoted(parent: Int) throws(YAMLFailure) -> YAMLScalar {
        let open = offset
        offset += 1
        var builder = TextBuilder()
        var lower = offset
        while offset < end {
            let byte = bytes[offset]
            if byte == Mark.doubleQuote { return close(&builder, .doubleQuoted, lower: lower, open: open) }
            if byte == Mark.backslash {
                builder.copy(bytes, from: lower, to: offset)
                try escape(&builder, parent: parent, open: open)
                lower = offset
            } else if Mark.isBreak(byte) {
                builder.copy(bytes, from: lower, to: trimmed(from: lower))
                builder.fold(try skipQuotedBreaks(parent: parent, open: open))
                lower = offset
            } else {
                offset += 1
            }
        }
        throw unclosed(open)
    }

    private mutating func close(
        _ builder: inout TextBuilder, _ style: YAMLScalar.Style, lower: Int, open: Int
    ) -> YAMLScalar {
        defer { offset += 1 }
        if lower == open + 1 {
            let text = String(decoding: bytes[lower..<offset], as: UTF8.self)
            return YAMLScalar(text: text, style: style, origin: TextOrigin(contiguousFrom: lower))
        }
        builder.copy(bytes, from: lower, to: offset)
        return builder.scalar(style, emptyAt: open + 1)
    }

    /// The end of the text from `lower` to here without the white space before a line break.
    private func trimmed(from lower: Int) -> Int {
        var upper = offset
        while upper > lower, Mark.isWhite(bytes[upper - 1]) { upper -= 1 }
        return upper
    }

    /// Steps over line breaks, blank lines and indentation to where a quoted text goes on; where the breaks were.
    private mutating func skipQuotedBreaks(parent: Int, open: Int) throws(YAMLFailure) -> [Int] {
        var breaks: [Int] = []
        while offset < end, Mark.isBreak(bytes[offset]) {
            breaks.append(offset)
            skipBreak()
            if isDocumentMarker {
                throw YAMLFailure(
                    "a line \"---\" or \"...\" inside the quotes opened at \(position(open))",
                    at: SourceRange(offset, offset + 3), help: "close the quotes before it, or indent the line")
            }
            skipWhite()
        }
        guard offset < end else { throw unclosed(open) }
        guard line.spaces > parent || !limits.indentsFlow else {
            if line.isTabbed { throw tabIndentation() }
            throw YAMLFailure(
                "this line is indented by \(spaces(line.spaces)), expected at least \(spaces(parent + 1))",
                at: SourceRange(offset, offset + 1),
                help: "it continues the quotes opened at \(position(open)); were they meant to be closed before?")
        }
        return breaks
    }

    private func unclosed(_ open: Int) -> YAMLFailure {
        YAMLFailure(
            "this quote is never closed", at: SourceRange(open, open + 1),
            help: "expected the closing \(source[SourceRange(open, open + 1)]) before the end of the text")
    }

    /// Reads what follows a backslash.
    private mutating func escape(
        _ builder: inout TextBuilder, parent: Int, open: Int
    ) throws(YAMLFailure) {
        let start = offset
        offset += 1
        guard let byte = current else { throw unclosed(open) }
        if Mark.isBreak(byte) {
            for newline in try skipQuotedBreaks(parent: parent, open: open).dropFirst() {
                builder.append(Mark.lineFeed, at: newline)
            }
            return
        }
        offset += 1
        if let digits = Self.hexadecimalDigits(byte) {
            builder.append(try hexadecimalEscape(digits, from: start), at: start)
        } else if let scalar = Self.escaped(byte) {
            builder.append(scalar, at: start)
        } else {
            let text = source[SourceRange(start, start + 2)]
            throw YAMLFailure(
                "unknown escape \"\(text)\"", at: SourceRange(start, start + 2),
                help: "write \"\\\\\" for a backslash, or use single quotes, which have no escapes")
        }
    }

    private static func hexadecimalDigits(_ byte: UInt8) -> Int? {
        switch byte {
        case UInt8(ascii: "x"): 2
        case UInt8(ascii: "u"): 4
        case UInt8(ascii: "U"): 8
        default: nil
        }
    }

    private mutating func hexadecimalEscape(_ digits: Int, from start: Int) throws(YAMLFailure) -> Unicode.Scalar {
        var value = try hexadecimalNumber(digits, from: start)
        // JSON writes what 16 bits do not hold as two escapes (RFC 8259, section 7), and all JSON is YAML.
        if digits == 4, value >> 10 == 0x36, bytes[offset..<end].starts(with: "\\u".utf8) {
            let second = offset
            offset += 2
            let low = try hexadecimalNumber(4, from: second)
            if low >> 10 == 0x37 { value = 0x1_0000 + ((value & 0x3FF) << 10 | low & 0x3FF) } else { offset = second }
        }
        guard let scalar = Unicode.Scalar(value) else {
            throw YAMLFailure("this escape is no Unicode character", at: SourceRange(start, offset))
        }
        return scalar
    }

    private mutating func hexadecimalNumber(_ digits: Int, from start: Int) throws(YAMLFailure) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let byte = current, let digit = Hexadecimal.digit(byte) else {
                throw YAMLFailure(
                    "expected \(digits) hexadecimal digits after \"\(source[SourceRange(start, start + 2)])\"",
                    at: SourceRange(start, offset))
            }
            value = value << 4 | UInt32(digit)
            offset += 1
        }
        return value
    }

    /// The one-letter escapes (YAML 1.2.2, section 5.7).
    private static func escaped(_ byte: UInt8) -> Unicode.Scalar? {
        switch byte {
        case UInt8(ascii: "0"): "\0"
        case UInt8(ascii: "a"): "\u{07}"
        case UInt8(ascii: "b"): "\u{08}"
        case UInt8(ascii: "t"), Mark.tab: "\t"
        case UInt8(ascii: "n"): "\n"
        case UInt8(ascii: "v"): "\u{0B}"
        case UInt8(ascii: "f"): "\u{0C}"
        case UInt8(ascii: "r"): "\r"
        case UInt8(ascii: "e"): "\u{1B}"
        case UInt8(ascii: " "): " "
        case UInt8(ascii: "\""): "\""
        case UInt8(ascii: "/"): "/"
        case UInt8(ascii: "\\"): "\\"
        case UInt8(ascii: "N"): "\u{85}"
        case UInt8(ascii: "_"): "\u{A0}"
        case UInt8(ascii: "L"): "\u{2028}"
        case UInt8(ascii: "P"): "\u{2029}"
        default: nil
        }
    }
}
