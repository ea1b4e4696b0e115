/// Hexadecimal digits of bytes, two for each (RFC 4648, section 8): written in lower case, read in either, never a sign.
public enum Hexadecimal {
    static let lowerDigits = Array("0123456789abcdef".utf8)
    static let upperDigits = Array("0123456789ABCDEF".utf8)

    /// The value of a digit; nil for another byte.
    public static func digit(_ byte: UInt8) -> UInt8? {
        if byte &- UInt8(ascii: "0") <= 9 { return byte - UInt8(ascii: "0") }
        let letter = (byte | 0x20) &- UInt8(ascii: "a")
        return letter < 6 ? letter + 10 : nil
    }

    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.flatMap { [lowerDigits[Int($0 >> 4)], lowerDigits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// nil unless `text` is digits alone, an even number of them.
    public static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var high: UInt8?
        for byte in text.utf8 {
            guard let digit = digit(byte) else { return nil }
            if let half = high { bytes.append(half << 4 | digit) }
            high = high == nil ? digit : nil
        }
        return high == nil ? bytes : nil
    }
}
