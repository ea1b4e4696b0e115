public import LapwingSeries
import LapwingText

/// Writes a remote-write request, version 1.0, of floats: what a sender, a benchmark or a test needs.
public struct RemoteWriteMessage: Sendable {
    /// The labels of a series as a request holds them, made once for many requests.
    public struct EncodedLabels: Sendable {
        fileprivate var bytes: [UInt8] = []

        public init(_ labels: Labels) {
            var message: [UInt8] = []
            for label in labels {
                message.removeAll(keepingCapacity: true)
                message.appendField(1, Array(label.name.utf8))
                message.appendField(2, Array(label.value.utf8))
                bytes.appendField(1, message)
            }
        }
    }

    public private(set) var bytes: [UInt8] = []
    private var series: [UInt8] = []

    public init() {}

    /// Adds a series with its samples, oldest first; times in milliseconds since the epoch.
    public mutating func append(_ labels: Labels, times: [Int64], values: [Double]) {
        append(EncodedLabels(labels), times: times, values: values)
    }

    public mutating func append(_ labels: EncodedLabels, times: [Int64], values: [Double]) {
        series.removeAll(keepingCapacity: true)
        series += labels.bytes
        for (time, value) in zip(times, values) {
            let number = UInt64(bitPattern: time)
            series += [2 << 3 | 2, UInt8(10 + number.varintLength), 1 << 3 | 1]
            series.appendFixed64(value.bitPattern)
            series.append(2 << 3)
            series.appendVarint(number)
        }
        bytes.appendField(1, series)
    }
}
