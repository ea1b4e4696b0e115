import LapwingSeries

/// An `io.prometheus.client.Exemplar`.
enum ClientExemplar {
    static func read(_ message: ProtobufReader) throws(ProtobufReader.Fault) -> Exemplar {
        var reader = message
        var labels: [Label] = []
        var exemplar = Exemplar(labels: .empty, value: 0, time: 0, hasOwnTime: false)
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (1, .bytes): labels.append(try reader.label())
            case (2, .fixed64): exemplar.value = try reader.double()
            case (3, .bytes):
                exemplar.time = try milliseconds(try reader.message())
                exemplar.hasOwnTime = true
            default: try reader.skip(field.type)
            }
        }
        exemplar.labels = Labels(labels)
        return exemplar
    }

    /// A `google.protobuf.Timestamp`: seconds and nanoseconds.
    private static func milliseconds(_ message: ProtobufReader) throws(ProtobufReader.Fault) -> Int64 {
        var reader = message
        var (seconds, nanoseconds) = (Int64(0), Int64(0))
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (1, .varint): seconds = Int64(bitPattern: try reader.varint())
            case (2, .varint): nanoseconds = Int64(bitPattern: try reader.varint())
            default: try reader.skip(field.type)
            }
        }
        return seconds &* 1000 &+ nanoseconds / 1_000_000
    }
}
