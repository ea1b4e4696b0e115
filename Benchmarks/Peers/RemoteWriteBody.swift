/// The body of one remote write 1.0 request, as its reader in `prompb/types.proto` (Prometheus 3.14) expects it.
///
/// Not compressed: snappy allows a block that is all literals, and what loading costs is not measured.
struct RemoteWriteBody {
    private var message: [UInt8] = []

    /// The labels of one series as fields of a `TimeSeries`, made once and used in every request.
    ///
    /// - Parameter labels: in the order of their names.
    static func labels(_ labels: [(name: String, value: String)]) -> [UInt8] {
        var bytes: [UInt8] = []
        for label in labels {
            var field: [UInt8] = []
            appendText(label.name, tag: 0x0A, to: &field)
            appendText(label.value, tag: 0x12, to: &field)
            bytes.append(0x0A)
            appendVarint(UInt64(field.count), to: &bytes)
            bytes += field
        }
        return bytes
    }

    /// Adds a series with its samples, which may be none.
    mutating func append(labels: [UInt8], samples: [(time: Int64, value: Double)]) {
        var series = labels
        for sample in samples {
            var field: [UInt8] = [0x09]
            withUnsafeBytes(of: sample.value.bitPattern.littleEndian) { field += $0 }
            field.append(0x10)
            Self.appendVarint(UInt64(bitPattern: sample.time), to: &field)
            series += [0x12, UInt8(field.count)]
            series += field
        }
        message.append(0x0A)
        Self.appendVarint(UInt64(series.count), to: &message)
        message += series
    }

    /// The message as a snappy block of literals of at most 64 KiB.
    var snappy: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(message.count + message.count / 10_000 + 16)
        Self.appendVarint(UInt64(message.count), to: &bytes)
        var start = 0
        while start < message.count {
            let end = min(start + 65_536, message.count)
            let last = end - start - 1
            // 61 in the upper six bits of the tag: two bytes of length less one follow.
            bytes += [61 << 2, UInt8(last & 0xFF), UInt8(last >> 8)]
            bytes += message[start..<end]
            start = end
        }
        return bytes
    }

    private static func appendText(_ text: String, tag: UInt8, to bytes: inout [UInt8]) {
        bytes.append(tag)
        appendVarint(UInt64(text.utf8.count), to: &bytes)
        bytes += Array(text.utf8)
    }

    private static func appendVarint(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
