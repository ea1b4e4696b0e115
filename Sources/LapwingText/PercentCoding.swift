/// Percent-encoding (RFC 3986, section 2.1) and its form variant, in which a plus sign is a space.
public enum PercentCoding {
    /// The bytes that `text` stands for, as text; nil when a percent sign is not followed by two hexadecimal digits.
    ///
    /// Bytes that are not UTF-8 become U+FFFD.
    public static func decode(_ text: Substring.UTF8View, plusIsSpace: Bool = false) -> String? {
        let (bytes, isWhole) = bytes(of: text, plusIsSpace)
        return isWhole ? String(decoding: bytes, as: UTF8.self) : nil
    }

    public static func decode(_ text: String, plusIsSpace: Bool = false) -> String? {
        decode(text[...].utf8, plusIsSpace: plusIsSpace)
    }

    /// The same, where a percent sign without two digits stands for itself.
    public static func decodeLeniently(_ text: Substring.UTF8View, plusIsSpace: Bool = false) -> String {
        String(decoding: bytes(of: text, plusIsSpace).bytes, as: UTF8.self)
    }

    private static func bytes(of text: Substring.UTF8View, _ plusIsSpace: Bool) -> (bytes: [UInt8], isWhole: Bool) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var isWhole = true
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte == UInt8(ascii: "+") && plusIsSpace ? UInt8(ascii: " ") : byte)
                continue
            }
            let digits = rest.prefix(2).compactMap(Hexadecimal.digit)
            if digits.count == 2 {
                bytes.append(digits[0] << 4 | digits[1])
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
                isWhole = false
            }
        }
        return (bytes, isWhole)
    }

    /// `text` with everything but RFC 3986's unreserved bytes encoded: fit for a path segment or a query's name or value.
    /// With `plusIsSpace`, what Go's `url.QueryEscape` writes.
    public static func encode(_ text: String, plusIsSpace: Bool = false) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if isUnreserved(byte) {
                bytes.append(byte)
            } else if byte == UInt8(ascii: " "), plusIsSpace {
                bytes.append(UInt8(ascii: "+"))
            } else {
                bytes += [UInt8(ascii: "%"), Hexadecimal.upperDigits[Int(byte >> 4)], Hexadecimal.upperDigits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") <= 9 || "-._~".utf8.contains(byte)
    }
}
