import LapwingText

extension OpenTelemetryMetrics {
    /// The same from JSON.
    ///
    /// - Throws: what is wrong with the text, and at which byte.
    public init(json bytes: [UInt8]) throws(RemoteWriteError) {
        var reader = OpenTelemetryJSON(bytes)
        let message: [UInt8]
        do throws(ProtobufReader.Fault) {
            message = try reader.message()
        } catch {
            throw RemoteWriteError("the JSON is damaged at byte \(error.offset): \(error.message)")
        }
        try self.init(protobuf: message)
    }
}

/// Writes JSON as the wire format has the same message, so that there is one reader of messages.
///
/// What has no field is passed over, as the protocol asks. Numbers of 64 bits may be texts. A message is written straight
/// into its outer one's bytes and its length put before it, O(bytes × nesting) at worst.
private struct OpenTelemetryJSON {
    private static let nestingLimit = 64

    private let bytes: [UInt8]
    private var offset = 0
    private var nesting = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func message() throws(ProtobufReader.Fault) -> [UInt8] {
        let message = try object(.request)
        skipBlanks()
        if offset < bytes.count { throw fault("something stands behind the message") }
        return message
    }

    private func fault(_ message: String) -> ProtobufReader.Fault { .init(message: message, offset: offset) }

    private var current: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func skipBlanks() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    private mutating func expect(_ byte: UInt8) throws(ProtobufReader.Fault) {
        skipBlanks()
        guard current == byte else { throw fault("expected \"\(Character(Unicode.Scalar(byte)))\"") }
        offset += 1
    }

    /// Whether `byte` comes next; it is then past.
    private mutating func take(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard current == byte else { return false }
        offset += 1
        return true
    }

    private mutating func enter() throws(ProtobufReader.Fault) {
        nesting += 1
        if nesting > Self.nestingLimit { throw fault("it is nested more than \(Self.nestingLimit) deep") }
    }

    private mutating func object(_ kind: OpenTelemetryFields.Message) throws(ProtobufReader.Fault) -> [UInt8] {
        try enter()
        defer { nesting -= 1 }
        var output: [UInt8] = []
        try expect(UInt8(ascii: "{"))
        if take(UInt8(ascii: "}")) { return output }
        repeat {
            skipBlanks()
            let name = try text()
            try expect(UInt8(ascii: ":"))
            if let field = OpenTelemetryFields.field(name, of: kind) { try value(field.number, field.shape, &output) } else { try skip() }
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
        return output
    }

    /// A field's value, or several in an array, or null, which is none.
    private mutating func value(_ number: UInt64, _ shape: OpenTelemetryFields.Shape, _ output: inout [UInt8]) throws(ProtobufReader.Fault) {
        skipBlanks()
        if current == UInt8(ascii: "n") { return try skip() }
        guard take(UInt8(ascii: "[")) else { return try single(number, shape, &output) }
        if take(UInt8(ascii: "]")) { return }
        repeat { try single(number, shape, &output) } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
    }

    private mutating func single(_ number: UInt64, _ shape: OpenTelemetryFields.Shape, _ output: inout [UInt8]) throws(ProtobufReader.Fault) {
        skipBlanks()
        switch shape {
        case .message(let kind): output.appendField(number, try object(kind))
        case .text: output.appendField(number, Array(try text().utf8))
        case .bytes: output.appendField(number, try base64())
        case .hexadecimal: output.appendField(number, try identity())
        case .double:
            output.appendVarint(number << 3 | 1)
            output.appendFixed64(try double().bitPattern)
        case .fixed64:
            output.appendVarint(number << 3 | 1)
            output.appendFixed64(try integer())
        case .varint:
            output.appendVarint(number << 3)
            output.appendVarint(try integer())
        case .zigzag:
            let value = Int64(bitPattern: try integer())
            output.appendVarint(number << 3)
            output.appendVarint(UInt64(bitPattern: value << 1 ^ value >> 63))
        case .bool:
            output.appendVarint(number << 3)
            output.append(try word() == "true" ? 1 : 0)
        case .temporality:
            output.appendVarint(number << 3)
            output.appendVarint(try temporality())
        }
    }

    // MARK: Values

    /// What stands here as it is written: a text without its quotes, or a number or word.
    private mutating func word() throws(ProtobufReader.Fault) -> String {
        if current == UInt8(ascii: "\"") { return try text() }
        let start = offset
        while let byte = current, byte > 0x20, byte != UInt8(ascii: ","), byte != UInt8(ascii: "]"), byte != UInt8(ascii: "}") { offset += 1 }
        if start == offset { throw fault("expected a value") }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    private mutating func integer() throws(ProtobufReader.Fault) -> UInt64 {
        let start = offset
        let word = try word()
        if let value = UInt64(word) { return value }
        if let value = Int64(word) { return UInt64(bitPattern: value) }
        if let value = GoNumber.parse(word), let exact = Int64(exactly: value) { return UInt64(bitPattern: exact) }
        offset = start
        throw fault("\(GoQuote.quote(word)) is no whole number of 64 bits")
    }

    private mutating func double() throws(ProtobufReader.Fault) -> Double {
        let start = offset
        let word = try word()
        if let value = GoNumber.parse(word) { return value }
        offset = start
        throw fault("\(GoQuote.quote(word)) is no number")
    }

    private mutating func temporality() throws(ProtobufReader.Fault) -> UInt64 {
        guard current == UInt8(ascii: "\"") else { return try integer() }
        switch try text() {
        case "AGGREGATION_TEMPORALITY_DELTA": return 1
        case "AGGREGATION_TEMPORALITY_CUMULATIVE": return 2
        default: return 0
        }
    }

    private mutating func text() throws(ProtobufReader.Fault) -> String {
        guard current == UInt8(ascii: "\"") else { throw fault("expected a text") }
        offset += 1
        var output: [UInt8] = []
        while let byte = current, byte != UInt8(ascii: "\"") {
            offset += 1
            if byte == UInt8(ascii: "\\") { try escape(&output) } else { output.append(byte) }
        }
        guard current != nil else { throw fault("a text does not end") }
        offset += 1
        guard let text = String(validating: output, as: UTF8.self) else { throw fault("a text is no UTF-8") }
        return text
    }

    private mutating func escape(_ output: inout [UInt8]) throws(ProtobufReader.Fault) {
        guard let byte = current else { throw fault("a text does not end") }
        offset += 1
        switch byte {
        case UInt8(ascii: "b"): output.append(8)
        case UInt8(ascii: "f"): output.append(12)
        case UInt8(ascii: "n"): output.append(10)
        case UInt8(ascii: "r"): output.append(13)
        case UInt8(ascii: "t"): output.append(9)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): output.append(byte)
        case UInt8(ascii: "u"):
            var code = try hexadecimal()
            if code & 0xFC00 == 0xD800, offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"), bytes[offset + 1] == UInt8(ascii: "u") {
                offset += 2
                let low = try hexadecimal()
                code = low & 0xFC00 == 0xDC00 ? 0x10000 + (code & 0x3FF) << 10 + low & 0x3FF : 0xFFFD
            }
            output += Array(String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8)
        default: throw fault("there is no such escape")
        }
    }

    private mutating func hexadecimal() throws(ProtobufReader.Fault) -> UInt32 {
        guard offset + 4 <= bytes.count, let code = UInt32(String(decoding: bytes[offset..<offset + 4], as: UTF8.self), radix: 16) else {
            throw fault("expected four hexadecimal digits")
        }
        offset += 4
        return code
    }

    /// The identity of a trace or span, which stands in hexadecimal digits where other bytes are base64.
    private mutating func identity() throws(ProtobufReader.Fault) -> [UInt8] {
        let text = Array(try text().utf8)
        var output: [UInt8] = []
        for place in stride(from: 0, to: text.count, by: 2) {
            guard place + 1 < text.count, let byte = UInt8(String(decoding: text[place...place + 1], as: UTF8.self), radix: 16) else {
                throw fault("an identity is no even number of hexadecimal digits")
            }
            output.append(byte)
        }
        return output
    }

    private mutating func base64() throws(ProtobufReader.Fault) -> [UInt8] {
        let text = try text()
        var output: [UInt8] = []
        var (bits, count) = (UInt32(0), 0)
        for byte in text.utf8 where byte != UInt8(ascii: "=") {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit = byte - UInt8(ascii: "A")
            case UInt8(ascii: "a")...UInt8(ascii: "z"): digit = byte - UInt8(ascii: "a") + 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0") + 52
            case UInt8(ascii: "+"), UInt8(ascii: "-"): digit = 62
            case UInt8(ascii: "/"), UInt8(ascii: "_"): digit = 63
            default: throw fault("a value of bytes is no base64")
            }
            bits = bits << 6 | UInt32(digit)
            count += 6
            if count >= 8 {
                count -= 8
                output.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return output
    }

    /// Passes over a value that nobody asks for.
    private mutating func skip() throws(ProtobufReader.Fault) {
        try enter()
        defer { nesting -= 1 }
        skipBlanks()
        if take(UInt8(ascii: "[")) {
            if take(UInt8(ascii: "]")) { return }
            repeat { try skip() } while take(UInt8(ascii: ","))
            try expect(UInt8(ascii: "]"))
        } else if take(UInt8(ascii: "{")) {
            if take(UInt8(ascii: "}")) { return }
            repeat {
                skipBlanks()
                _ = try text()
                try expect(UInt8(ascii: ":"))
                try skip()
            } while take(UInt8(ascii: ","))
            try expect(UInt8(ascii: "}"))
        } else {
            _ = try word()
        }
    }
}
