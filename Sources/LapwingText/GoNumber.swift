#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Numbers as Go's `strconv` writes and reads them, which is how Prometheus' formats, API and templates show them.
public enum GoNumber {
    /// The verbs of `strconv.FormatFloat` that Prometheus uses.
    public enum Format: Sendable, Hashable {
        /// `f`: 0.00001, never an exponent.
        case fixed
        /// `e`: 1e-05, one digit before the point and an exponent of at least two digits.
        case exponent
        /// `g`: the exponent form when the exponent is below -4 or at least the precision (6 when shortest, so that a
        /// million is 1e+06).
        case general
    }

    /// The text of `value`, as `strconv.FormatFloat(value, format, precision ?? -1, 64)` gives it.
    ///
    /// - Parameter precision: digits after the point (`fixed`, `exponent`) or significant digits (`general`); the
    ///   fewest digits that read back as `value` when nil.
    public static func text(_ value: Double, _ format: Format = .general, precision: Int? = nil) -> String {
        var bytes: [UInt8] = []
        append(value, format, precision: precision, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends what `text(_:_:precision:)` returns.
    public static func append(
        _ value: Double, _ format: Format = .general, precision: Int? = nil, to bytes: inout [UInt8]
    ) {
        guard value.isFinite else {
            bytes.append(contentsOf: (value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf").utf8)
            return
        }
        if let precision {
            appendRounded(value, format, precision: max(0, precision), to: &bytes)
        } else {
            appendShortest(value, format, to: &bytes)
        }
    }

    private static func appendShortest(_ value: Double, _ format: Format, to bytes: inout [UInt8]) {
        let start = bytes.count
        clear(&bytes)
        var memory = bytes.mutableSpan
        var raw = memory.mutableBytes
        if let end = writeShortest(value, format, to: &raw, at: start) {
            bytes.removeLast(bytes.count - end)
        } else {
            bytes.removeLast(DecimalText.slack)
            appendFarFromPoint(value, to: &bytes)
        }
    }

    /// Appends the decimal digits of `value`.
    public static func appendInteger(_ value: UInt64, to bytes: inout [UInt8]) {
        let start = bytes.count
        clear(&bytes)
        var memory = bytes.mutableSpan
        var raw = memory.mutableBytes
        let end = DecimalText.write(value, to: &raw, at: start)
        bytes.removeLast(bytes.count - end)
    }

    /// Room for one text; what is not needed is taken away again.
    private static func clear(_ bytes: inout [UInt8]) {
        bytes.append(addingCapacity: DecimalText.slack) { (output: inout OutputSpan<UInt8>) in
            output.append(repeating: 0, count: DecimalText.slack)
        }
    }

    /// Appends the decimal digits of `value`, with a minus sign when it is negative.
    public static func appendInteger(_ value: Int64, to bytes: inout [UInt8]) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        appendInteger(value.magnitude, to: &bytes)
    }

    /// The C library rounds exactly and half to even, as Go does; only `%g` differs, in that Go's precision 0 means 1
    /// and both drop trailing zeros.
    private static func appendRounded(_ value: Double, _ format: Format, precision: Int, to bytes: inout [UInt8]) {
        let precision = min(precision, 1000)
        let verb =
            switch format {
            case .fixed: "%.*f"
            case .exponent: "%.*e"
            case .general: "%.*g"
            }
        var buffer = [CChar](repeating: 0, count: 340 + precision)
        let arguments: [any CVarArg] = [Int32(precision), value]
        let written = withVaList(arguments) { vsnprintf(&buffer, buffer.count, verb, $0) }
        for character in buffer.prefix(max(0, Int(written))) { bytes.append(UInt8(bitPattern: character)) }
    }
}
