public import LapwingSeries

/// Writes a remote-write request, version 1.0, of floats: what a sender, a benchmark or a test needs.
public struct RemoteWriteMessage: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    /// Adds a series with its samples, oldest first; times in milliseconds since the epoch.
    public mutating func append(_ labels: Labels, times: [Int64], values: [Double]) {
        var series: [UInt8] = []
        for label in labels {
            var message: [UInt8] = []
            Self.append(1, Array(label.name.utf8), to: &message)
            Self.append(2, Array(label.value.utf8), to: &message)
            Self.append(1, message, to: &series)
        }
        for (time, value) in zip(times, values) {
            var message: [UInt8] = [1 << 3 | 1]
            for shift in 0..<8 { message.append(UInt8(truncatingIfNeeded: value.bitPattern >> UInt64(8 * shift))) }
            message.append(2 << 3)
            Self.append(UInt64(bitPattern: time), to: &message)
            Self.append(2, message, to: &series)
        }
        Self.append(1, series, to: &bytes)
    }

    private static func append(_ field: UInt8, _ content: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(field << 3 | 2)
        append(UInt64(content.count), to: &bytes)
        bytes.append(contentsOf: content)
    }

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var number = number
        while number >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: number) | 0x80)
            number >>= 7
        }
        bytes.append(UInt8(number))
    }
}
