import LapwingSeries
import LapwingText

/// How the parts of a series text become the parts of a label set.
enum SeriesText {
    static func decoded(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> String {
        var copy: [UInt8] = []
        copy.reserveCapacity(upper - lower)
        for index in lower..<upper { copy.append(bytes[index]) }
        return String(decoding: copy, as: UTF8.self)
    }

    /// The text with `\\`, `\n` and, where quotes are escaped, `\"` replaced; other backslashes stay.
    static func unescaped(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int, quotes: Bool = true) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(upper - lower)
        var index = lower
        while index < upper {
            let byte = bytes[index]
            index += 1
            guard byte == UInt8(ascii: "\\"), index < upper else {
                result.append(byte)
                continue
            }
            switch bytes[index] {
            case UInt8(ascii: "\\"): result.append(UInt8(ascii: "\\"))
            case UInt8(ascii: "n"): result.append(UInt8(ascii: "\n"))
            case UInt8(ascii: "\"") where quotes: result.append(UInt8(ascii: "\""))
            default:
                result.append(byte)
                continue
            }
            index += 1
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// A bucket's bound or a quantile in OpenMetrics' notation; any other value as it is.
    static func normalized(_ value: String, of name: String, _ kind: MetricMetadata.Kind) -> String {
        let isBound =
            kind == .histogram && name == LabelName.bucket || kind == .summary && name == LabelName.quantile
        guard isBound, let number = GoNumber.parse(value) else { return value }
        return OpenMetricsNumber.text(number)
    }
}
