// Runs of bytes that need no escape are copied through the pointer of their span, within its bounds: label sets are
// most of an instant answer, and an array takes no span.

extension JSONWriter {
    /// Appends a string with its quotes.
    public static func append(_ value: String, escapesHTML: Bool = true, to bytes: inout [UInt8]) {
        append(utf8: value.utf8.span, escapesHTML: escapesHTML, to: &bytes)
    }

    /// Appends a string with its quotes.
    ///
    /// - Parameter escapesHTML: whether escapes are those of Go's `encoding/json`; those of json-iterator's
    ///   `WriteString` otherwise, which lets the characters of HTML and the line ends of JavaScript pass.
    static func append(utf8 text: Span<UInt8>, escapesHTML: Bool, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        if isPlain(text) {
            copy(text, to: &bytes)
        } else {
            appendEscaping(text, escapesHTML, to: &bytes)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Whether no byte can need an escape; looks at all of them without a branch, many at a time.
    private static func isPlain(_ text: Span<UInt8>) -> Bool {
        var found: UInt8 = 0
        for index in 0..<text.count {
            let byte = text[index]
            found |= byte < 0x20 ? 1 : 0
            found |= byte == UInt8(ascii: "\"") ? 1 : 0
            found |= byte == UInt8(ascii: "\\") ? 1 : 0
            found |= byte == UInt8(ascii: "&") ? 1 : 0
            // The two angle brackets differ in one bit.
            found |= byte & 0xFD == UInt8(ascii: "<") ? 1 : 0
            found |= byte == 0xE2 ? 1 : 0
        }
        return found == 0
    }

    private static func copy(_ text: Span<UInt8>, to bytes: inout [UInt8]) {
        text.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }

    private static func appendEscaping(_ text: Span<UInt8>, _ escapesHTML: Bool, to bytes: inout [UInt8]) {
        var start = 0
        var index = 0
        while index < text.count {
            if needsEscape(text, index, escapesHTML) {
                copy(text.extracting(start..<index), to: &bytes)
                index += escape(text, index, escapesHTML, to: &bytes)
                start = index
            } else {
                index += 1
            }
        }
        copy(text.extracting(start..<text.count), to: &bytes)
    }

    private static func needsEscape(_ text: Span<UInt8>, _ index: Int, _ escapesHTML: Bool) -> Bool {
        switch text[index] {
        case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"): true
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"): escapesHTML
        // U+2028 and U+2029, which end a line in JavaScript.
        case 0xE2: escapesHTML && index + 2 < text.count && text[index + 1] == 0x80 && text[index + 2] | 1 == 0xA9
        default: false
        }
    }

    /// Appends the escape for the character at `index` and returns how many bytes it stands for.
    private static func escape(_ text: Span<UInt8>, _ index: Int, _ escapesHTML: Bool, to bytes: inout [UInt8]) -> Int {
        let byte = text[index]
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
        case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
        case UInt8(ascii: "\r"): bytes.append(contentsOf: "\\r".utf8)
        case UInt8(ascii: "\t"): bytes.append(contentsOf: "\\t".utf8)
        case 0x08 where escapesHTML: bytes.append(contentsOf: "\\b".utf8)
        case 0x0C where escapesHTML: bytes.append(contentsOf: "\\f".utf8)
        case 0xE2:
            bytes.append(contentsOf: "\\u202".utf8)
            bytes.append(UInt8(ascii: text[index + 2] == 0xA8 ? "8" : "9"))
            return 3
        default:
            bytes.append(contentsOf: "\\u00".utf8)
            bytes.append(Hexadecimal.lowerDigits[Int(byte >> 4)])
            bytes.append(Hexadecimal.lowerDigits[Int(byte & 15)])
        }
        return 1
    }
}
