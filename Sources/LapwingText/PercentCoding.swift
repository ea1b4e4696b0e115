/// Percent-encoding (RFC 3986, section 2.1) and its form variant, in which a plus sign is a space.
public enum PercentCoding {
    /// The bytes that `text` stands for, as text; nil when a percent sign is not followed by two hexadecimal digits.
    ///
    /// Bytes that are not UTF-8 become U+FFFD.
    public static func decode(_ text: Substring.UTF8View, plusIsSpace: Bool = false) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            text.formIndex(after: &index)
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte == UInt8(ascii: "+") && plusIsSpace ? UInt8(ascii: " ") : byte)
                continue
            }
            guard index < text.endIndex, let high = HTTPCharacters.hexadecimal(text[index]) else { return nil }
            text.formIndex(after: &index)
            guard index < text.endIndex, let low = HTTPCharacters.hexadecimal(text[index]) else { return nil }
            text.formIndex(after: &index)
            bytes.append(high << 4 | low)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    public static func decode(_ text: String, plusIsSpace: Bool = false) -> String? {
        decode(text[...].utf8, plusIsSpace: plusIsSpace)
    }

    /// `text` with everything but RFC 3986's unreserved bytes encoded: fit for a path segment or a query's name or value.
    public static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if isUnreserved(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        HTTPCharacters.isLetter(byte) || HTTPCharacters.isDigit(byte) || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "~")
    }
}
