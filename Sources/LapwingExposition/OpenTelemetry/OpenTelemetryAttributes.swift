import LapwingText

/// Attributes of OpenTelemetry: keys and values, the values as texts.
struct OpenTelemetryAttributes {
    private(set) var values: [String: String] = [:]

    /// Arrays and maps within one another.
    static let nestingLimit = 32

    /// Reads one `KeyValue`.
    mutating func read(_ message: ProtobufReader) throws(ProtobufReader.Fault) {
        let (key, value) = try Self.pair(message)
        guard let value else { return values[key] = "" }
        var json = JSONWriter(escapesHTML: false)
        values[key] = try Self.text(value, &json)
    }

    /// A value as it stands in a label: texts bare, arrays and maps as JSON.
    private static func text(_ message: ProtobufReader, _ json: inout JSONWriter) throws(ProtobufReader.Fault) -> String {
        var reader = message
        guard let field = try reader.field() else { return "" }
        if field.number == 1, field.type == .bytes { return try reader.text() }
        if field.number == 7, field.type == .bytes { return Base64.encode(reader.bytes[try reader.range()]) }
        try write(message, 0, &json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private static func pair(_ message: ProtobufReader) throws(ProtobufReader.Fault) -> (key: String, value: ProtobufReader?) {
        var reader = message
        var key = ""
        var value: ProtobufReader?
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (1, .bytes): key = try reader.text()
            case (2, .bytes): value = try reader.message()
            default: try reader.skip(field.type)
            }
        }
        return (key, value)
    }

    /// An `AnyValue` as JSON.
    private static func write(_ message: ProtobufReader, _ depth: Int, _ json: inout JSONWriter) throws(ProtobufReader.Fault) {
        var reader = message
        if depth > nestingLimit { throw reader.fault("values are nested more than \(nestingLimit) deep") }
        guard let field = try reader.field() else { return json.raw(Array("null".utf8)) }
        switch (field.number, field.type) {
        case (1, .bytes): json.string(try reader.text())
        case (2, .varint): json.raw(Array((try reader.varint() != 0 ? "true" : "false").utf8))
        case (3, .varint): json.raw(Array("\(Int64(bitPattern: try reader.varint()))".utf8))
        case (4, .fixed64):
            let number = try reader.double()
            if number.isFinite { json.number(number) } else { json.raw(Array(GoNumber.text(number, .general).utf8)) }
        case (5, .bytes): try writeArray(try reader.message(), depth, &json)
        case (6, .bytes): try writeMap(try reader.message(), depth, &json)
        case (7, .bytes): json.string(Base64.encode(reader.bytes[try reader.range()]))
        default: json.raw(Array("null".utf8))
        }
    }

    private static func writeArray(_ message: ProtobufReader, _ depth: Int, _ json: inout JSONWriter) throws(ProtobufReader.Fault) {
        var reader = message
        json.beginArray()
        while let field = try reader.field() {
            if field.number == 1, field.type == .bytes { try write(try reader.message(), depth + 1, &json) } else { try reader.skip(field.type) }
        }
        json.endArray()
    }

    private static func writeMap(_ message: ProtobufReader, _ depth: Int, _ json: inout JSONWriter) throws(ProtobufReader.Fault) {
        var reader = message
        var pairs: [(key: String, value: ProtobufReader?)] = []
        while let field = try reader.field() {
            if field.number == 1, field.type == .bytes { pairs.append(try pair(try reader.message())) } else { try reader.skip(field.type) }
        }
        json.beginObject()
        for (key, value) in pairs.sorted(by: { $0.key < $1.key }) {
            json.key(key)
            if let value { try write(value, depth + 1, &json) } else { json.raw(Array("null".utf8)) }
        }
        json.endObject()
    }
}
