/// Durations as Prometheus writes them: `1h30m`, `15s`, `250ms`; in milliseconds.
///
/// Source: prometheus/common `model/time.go`, `ParseDuration` and `Duration.String`.
public enum PrometheusDuration {
    public enum ParseError: Error, Sendable, Hashable, CustomStringConvertible {
        case empty
        case malformed(String)
        case unknownUnit(String, in: String)
        case outOfRange(String)

        public var description: String {
            switch self {
            case .empty: "empty duration string"
            case .malformed(let text): "not a valid duration string: \(GoQuote.quote(text))"
            case .unknownUnit(let unit, let text): "unknown unit \(GoQuote.quote(unit)) in duration \(GoQuote.quote(text))"
            case .outOfRange: "duration out of range"
            }
        }
    }

    /// Units from the largest; a duration names each at most once and in this order.
    static let units: [(name: String, milliseconds: Int64)] = [
        ("y", 365 * 86_400_000), ("w", 7 * 86_400_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000),
        ("s", 1000), ("ms", 1),
    ]

    /// The longest duration: what Go's 64-bit nanoseconds hold.
    public static let maximumMilliseconds = Int64.max / 1_000_000

    /// The milliseconds that `text` says; `0` alone needs no unit.
    public static func milliseconds(_ text: some StringProtocol) throws(ParseError) -> Int64 {
        let bytes = Array(text.utf8)
        if bytes.isEmpty { throw .empty }
        if bytes == [UInt8(ascii: "0")] { return 0 }
        var offset = 0
        var nextUnit = 0
        var total: Int64 = 0
        while offset < bytes.count {
            let digitsStart = offset
            var count: Int64 = 0
            while offset < bytes.count, bytes[offset] &- UInt8(ascii: "0") <= 9 {
                let (product, overflow) = count.multipliedReportingOverflow(by: 10)
                if overflow { throw .outOfRange(String(text)) }
                count = product + Int64(bytes[offset] - UInt8(ascii: "0"))
                offset += 1
                if count > maximumMilliseconds { throw .outOfRange(String(text)) }
            }
            let unitStart = offset
            while offset < bytes.count, bytes[offset] &- UInt8(ascii: "a") < 26 { offset += 1 }
            let name = String(decoding: bytes[unitStart..<offset], as: UTF8.self)
            guard unitStart > digitsStart, offset > unitStart else { throw .malformed(String(text)) }
            guard let index = units.firstIndex(where: { $0.name == name }) else { throw .unknownUnit(name, in: String(text)) }
            guard index >= nextUnit else { throw .malformed(String(text)) }
            nextUnit = index + 1
            let (part, tooLong) = count.multipliedReportingOverflow(by: units[index].milliseconds)
            let (sum, overflow) = total.addingReportingOverflow(part)
            if tooLong || overflow || sum > maximumMilliseconds { throw .outOfRange(String(text)) }
            total = sum
        }
        return total
    }

    /// The text of a duration: years, weeks and days only where they divide it, and `0s` for none.
    public static func text(milliseconds: Int64) -> String {
        if milliseconds == 0 { return "0s" }
        var rest = milliseconds.magnitude
        var result = milliseconds < 0 ? "-" : ""
        for (name, unit) in units {
            let isWholeOnly = name == "y" || name == "w" || name == "d"
            if isWholeOnly && rest % unit.magnitude != 0 { continue }
            let count = rest / unit.magnitude
            if count > 0 {
                result += "\(count)\(name)"
                rest -= count * unit.magnitude
            }
        }
        return result
    }
}
