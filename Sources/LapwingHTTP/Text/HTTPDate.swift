import LapwingText

/// A time as `Date` fields have it: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
enum HTTPDate {
    static func text(secondsSinceEpoch seconds: Int64) -> String {
        // Years 1 to 9999 are what the format can hold.
        let clamped = min(max(seconds, -62_135_596_800), 253_402_300_799)
        let days = Int(clamped >= 0 ? clamped / 86_400 : (clamped - 86_399) / 86_400)
        let second = Int(clamped) - days * 86_400
        let date = CivilDate.date(daysSinceEpoch: days)
        let weekday = ((days + 4) % 7 + 7) % 7
        var text: [UInt8] = []
        text.reserveCapacity(29)
        text += name(weekdays, weekday)
        text += ", ".utf8
        append(date.day, " ", to: &text)
        text += name(ofMonth: date.month)
        text.append(HTTPCharacters.space)
        append(date.year / 100, "", to: &text)
        append(date.year % 100, " ", to: &text)
        append(second / 3600, ":", to: &text)
        append(second / 60 % 60, ":", to: &text)
        append(second % 60, " GMT", to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    private static let weekdays = Array("SunMonTueWedThuFriSat".utf8)
    private static let months = Array("JanFebMarAprMayJunJulAugSepOctNovDec".utf8)

    /// - Parameter month: from 1 to 12.
    static func name(ofMonth month: Int) -> ArraySlice<UInt8> { name(months, month - 1) }

    private static func name(_ table: [UInt8], _ index: Int) -> ArraySlice<UInt8> {
        table.dropFirst(3 * index).prefix(3)
    }

    /// Two digits and what stands behind them.
    private static func append(_ value: Int, _ ending: String, to text: inout [UInt8]) {
        text.append(UInt8(truncatingIfNeeded: 0x30 + value / 10 % 10))
        text.append(UInt8(truncatingIfNeeded: 0x30 + value % 10))
        text += ending.utf8
    }
}
