import LapwingText

/// What may stand in a YAML text at all (YAML 1.2.2, section 5.1), looked at before it is parsed.
extension YAML {
    /// - Complexity: O(bytes).
    static func checkCharacters(of source: SourceText, limits: YAMLLimits) throws(YAMLFailure) {
        let bytes = source.bytes
        guard bytes.count <= limits.bytes else {
            throw YAMLFailure(
                "the text has \(bytes.count) bytes; at most \(limits.bytes) are read", at: SourceRange(at: 0))
        }
        let startsAsUTF16 =
            bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE])
            || (bytes.count >= 2 && (bytes[0] == 0) != (bytes[1] == 0))
        if startsAsUTF16 {
            throw YAMLFailure(
                "the text is UTF-16 or UTF-32", at: SourceRange(at: 0), help: "save it as UTF-8")
        }
        var offset = 0
        while offset < bytes.count {
            let byte = bytes[offset]
            if (byte >= 0x20 && byte < 0x7F) || byte == 0x0A || byte == 0x0D || byte == 0x09 {
                offset += 1
            } else if byte < 0x80 {
                throw control(byte, at: offset)
            } else {
                offset += try sequenceLength(bytes, offset)
            }
        }
    }

    private static func control(_ byte: UInt8, at offset: Int) -> YAMLFailure {
        let code = String(byte, radix: 16, uppercase: true)
        return YAMLFailure(
            "control character U+\(code.zeroPadded(to: 4))", at: SourceRange(offset, offset + 1),
            help: "in double quotes, write it as \\x\(code.zeroPadded(to: 2))")
    }

    /// The length of the UTF-8 sequence that starts at `offset`; C1 controls other than next line are refused.
    private static func sequenceLength(_ bytes: [UInt8], _ offset: Int) throws(YAMLFailure) -> Int {
        let first = bytes[offset]
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        var value = UInt32(first) & (length == 2 ? 0x1F : length == 3 ? 0x0F : 0x07)
        var isValid = first >= 0xC2 && first <= 0xF4 && offset + length <= bytes.count
        if isValid {
            for byte in bytes[(offset + 1)..<(offset + length)] {
                isValid = isValid && byte & 0xC0 == 0x80
                value = value << 6 | UInt32(byte & 0x3F)
            }
            let least: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
            isValid = isValid && value >= least && Unicode.Scalar(value) != nil
        }
        guard isValid else {
            throw YAMLFailure(
                "byte 0x\(String(first, radix: 16, uppercase: true)) is not valid UTF-8",
                at: SourceRange(offset, offset + 1), help: "save the text as UTF-8")
        }
        guard value != 0xFEFF || offset == 0 else {
            throw YAMLFailure(
                "a byte order mark inside the text", at: SourceRange(offset, offset + length),
                help: "remove it; it may stand at the very start only")
        }
        let isRefused = (value >= 0x80 && value < 0xA0 && value != 0x85) || value == 0xFFFE || value == 0xFFFF
        guard !isRefused else {
            let code = String(value, radix: 16, uppercase: true)
            throw YAMLFailure("control character U+\(code.zeroPadded(to: 4))", at: SourceRange(offset, offset + length))
        }
        return length
    }
}
