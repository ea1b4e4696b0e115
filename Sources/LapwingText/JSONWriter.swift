/// Writes JSON (RFC 8259) piece by piece into bytes, with commas where they belong.
///
/// Strings are escaped as Go's `encoding/json` does it by default, `<`, `>` and `&` included, so that answers and
/// payloads are the bytes that Prometheus and Alertmanager would send.
public struct JSONWriter: Sendable {
    public private(set) var bytes: [UInt8]
    /// Whether the next value or key is preceded by a comma.
    private var needsComma = false
    private let escapesHTML: Bool

    public init(reservingCapacity capacity: Int = 0, escapesHTML: Bool = true) {
        bytes = []
        bytes.reserveCapacity(capacity)
        self.escapesHTML = escapesHTML
    }

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    public mutating func beginObject() { open(UInt8(ascii: "{")) }
    public mutating func endObject() { close(UInt8(ascii: "}")) }
    public mutating func beginArray() { open(UInt8(ascii: "[")) }
    public mutating func endArray() { close(UInt8(ascii: "]")) }

    public mutating func object(_ body: (inout JSONWriter) -> Void) {
        beginObject()
        body(&self)
        endObject()
    }

    public mutating func array(_ body: (inout JSONWriter) -> Void) {
        beginArray()
        body(&self)
        endArray()
    }

    /// The name of the member whose value is written next.
    public mutating func key(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    public mutating func string(_ value: String) {
        separate()
        Self.append(value, escapesHTML: escapesHTML, to: &bytes)
    }

    public mutating func integer(_ value: some BinaryInteger & Sendable) { raw(String(value)) }
    public mutating func bool(_ value: Bool) { raw(value ? "true" : "false") }
    public mutating func null() { raw("null") }

    /// A number as Go marshals a float64: shortest, with an exponent below 1e-6 and from 1e21.
    /// - Precondition: `value` is finite; JSON has no other numbers.
    public mutating func number(_ value: Double) {
        precondition(value.isFinite, "JSON has no infinities and no NaN")
        separate()
        let magnitude = value.magnitude
        guard magnitude != 0, magnitude < 1e-6 || magnitude >= 1e21 else {
            GoNumber.append(value, .fixed, to: &bytes)
            return
        }
        let start = bytes.count
        GoNumber.append(value, .exponent, to: &bytes)
        // Go writes e-7, not e-07, in JSON.
        let end = bytes.count
        if end - start >= 4, bytes[end - 4] == UInt8(ascii: "e"), bytes[end - 3] == UInt8(ascii: "-"),
            bytes[end - 2] == UInt8(ascii: "0")
        {
            bytes.remove(at: end - 2)
        }
    }

    /// Text that is JSON already.
    public mutating func raw(_ json: String) {
        separate()
        bytes.append(contentsOf: json.utf8)
    }

    public mutating func raw(_ json: [UInt8]) {
        separate()
        bytes.append(contentsOf: json)
    }

    public mutating func member(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    /// Hands over what was written so far and goes on behind it: how an answer is streamed.
    public mutating func take() -> [UInt8] {
        let taken = bytes
        bytes = []
        bytes.reserveCapacity(taken.count)
        return taken
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    /// Appends a string with its quotes.
    public static func append(_ value: String, escapesHTML: Bool = true, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var value = value
        value.withUTF8 { text in
            var start = 0
            for index in 0..<text.count where needsEscape(text, index, escapesHTML) {
                bytes.append(contentsOf: text[start..<index])
                start = index + escape(text, index, to: &bytes)
            }
            if start < text.count { bytes.append(contentsOf: text[start...]) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ text: UnsafeBufferPointer<UInt8>, _ index: Int, _ escapesHTML: Bool) -> Bool {
        switch text[index] {
        case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"): true
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"): escapesHTML
        // U+2028 and U+2029, which end a line in JavaScript.
        case 0xE2: index + 2 < text.count && text[index + 1] == 0x80 && text[index + 2] | 1 == 0xA9
        default: false
        }
    }

    /// Appends the escape for the character at `index` and returns how many bytes it stands for.
    private static func escape(_ text: UnsafeBufferPointer<UInt8>, _ index: Int, to bytes: inout [UInt8]) -> Int {
        let byte = text[index]
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
        case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
        case UInt8(ascii: "\r"): bytes.append(contentsOf: "\\r".utf8)
        case UInt8(ascii: "\t"): bytes.append(contentsOf: "\\t".utf8)
        case 0x08: bytes.append(contentsOf: "\\b".utf8)
        case 0x0C: bytes.append(contentsOf: "\\f".utf8)
        case 0xE2:
            bytes.append(contentsOf: "\\u202".utf8)
            bytes.append(UInt8(ascii: text[index + 2] == 0xA8 ? "8" : "9"))
            return 3
        default:
            bytes.append(contentsOf: "\\u00".utf8)
            let digits = Array("0123456789abcdef".utf8)
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 15)])
        }
        return 1
    }
}
