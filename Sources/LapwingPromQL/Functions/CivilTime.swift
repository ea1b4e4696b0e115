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

    /// - Parameter seconds: since the epoch; a fraction is cut off, what no calendar holds is moved to its ends.
    init(seconds: Double) {
        let whole = seconds.isFinite ? Int(max(-6e16, min(6e16, seconds.rounded(.towardZero)))) : 0
        let days = whole >= 0 ? whole / 86_400 : (whole - 86_399) / 86_400
        let second = whole - days * 86_400
        (year, month, day) = CivilDate.date(daysSinceEpoch: days)
        hour = second / 3600
        minute = second / 60 % 60
        weekday = ((days % 7) + 11) % 7
        dayOfYear = days - CivilDate.daysSinceEpoch(year: year, month: 1, day: 1) + 1
    }

    var daysInMonth: Int { CivilDate.days(inMonth: month, of: year) }
}
