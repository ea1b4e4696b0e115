import LapwingSeries

/// The metadata messages of remote write, which number the kinds of metrics alike in 1.0 and 2.0.
enum RemoteWriteMetadata {
    private static let kinds: [MetricMetadata.Kind] = [.unknown, .counter, .gauge, .histogram, .gaugehistogram, .summary, .info, .stateset]

    static func kind(_ number: UInt64) -> MetricMetadata.Kind { number < UInt64(kinds.count) ? kinds[Int(number)] : .unknown }

    static func number(of kind: MetricMetadata.Kind) -> UInt8 { UInt8(kinds.firstIndex(of: kind) ?? 0) }

    /// Version 1.0's, which stand beside the series and name their family.
    static func first(_ message: ProtobufReader) throws(ProtobufReader.Fault) -> MetricMetadata {
        var reader = message
        var metadata = MetricMetadata(name: "")
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (1, .varint): metadata.kind = kind(try reader.varint())
            case (2, .bytes): metadata.name = try reader.text()
            case (4, .bytes): metadata.help = try reader.text()
            case (5, .bytes): metadata.unit = try reader.text()
            default: try reader.skip(field.type)
            }
        }
        return metadata
    }

    /// Version 2.0's, which stand in each series and name symbols.
    struct Second: Hashable {
        var kind: UInt64 = 0
        var help = 0
        var unit = 0
        /// The symbol of the series' name.
        var name = 0

        mutating func read(_ message: ProtobufReader) throws(ProtobufReader.Fault) {
            var reader = message
            while let field = try reader.field() {
                switch (field.number, field.type) {
                case (1, .varint): kind = try reader.varint()
                case (3, .varint): help = Int(clamping: try reader.varint())
                case (4, .varint): unit = Int(clamping: try reader.varint())
                default: try reader.skip(field.type)
                }
            }
        }

        /// Whether it says anything.
        var isEmpty: Bool { kind == 0 && help == 0 && unit == 0 }

        /// Prometheus' words for a symbol that is not there, or nil.
        func fault(symbols count: Int) -> String? {
            if unit >= count { return "metadata unit_ref \(unit) outside of symbols table (size \(count))" }
            if help >= count { return "metadata help_ref \(help) outside of symbols table (size \(count))" }
            return nil
        }
    }
}
