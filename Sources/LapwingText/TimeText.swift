/// Times as text: RFC 3339 and Unix seconds; in milliseconds since the epoch.
public enum TimeText {
    /// The milliseconds of an RFC 3339 time such as `2026-11-23T16:00:00.5Z` or `…+02:00`; nil when it is none.
    public static func milliseconds(rfc3339 text: String) -> Int64? {
        var reader = FieldReader(text)
        guard let year = reader.digits(4), reader.skip("-"), let month = reader.digits(2), reader.skip("-"),
            let day = reader.digits(2), reader.skip("T") || reader.skip("t") || reader.skip(" "),
            let hour = reader.digits(2), reader.skip(":"), let minute = reader.digits(2), reader.skip(":"),
            let second = reader.digits(2), (1...12).contains(month), day >= 1,
            day <= CivilDate.days(inMonth: month, of: year), hour < 24, minute < 60, second < 60
        else { return nil }
        let fraction = reader.skip(".") ? reader.fraction() : 0
        guard let fraction, let offset = reader.zoneOffsetMinutes(), reader.isAtEnd else { return nil }
        let days = CivilDate.daysSinceEpoch(year: year, month: month, day: day)
        let seconds = Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60 + second) - Int64(offset) * 60
        return seconds * 1000 + fraction
    }

    /// The milliseconds of Unix seconds with an optional fraction, or of an RFC 3339 time.
    public static func milliseconds(secondsOrRFC3339 text: String) -> Int64? {
        if let seconds = GoNumber.parse(text) {
            let scaled = (seconds * 1000).rounded()
            guard scaled.isFinite, scaled.magnitude < 9.2e18 else { return nil }
            return Int64(scaled)
        }
        return milliseconds(rfc3339: text)
    }

    /// `2026-11-23T16:00:00.5Z`: UTC, with the fraction's trailing zeros dropped as Go's RFC3339Nano does.
    public static func rfc3339(milliseconds: Int64) -> String {
        let (seconds, milli) = floorDivide(milliseconds, 1000)
        let (days, secondOfDay) = floorDivide(seconds, 86_400)
        let (year, month, day) = CivilDate.date(daysSinceEpoch: Int(days))
        var text = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T"
        text += "\(padded(Int(secondOfDay) / 3600, 2)):\(padded(Int(secondOfDay) / 60 % 60, 2)):"
        text += padded(Int(secondOfDay) % 60, 2)
        if milli != 0 {
            var fraction = padded(Int(milli), 3)
            while fraction.last == "0" { fraction.removeLast() }
            text += "." + fraction
        }
        return text + "Z"
    }

    static func padded(_ value: Int, _ width: Int) -> String {
        (value < 0 ? "-" : "") + String(value.magnitude).zeroPadded(to: width)
    }

    static func floorDivide(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private struct FieldReader {
        private let bytes: [UInt8]
        private var offset = 0

        init(_ text: String) { bytes = Array(text.utf8) }

        var isAtEnd: Bool { offset == bytes.count }

        mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard offset < bytes.count, UInt32(bytes[offset]) == character.value else { return false }
            offset += 1
            return true
        }

        mutating func digits(_ count: Int) -> Int? {
            guard offset + count <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[offset..<(offset + count)] {
                guard byte &- UInt8(ascii: "0") <= 9 else { return nil }
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
            }
            offset += count
            return value
        }

        /// The milliseconds of a fraction of any length; digits past the third are dropped.
        mutating func fraction() -> Int64? {
            let start = offset
            var value: Int64 = 0
            while offset < bytes.count, bytes[offset] &- UInt8(ascii: "0") <= 9 {
                if offset - start < 3 { value = value * 10 + Int64(bytes[offset] - UInt8(ascii: "0")) }
                offset += 1
            }
            guard offset > start else { return nil }
            for _ in 0..<max(0, 3 - (offset - start)) { value *= 10 }
            return value
        }

        mutating func zoneOffsetMinutes() -> Int? {
            if skip("Z") || skip("z") { return 0 }
            let isNegative = skip("-")
            guard isNegative || skip("+"), let hours = digits(2), skip(":"), let minutes = digits(2), hours < 24,
                minutes < 60
            else { return nil }
            return (isNegative ? -1 : 1) * (hours * 60 + minutes)
        }
    }
}
