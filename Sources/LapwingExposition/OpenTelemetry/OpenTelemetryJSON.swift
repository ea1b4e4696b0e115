import LapwingText

extension OpenTelemetryMetrics {
    /// The same from JSON.
    ///
    /// - Throws: what is wrong with the text, and at which byte.
    public init(json bytes: [UInt8]) throws(MessageError) {
        var reader = JSONReader(bytes)
        let message: [UInt8]
        do throws(JSONReader.Fault) {
            message = try reader.message(.request)
            try reader.finish()
        } catch {
            throw MessageError(error.description)
        }
        try self.init(protobuf: message)
    }
}

/// Writes JSON as the wire format has the same message, so that there is one reader of messages.
///
/// What has no field is passed over, as the protocol asks. Numbers of 64 bits may be texts. A message is written straight
/// into its outer one's bytes and its length put before it, O(bytes × nesting) at worst.
extension JSONReader {
    fileprivate mutating func message(_ kind: OpenTelemetryFields.Message) throws(Fault) -> [UInt8] {
        var output: [UInt8] = []
        try object { (reader, name) throws(Fault) in
            guard let field = OpenTelemetryFields.field(name, of: kind) else { return try reader.skip() }
            try reader.field(field.number, field.shape, &output)
        }
        return output
    }

    /// A field's value, or several in an array, or null, which is none.
    private mutating func field(_ number: UInt64, _ shape: OpenTelemetryFields.Shape, _ output: inout [UInt8]) throws(Fault) {
        if try takeNull() { return }
        guard next == UInt8(ascii: "[") else { return try value(number, shape, &output) }
        try array { (reader) throws(Fault) in try reader.value(number, shape, &output) }
    }

    private mutating func value(_ number: UInt64, _ shape: OpenTelemetryFields.Shape, _ output: inout [UInt8]) throws(Fault) {
        switch shape {
        case .message(let kind): output.appendField(number, try message(kind))
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
            output.append(try word().text == "true" ? 1 : 0)
        case .temporality:
            output.appendVarint(number << 3)
            output.appendVarint(try temporality())
        }
    }

    // MARK: Values

    /// What comes next as it is written: a text without its quotes, or a number or word; and where it begins.
    private mutating func word() throws(Fault) -> (text: String, start: Int) {
        let isText = next == UInt8(ascii: "\"")
        let start = offset
        return (isText ? try text() : String(decoding: try raw(), as: UTF8.self), start)
    }

    private func fault(_ message: String, at start: Int) -> Fault {
        var fault = fault(message)
        fault.offset = start
        return fault
    }

    private mutating func integer() throws(Fault) -> UInt64 {
        let (word, start) = try word()
        if let value = UInt64(word) { return value }
        if let value = Int64(word) { return UInt64(bitPattern: value) }
        if let value = GoNumber.parse(word), let exact = Int64(exactly: value) { return UInt64(bitPattern: exact) }
        throw fault("\(GoQuote.quote(word)) is no whole number of 64 bits", at: start)
    }

    private mutating func double() throws(Fault) -> Double {
        let (word, start) = try word()
        guard let value = GoNumber.parse(word) else { throw fault("\(GoQuote.quote(word)) is no number", at: start) }
        return value
    }

    private mutating func temporality() throws(Fault) -> UInt64 {
        guard next == UInt8(ascii: "\"") else { return try integer() }
        switch try text() {
        case "AGGREGATION_TEMPORALITY_DELTA": return 1
        case "AGGREGATION_TEMPORALITY_CUMULATIVE": return 2
        default: return 0
        }
    }

    /// The identity of a trace or span, which stands in hexadecimal digits where other bytes are base64.
    private mutating func identity() throws(Fault) -> [UInt8] {
        guard let bytes = Hexadecimal.decode(try text()) else { throw fault("an identity is no even number of hexadecimal digits") }
        return bytes
    }

    private mutating func base64() throws(Fault) -> [UInt8] {
        guard let bytes = Base64.decode(try text()) else { throw fault("a value of bytes is no base64") }
        return bytes
    }
}
