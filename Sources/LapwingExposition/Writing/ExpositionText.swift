import LapwingSeries
import LapwingText

/// The parts of a line as both text formats write them.
enum ExpositionText {
    /// `name{a="b"}`, or `{"a name",a="b"}` where the name needs quotes.
    ///
    /// - Parameter further: stand behind the labels, and may be empty where labels cannot.
    static func append(_ labels: Labels, and further: [Label] = [], to bytes: inout [UInt8]) {
        let name = labels.metricName
        let isLegacy = LabelName.isLegacyMetric(name)
        if isLegacy { bytes.append(contentsOf: name.utf8) }
        let hasPairs = !further.isEmpty || labels.contains { $0.name != LabelName.metric }
        guard hasPairs || !isLegacy else { return }
        bytes.append(UInt8(ascii: "{"))
        if !isLegacy, !name.isEmpty {
            append(name: name, isLegacy: false, to: &bytes)
            if hasPairs { bytes.append(UInt8(ascii: ",")) }
        }
        appendPairs(labels, and: further, to: &bytes)
        bytes.append(UInt8(ascii: "}"))
    }

    /// `a="b",c="d"`: all labels but the metric's name.
    static func appendPairs(_ labels: Labels, and further: [Label] = [], to bytes: inout [UInt8]) {
        var isFirst = true
        for label in labels where label.name != LabelName.metric { append(label, isFirst: &isFirst, to: &bytes) }
        for label in further { append(label, isFirst: &isFirst, to: &bytes) }
    }

    private static func append(_ label: Label, isFirst: inout Bool, to bytes: inout [UInt8]) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        append(name: label.name, isLegacy: LabelName.isLegacy(label.name), to: &bytes)
        bytes.append(contentsOf: "=\"".utf8)
        appendEscaped(label.value, quotes: true, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    static func append(name: String, isLegacy: Bool, to bytes: inout [UInt8]) {
        if isLegacy {
            bytes.append(contentsOf: name.utf8)
        } else {
            bytes.append(UInt8(ascii: "\""))
            appendEscaped(name, quotes: true, to: &bytes)
            bytes.append(UInt8(ascii: "\""))
        }
    }

    /// `text` with backslashes and line breaks, and `quotes` if asked for, written as escapes.
    static func appendEscaped(_ text: String, quotes: Bool, to bytes: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
            case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\"") where quotes: bytes.append(contentsOf: "\\\"".utf8)
            default: bytes.append(byte)
            }
        }
    }

    /// Milliseconds as seconds with as many decimals as they need: `1520879607.789`, `12`.
    static func appendSeconds(_ time: Timestamp, to bytes: inout [UInt8]) {
        let magnitude = time.milliseconds.magnitude
        if time.milliseconds < 0 { bytes.append(UInt8(ascii: "-")) }
        GoNumber.appendInteger(magnitude / 1000, to: &bytes)
        var rest = magnitude % 1000
        guard rest > 0 else { return }
        bytes.append(UInt8(ascii: "."))
        while rest > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / 100))
            rest = rest % 100 * 10
        }
    }
}

/// Numbers as OpenMetrics writes them: always recognisable as floating point.
///
/// Source: Prometheus `model/labels/float.go`, `FormatOpenMetricsFloat`.
enum OpenMetricsNumber {
    static func text(_ value: Double) -> String {
        var bytes: [UInt8] = []
        append(value, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    static func append(_ value: Double, to bytes: inout [UInt8]) {
        let start = bytes.count
        GoNumber.append(value, to: &bytes)
        for byte in bytes[start...] where byte &- UInt8(ascii: "0") > 9 && byte != UInt8(ascii: "-") { return }
        bytes.append(contentsOf: ".0".utf8)
    }
}
