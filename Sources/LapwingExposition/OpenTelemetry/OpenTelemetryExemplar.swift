import LapwingSeries
import LapwingText

/// An exemplar of a data point.
///
/// Source: Prometheus 3.14 `storage/remote/otlptranslator/prometheusremotewrite/helper.go`, `getPromExemplars`.
struct OpenTelemetryExemplar {
    private(set) var exemplar = Exemplar(labels: .empty, value: 0, time: 0, hasOwnTime: false)
    /// Whether it has a value, as it should.
    private(set) var hasValue = false

    init(_ message: ProtobufReader) throws(ProtobufReader.Fault) {
        var reader = message
        var attributes = OpenTelemetryAttributes()
        var identities: [Label] = []
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (2, .fixed64): exemplar.time = Int64(try reader.fixed64() / 1_000_000)
            case (3, .fixed64): setValue(try reader.double())
            case (4, .bytes): Self.add("span_id", reader.bytes[try reader.range()], to: &identities)
            case (5, .bytes): Self.add("trace_id", reader.bytes[try reader.range()], to: &identities)
            case (6, .fixed64): setValue(Double(Int64(bitPattern: try reader.fixed64())))
            case (7, .bytes): try attributes.read(try reader.message())
            default: try reader.skip(field.type)
            }
        }
        exemplar.hasOwnTime = exemplar.time != 0
        exemplar.labels = Labels(identities + attributes.values.map { Label(name: $0.key, value: $0.value) })
        // What was left out of the metric's labels is kept only where there is room.
        if exemplar.labelCharacterCount > Exemplar.labelCharacterLimit { exemplar.labels = Labels(identities) }
    }

    private mutating func setValue(_ value: Double) {
        exemplar.value = value
        hasValue = true
    }

    /// An identity of nothing but zeros is none.
    private static func add(_ name: String, _ bytes: ArraySlice<UInt8>, to labels: inout [Label]) {
        guard bytes.contains(where: { $0 != 0 }) else { return }
        labels.append(Label(name: name, value: Hexadecimal.encode(bytes)))
    }
}
