import LapwingText

/// A time as `Date` fields have it: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
public enum HTTPDate {
    public static func text(secondsSinceEpoch seconds: Int64) -> String {
        // Years 1 to 9999 are what the format can hold.
        let clamped = min(max(seconds, -62_135_596_800), 253_402_300_799)
        let days = Int(clamped >= 0 ? clamped / 86_400 : (clamped - 86_399) / 86_400)
        let second = Int(clamped) - days * 86_400
        let date = CivilDate.date(daysSinceEpoch: days)
        let weekday = ((days + 4) % 7 + 7) % 7
        var text = names(weekdays, weekday) + ", " + padded(date.day, 2) + " " + names(months, date.month - 1) + " "
        text += padded(date.year, 4) + " " + padded(second / 3600, 2) + ":" + padded(second / 60 % 60, 2) + ":"
        return text + padded(second % 60, 2) + " GMT"
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func names(_ table: [String], _ index: Int) -> String {
        table.indices.contains(index) ? table[index] : ""
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
