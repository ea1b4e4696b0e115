import LapwingText

/// Go's `time.Time` in UTC, with the methods that templates use.
public struct TemplateTime: TemplateObject, Hashable {
    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    public var seconds: Int64
    /// 0 to 999,999,999.
    public var nanoseconds: Int64

    /// - Parameter nanoseconds: any number; whole seconds of it are carried over.
    public init(seconds: Int64, nanoseconds: Int64 = 0) {
        let carry = nanoseconds >= 0 ? nanoseconds / 1_000_000_000 : (nanoseconds - 999_999_999) / 1_000_000_000
        self.seconds = seconds &+ carry
        self.nanoseconds = nanoseconds - carry * 1_000_000_000
    }

    public init(milliseconds: Int64) {
        let rest = ((milliseconds % 1000) + 1000) % 1000
        self.init(seconds: (milliseconds - rest) / 1000, nanoseconds: rest * 1_000_000)
    }

    public var typeName: String { "*time.Time" }

    /// `2015-06-23 13:19:44.128 +0000 UTC`.
    public var text: String? { GoTimeLayout.text(of: self, "2006-01-02 15:04:05.999999999 -0700 MST") }

    var milliseconds: Int64 { seconds &* 1000 &+ nanoseconds / 1_000_000 }

    /// Days since the epoch, and seconds of that day.
    var day: (number: Int, second: Int) {
        let second = ((seconds % 86_400) + 86_400) % 86_400
        return (Int((seconds - second) / 86_400), Int(second))
    }

    /// 0 for Sunday.
    var weekday: Int { ((day.number + 4) % 7 + 7) % 7 }

    var date: (year: Int, month: Int, day: Int) { CivilDate.date(daysSinceEpoch: day.number) }

    func adding(_ duration: TemplateDuration) -> TemplateTime {
        TemplateTime(
            seconds: seconds &+ duration.nanoseconds / 1_000_000_000,
            nanoseconds: nanoseconds + duration.nanoseconds % 1_000_000_000)
    }

    /// The time between, stopping at the longest that a duration holds.
    func subtracting(_ other: TemplateTime) -> TemplateDuration {
        let (seconds, far) = seconds.subtractingReportingOverflow(other.seconds)
        let (scaled, tooFar) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflow) = scaled.addingReportingOverflow(nanoseconds - other.nanoseconds)
        if far || tooFar || overflow { return TemplateDuration(nanoseconds: self < other ? .min : .max) }
        return TemplateDuration(nanoseconds: sum)
    }

    public func member(_ name: String) -> TemplateMember? {
        switch name {
        case "Format": method(.string) { .string(GoTimeLayout.text(of: self, $0.string(0))) }
        case "String": method { _ in .string(text ?? "") }
        case "Unix": method { _ in .int(seconds) }
        case "UnixMilli": method { _ in .int(milliseconds) }
        case "UnixMicro": method { _ in .int(seconds &* 1_000_000 &+ nanoseconds / 1000) }
        case "UnixNano": method { _ in .int(seconds &* 1_000_000_000 &+ nanoseconds) }
        case "Year": method { _ in .int(Int64(date.year)) }
        case "Month":
            method { _ in .object(TemplateName("time.Month", date.month, GoTimeLayout.months[date.month - 1])) }
        case "Day": method { _ in .int(Int64(date.day)) }
        case "Weekday": method { _ in .object(TemplateName("time.Weekday", weekday, GoTimeLayout.weekdays[weekday])) }
        case "YearDay":
            method { _ in .int(Int64(day.number - CivilDate.daysSinceEpoch(year: date.year, month: 1, day: 1) + 1)) }
        case "Hour": method { _ in .int(Int64(day.second / 3600)) }
        case "Minute": method { _ in .int(Int64(day.second / 60 % 60)) }
        case "Second": method { _ in .int(Int64(day.second % 60)) }
        case "Nanosecond": method { _ in .int(nanoseconds) }
        case "IsZero": method { _ in .bool(seconds == -62_135_596_800 && nanoseconds == 0) }
        case "UTC", "Local": method { _ in .object(self) }
        case "Add": method(.named("*time.Duration")) { .object(adding(TemplateDuration($0))) }
        case "AddDate": method(.integer, .integer, .integer) { .object(addingDate($0)) }
        case "Sub": method(.named(typeName)) { .object(subtracting(TemplateTime($0))) }
        case "Before": method(.named(typeName)) { .bool(self < TemplateTime($0)) }
        case "After": method(.named(typeName)) { .bool(TemplateTime($0) < self) }
        case "Compare": method(.named(typeName)) { .int(compared(to: TemplateTime($0))) }
        case "Truncate": method(.named("*time.Duration")) { .object(rounded(to: TemplateDuration($0), truncating: true)) }
        case "Round": method(.named("*time.Duration")) { .object(rounded(to: TemplateDuration($0), truncating: false)) }
        case "Equal": method(.named(typeName)) { .bool(self == TemplateTime($0)) }
        default: nil
        }
    }

    private func method(
        _ parameters: TemplateFunction.Parameter..., body: @escaping TemplateFunction.Body
    ) -> TemplateMember {
        .method(TemplateFunction(parameters, body: body))
    }

    private init(_ arguments: [TemplateValue]) {
        if case .object(let object)? = arguments.first, let time = object as? TemplateTime {
            self = time
        } else {
            self.init(seconds: 0)
        }
    }

    private func compared(to other: TemplateTime) -> Int64 { self < other ? -1 : other < self ? 1 : 0 }

    /// The multiple of a span since the first of January of the year 1 that lies before, or the nearest; the later of two as near.
    private func rounded(to span: TemplateDuration, truncating: Bool) -> TemplateTime {
        guard span.nanoseconds > 0 else { return self }
        let length = span.nanoseconds.magnitude
        let beginning: Int64 = -62_135_596_800
        let isBefore = seconds < beginning
        // Before the beginning, as far as the next multiple is.
        let whole = UInt64(bitPattern: isBefore ? beginning &- seconds : seconds &- beginning)
        let product = (whole % length).multipliedFullWidth(by: 1_000_000_000)
        let rest = length.dividingFullWidth((product.high % length, product.low)).remainder
        let part = nanoseconds.magnitude % length
        let past = isBefore ? Self.sum(length - rest, part, below: length) : Self.sum(rest, part, below: length)
        let down = adding(TemplateDuration(nanoseconds: -Int64(clamping: past)))
        let isNearer = past < length - past
        return truncating || isNearer ? down : adding(TemplateDuration(nanoseconds: Int64(clamping: length - past)))
    }

    /// Of two numbers that are not above `limit`.
    private static func sum(_ a: UInt64, _ b: UInt64, below limit: UInt64) -> UInt64 { (a % limit + b) % limit }

    /// Years, months and days later; a day past the month's end runs into the next, as in Go.
    private func addingDate(_ arguments: [TemplateValue]) -> TemplateTime {
        let limit: Int64 = 1_000_000
        let change = (0..<3).map { Int(min(max(arguments.integer($0), -limit), limit)) }
        let months = (date.year + change[0]) * 12 + date.month - 1 + change[1]
        let month = ((months % 12) + 12) % 12
        let first = CivilDate.daysSinceEpoch(year: (months - month) / 12, month: month + 1, day: 1)
        let days = first + date.day - 1 + change[2]
        return TemplateTime(seconds: Int64(days) * 86_400 + Int64(day.second), nanoseconds: nanoseconds)
    }
}

extension TemplateTime: Comparable {
    public static func < (a: Self, b: Self) -> Bool { (a.seconds, a.nanoseconds) < (b.seconds, b.nanoseconds) }
}

/// A number with a name, such as a month.
struct TemplateName: TemplateObject {
    let typeName: String
    let text: String?
    let number: Int64?

    init(_ typeName: String, _ number: Int, _ text: String) {
        self.typeName = typeName
        self.number = Int64(number)
        self.text = text
    }

    func member(_ name: String) -> TemplateMember? {
        let text = text ?? ""
        return name == "String" ? .method(TemplateFunction { _ in .string(text) }) : nil
    }
}
