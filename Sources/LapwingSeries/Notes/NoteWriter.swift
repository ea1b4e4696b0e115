import LapwingText

/// The value of a note, field by field; `NoteReader` reads the same fields in the same order.
///
///     ┌─────────┬────────┬─ … ─┐   number   seven bits a byte, least significant first
///     │ version │ field  │     │   signed   zigzag, as a number         flag   a byte, 0 or 1
///     │ 1 byte  │        │     │   double   eight bytes of bit pattern, least significant first
///     └─────────┴────────┴─ … ─┘   text     its number of bytes, then UTF-8     labels  likewise, as `Labels.encodedBytes`
///                                  pairs    their number, then name and value of each, as texts
///                                  time     signed milliseconds; an optional has a flag before it
public struct NoteWriter: Sendable {
    public private(set) var bytes: [UInt8]

    public init(version: UInt8) { bytes = [version] }

    public mutating func number(_ value: UInt64) { bytes.appendVarint(value) }

    public mutating func count(_ value: Int) { number(UInt64(max(0, value))) }

    public mutating func signed(_ value: Int64) { number(UInt64(bitPattern: (value << 1) ^ (value >> 63))) }

    public mutating func flag(_ value: Bool) { bytes.append(value ? 1 : 0) }

    public mutating func double(_ value: Double) {
        for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> UInt64(8 * shift))) }
    }

    public mutating func text(_ value: String) {
        count(value.utf8.count)
        bytes.append(contentsOf: value.utf8)
    }

    public mutating func labels(_ value: Labels) {
        let encoded = value.encodedBytes
        count(encoded.count)
        bytes.append(contentsOf: encoded)
    }

    public mutating func pairs(_ values: [Label]) {
        count(values.count)
        for pair in values {
            text(pair.name)
            text(pair.value)
        }
    }

    public mutating func time(_ value: Timestamp) { signed(value.milliseconds) }

    public mutating func time(_ value: Timestamp?) {
        flag(value != nil)
        if let value { time(value) }
    }
}
