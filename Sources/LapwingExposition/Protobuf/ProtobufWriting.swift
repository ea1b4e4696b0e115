import LapwingText

/// The wire format of protocol buffers, written; the counterpart of `ProtobufReader`.
///
/// Source: protobuf.dev, "Encoding".
extension [UInt8] {
    mutating func appendFixed64(_ bits: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) { append(UInt8(truncatingIfNeeded: bits >> shift)) }
    }

    /// A field of a whole number; absent where it is zero, which is what absent means.
    mutating func appendNumber(_ number: UInt64, _ value: UInt64) {
        if value == 0 { return }
        appendVarint(number << 3)
        appendVarint(value)
    }

    mutating func appendDouble(_ number: UInt64, _ value: Double) {
        appendVarint(number << 3 | 1)
        appendFixed64(value.bitPattern)
    }

    /// A field of bytes, a text or a message.
    mutating func appendField(_ number: UInt64, _ content: [UInt8]) {
        appendVarint(number << 3 | 2)
        appendVarint(UInt64(content.count))
        append(contentsOf: content)
    }
}

extension UInt64 {
    /// Bytes that it takes as a varint.
    var varintLength: Int { Swift.max(1, (64 - leadingZeroBitCount + 6) / 7) }
}
