import LapwingText

/// The parts of a time in UTC, as the date functions ask for them.
struct CivilTime {
    let year: Int
    let month: Int
    let day: Int
    let hour: Int
    let minute: Int
    /// 0 for Sunday.
    let weekday: Int
    /// From 1.
    let dayOfYear: Int

    /// Where Go's calendar begins, in days since the epoch, and so in seconds.
    private static let firstDay = CivilDate.daysSinceEpoch(year: -292_277_022_400, month: 3, day: 1)
    private static let firstSecond = Int64(firstDay) * 86_400

    /// As Go on x86 has it: a fraction is cut off; what 64 bits do not hold, and NaN, is the least number of theirs; and what lies
    /// before the calendar's first day wraps around to its end.
    ///
    /// - Parameter seconds: since the epoch.
    init(seconds: Double) {
        let whole = Int64(exactly: seconds.rounded(.towardZero)) ?? .min
        let sinceFirst = UInt64(bitPattern: whole &- Self.firstSecond)
        let days = Int(sinceFirst / 86_400) + Self.firstDay
        let second = Int(sinceFirst % 86_400)
        (year, month, day) = CivilDate.date(daysSinceEpoch: days)
        hour = second / 3600
        minute = second / 60 % 60
        weekday = ((days % 7) + 11) % 7
        dayOfYear = days - CivilDate.daysSinceEpoch(year: year, month: 1, day: 1) + 1
    }

    var daysInMonth: Int { CivilDate.days(inMonth: month, of: year) }
}
