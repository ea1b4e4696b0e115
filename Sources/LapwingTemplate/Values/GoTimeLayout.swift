import LapwingText

/// Go's layouts: a time is written the way in which the layout writes Mon Jan 2 15:04:05 2006.
///
/// Source: the documentation of Go's `time` package, "Constants". Times here are UTC.
enum GoTimeLayout {
    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    private enum Element {
        case longMonth, month, numberMonth, zeroMonth, longWeekday, weekday, day, spaceDay, zeroDay, spaceYearDay
        case zeroYearDay, hour, hour12, zeroHour12, minute, zeroMinute, second, zeroSecond, longYear, year
        case upperPM, lowerPM, zoneName, zone(String)
    }

    /// The words of a layout; of two that begin alike the longer stands first.
    private static let elements: [(text: String, element: Element)] = [
        ("January", .longMonth), ("Jan", .month), ("Monday", .longWeekday), ("Mon", .weekday), ("MST", .zoneName),
        ("002", .zeroYearDay), ("01", .zeroMonth), ("02", .zeroDay), ("03", .zeroHour12), ("04", .zeroMinute),
        ("05", .zeroSecond), ("06", .year), ("15", .hour), ("1", .numberMonth), ("2006", .longYear), ("2", .day),
        ("__2", .spaceYearDay), ("_2", .spaceDay), ("3", .hour12), ("4", .minute), ("5", .second), ("PM", .upperPM),
        ("pm", .lowerPM), ("-07:00:00", .zone("+00:00:00")), ("-07:00", .zone("+00:00")), ("-070000", .zone("+000000")),
        ("-0700", .zone("+0000")), ("-07", .zone("+00")), ("Z07:00:00", .zone("Z")), ("Z07:00", .zone("Z")),
        ("Z070000", .zone("Z")), ("Z0700", .zone("Z")), ("Z07", .zone("Z")),
    ]
    private static let words = elements.map { (bytes: Array($0.text.utf8), element: $0.element) }

    static func text(of time: TemplateTime, _ layout: String) -> String {
        let bytes = Array(layout.utf8)
        var result: [UInt8] = []
        var offset = 0
        while offset < bytes.count {
            if let length = appendFraction(of: time, bytes[offset...], to: &result) {
                offset += length
            } else if let word = word(bytes, offset) {
                result.append(contentsOf: text(of: time, word.element).utf8)
                offset += word.bytes.count
            } else {
                result.append(bytes[offset])
                offset += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func word(_ layout: [UInt8], _ offset: Int) -> (bytes: [UInt8], element: Element)? {
        // `_2006` is an underscore and a year; `Jan` or `Mon` before a small letter is a word of its own.
        if layout[offset...].starts(with: "_2006".utf8) { return nil }
        return words.first { word in
            guard layout[offset...].starts(with: word.bytes) else { return false }
            switch word.element {
            case .month, .weekday: return offset + 3 >= layout.count || layout[offset + 3] &- UInt8(ascii: "a") >= 26
            default: return true
            }
        }
    }

    /// `.000` writes that many digits, `.999` drops trailing zeros; both stand behind the seconds.
    private static func appendFraction(of time: TemplateTime, _ rest: ArraySlice<UInt8>, to result: inout [UInt8])
        -> Int?
    {
        guard let mark = rest.first, mark == UInt8(ascii: ".") || mark == UInt8(ascii: ","),
            let digit = rest.dropFirst().first, digit == UInt8(ascii: "0") || digit == UInt8(ascii: "9")
        else { return nil }
        let count = rest.dropFirst().prefix { $0 == digit }.count
        if let next = rest.dropFirst(1 + count).first, next &- UInt8(ascii: "0") <= 9 { return nil }
        var digits = Array(String(1_000_000_000 + time.nanoseconds).utf8.dropFirst())
        digits = Array(digits.prefix(count)) + [UInt8](repeating: UInt8(ascii: "0"), count: max(0, count - 9))
        if digit == UInt8(ascii: "9") {
            while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        }
        if !digits.isEmpty { result += [mark] + digits }
        return 1 + count
    }

    private static func text(of time: TemplateTime, _ element: Element) -> String {
        let (year, month, day) = time.date
        let second = time.day.second
        let hour12 = second / 3600 % 12 == 0 ? 12 : second / 3600 % 12
        switch element {
        case .longMonth: return months[month - 1]
        case .month: return String(months[month - 1].prefix(3))
        case .numberMonth: return "\(month)"
        case .zeroMonth: return padded(month, 2)
        case .longWeekday: return weekdays[time.weekday]
        case .weekday: return String(weekdays[time.weekday].prefix(3))
        case .day: return "\(day)"
        case .spaceDay: return padded(day, 2, " ")
        case .zeroDay: return padded(day, 2)
        case .spaceYearDay: return padded(yearDay(of: time), 3, " ")
        case .zeroYearDay: return padded(yearDay(of: time), 3)
        case .hour: return padded(second / 3600, 2)
        case .hour12: return "\(hour12)"
        case .zeroHour12: return padded(hour12, 2)
        case .minute: return "\(second / 60 % 60)"
        case .zeroMinute: return padded(second / 60 % 60, 2)
        case .second: return "\(second % 60)"
        case .zeroSecond: return padded(second % 60, 2)
        case .longYear: return (year < 0 ? "-" : "") + padded(abs(year), 4)
        case .year: return padded(abs(year) % 100, 2)
        case .upperPM: return second < 43_200 ? "AM" : "PM"
        case .lowerPM: return second < 43_200 ? "am" : "pm"
        case .zoneName: return "UTC"
        case .zone(let text): return text
        }
    }

    private static func yearDay(of time: TemplateTime) -> Int {
        time.day.number - CivilDate.daysSinceEpoch(year: time.date.year, month: 1, day: 1) + 1
    }

    private static func padded(_ value: Int, _ width: Int, _ filling: String = "0") -> String {
        let digits = String(value)
        return String(repeating: filling, count: max(0, width - digits.utf8.count)) + digits
    }
}
