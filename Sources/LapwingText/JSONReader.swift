/// Reads JSON value by value: what is asked for is made, everything else is passed over.
///
/// Source: RFC 8259. Words and numbers that nobody asks for are not checked, nor is the UTF-8 of texts.
public struct JSONReader: Sendable {
    public struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
        public var message: String
        /// The byte at which it was found.
        public var offset: Int

        public var description: String { "the JSON is damaged at byte \(offset): \(message)" }
    }

    /// How deep values may stand within one another.
    public static let nestingLimit = 64

    private let bytes: [UInt8]
    public private(set) var offset = 0
    private var nesting = 0

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    public func fault(_ message: String) -> Fault { Fault(message: message, offset: offset) }

    private var current: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    /// The byte with which the next value begins.
    public var next: UInt8? {
        mutating get {
            skipBlanks()
            return current
        }
    }

    private mutating func skipBlanks() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    private mutating func expect(_ byte: UInt8) throws(Fault) {
        if !take(byte) { throw fault("expected \"\(Character(Unicode.Scalar(byte)))\"") }
    }

    /// Whether `byte` comes next; it is then past.
    private mutating func take(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard current == byte else { return false }
        offset += 1
        return true
    }

    private mutating func nested(_ end: UInt8, _ item: (inout JSONReader) throws(Fault) -> Void) throws(Fault) {
        nesting += 1
        if nesting > Self.nestingLimit { throw fault("it is nested more than \(Self.nestingLimit) deep") }
        defer { nesting -= 1 }
        if take(end) { return }
        repeat { try item(&self) } while take(UInt8(ascii: ","))
        try expect(end)
    }

    // MARK: Values

    /// - Parameter member: reads or skips the value of the member with this name.
    public mutating func object(_ member: (inout JSONReader, String) throws(Fault) -> Void) throws(Fault) {
        try expect(UInt8(ascii: "{"))
        try nested(UInt8(ascii: "}")) { (reader) throws(Fault) in
            let name = try reader.text()
            try reader.expect(UInt8(ascii: ":"))
            try member(&reader, name)
        }
    }

    /// - Parameter element: reads or skips one element.
    public mutating func array(_ element: (inout JSONReader) throws(Fault) -> Void) throws(Fault) {
        try expect(UInt8(ascii: "["))
        try nested(UInt8(ascii: "]"), element)
    }

    /// Whether null comes next; it is then past.
    public mutating func takeNull() throws(Fault) -> Bool {
        guard next == UInt8(ascii: "n") else { return false }
        try skip()
        return true
    }

    /// A number, or the text of one as Go reads it.
    public mutating func number() throws(Fault) -> Double {
        let start = offset
        let isQuoted = take(UInt8(ascii: "\""))
        let range = isQuoted ? offset..<(bytes[offset...].firstIndex(of: UInt8(ascii: "\"")) ?? bytes.count) : word()
        offset = isQuoted ? range.upperBound + 1 : range.upperBound
        guard offset <= bytes.count, let value = GoNumber.parse(bytes.span.extracting(range)) else {
            offset = start
            throw fault("expected a number")
        }
        return value
    }

    /// The next value as it is written.
    public mutating func raw() throws(Fault) -> ArraySlice<UInt8> {
        skipBlanks()
        let start = offset
        try skip()
        return bytes[start..<offset]
    }

    /// Passes over the next value.
    public mutating func skip() throws(Fault) {
        switch next {
        case UInt8(ascii: "{"):
            offset += 1
            try nested(UInt8(ascii: "}")) { (reader) throws(Fault) in
                guard reader.next == UInt8(ascii: "\"") else { throw reader.fault("expected the name of a member") }
                try reader.skipText()
                try reader.expect(UInt8(ascii: ":"))
                try reader.skip()
            }
        case UInt8(ascii: "["): try array { (reader) throws(Fault) in try reader.skip() }
        case UInt8(ascii: "\""): try skipText()
        default:
            let range = word()
            if range.isEmpty { throw fault("expected a value") }
            offset = range.upperBound
        }
    }

    /// - Throws: when something stands behind what was read.
    public mutating func finish() throws(Fault) {
        if next != nil { throw fault("something stands behind the value") }
    }

    /// Where the number or word that comes next lies.
    private mutating func word() -> Range<Int> {
        skipBlanks()
        var end = offset
        while end < bytes.count, !Self.endsWord(bytes[end]) { end += 1 }
        return offset..<end
    }

    private static func endsWord(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: ":")
    }

    // MARK: Texts

    private mutating func skipText() throws(Fault) {
        offset += 1
        var unasked: [UInt8] = []
        while let byte = current, byte != UInt8(ascii: "\"") {
            offset += 1
            if byte == UInt8(ascii: "\\") { try escape(&unasked) }
        }
        guard current != nil else { throw fault("a text does not end") }
        offset += 1
    }

    public mutating func text() throws(Fault) -> String {
        try expect(UInt8(ascii: "\""))
        let start = offset
        while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { offset += 1 }
        if current == UInt8(ascii: "\"") {
            offset += 1
            return try valid(bytes[start..<offset - 1])
        }
        var output = Array(bytes[start..<offset])
        while let byte = current, byte != UInt8(ascii: "\"") {
            offset += 1
            if byte == UInt8(ascii: "\\") { try escape(&output) } else { output.append(byte) }
        }
        guard current != nil else { throw fault("a text does not end") }
        offset += 1
        return try valid(output[...])
    }

    private func valid(_ bytes: ArraySlice<UInt8>) throws(Fault) -> String {
        if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw fault("a text is no UTF-8") }
        return text
    }

    private static let escapes: [UInt8: UInt8] = [
        UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9,
        UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"), UInt8(ascii: "/"): UInt8(ascii: "/"),
    ]

    private mutating func escape(_ output: inout [UInt8]) throws(Fault) {
        guard let byte = current else { throw fault("a text does not end") }
        offset += 1
        if let plain = Self.escapes[byte] {
            output.append(plain)
            return
        }
        guard byte == UInt8(ascii: "u") else { throw fault("there is no such escape") }
        var code = try hexadecimal()
        if code & 0xFC00 == 0xD800, offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"), bytes[offset + 1] == UInt8(ascii: "u") {
            offset += 2
            let low = try hexadecimal()
            code = low & 0xFC00 == 0xDC00 ? 0x10000 + (code & 0x3FF) << 10 + low & 0x3FF : 0xFFFD
        }
        output += Array(String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8)
    }

    private mutating func hexadecimal() throws(Fault) -> UInt32 {
        let digits = bytes[offset...].prefix(4).compactMap(Hexadecimal.digit)
        guard digits.count == 4 else { throw fault("expected four hexadecimal digits") }
        offset += 4
        return digits.reduce(0) { $0 << 4 | UInt32($1) }
    }
}
