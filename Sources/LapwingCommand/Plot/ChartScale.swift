import LapwingSystem
import LapwingText

/// An axis of values: from where to where, and where its lines are.
struct ChartScale {
    let low: Double
    let high: Double
    /// The distance of two ticks.
    let step: Double
    /// Ascending, within the ends.
    let ticks: [Double]

    /// The farthest from zero that an axis reaches: the span of its ends has to be a number. What lies beyond is drawn at its end.
    private static let limit = Double.greatestFiniteMagnitude / 16

    /// The smallest round span over the values, with about so many lines; zero is in it where it is near.
    ///
    /// - Parameter values: the finite ones count.
    init(_ values: some Sequence<Double>, lines: Int) {
        let finite = values.filter(\.isFinite)
        var (least, most) = (max(-Self.limit, finite.min() ?? 0), min(Self.limit, finite.max() ?? 1))
        if least > 0, least < most * 0.5 { least = 0 }
        if most < 0, most > least * 0.5 { most = 0 }
        if least == most { (least, most) = least == 0 ? (0, 1) : (min(least, 0), max(least, 0)) }
        let step = Self.step(atLeast: (most - least) / Double(max(1, lines)))
        // Whole numbers of steps: sums of steps would miss zero by a little.
        let first = (least / step).rounded(.down)
        let last = max(first + 1, (most / step).rounded(.up))
        (low, high, self.step) = (first * step, last * step, step)
        ticks = stride(from: 0, through: last - first, by: 1).map { (first + $0) * step }
    }

    /// 1, 2 or 5 times a power of ten; 1 where values lie closer than doubles are exact.
    private static func step(atLeast width: Double) -> Double {
        guard width > .leastNormalMagnitude else { return 1 }
        let power = pow(10, log10(width).rounded(.down))
        return [1, 2, 5, 10].map { $0 * power }.first { $0 >= width * 0.999 } ?? power * 10
    }

    /// Where a value lies, from 0 to 1.
    func share(_ value: Double) -> Double { (min(high, max(low, value)) - low) / (high - low) }

    /// A number of three digits that count, or as many as tell it from its neighbours, and the prefix that scales it: k, M, G, m, µ;
    /// as 1.5e+30 where it is beyond all prefixes.
    ///
    /// - Parameters:
    ///   - prefixes: the powers of a thousand that have one; 0 alone for none.
    ///   - step: the distance of its neighbours; 0 where it has none.
    static func parts(_ value: Double, prefixes: ClosedRange<Int>, step: Double = 0) -> (number: String, prefix: String) {
        guard value.isFinite, value != 0 else { return (GoNumber.text(value), "") }
        let between = step > 0 ? Int(log10(abs(value)).rounded(.down) - log10(step).rounded(.down)) + 1 : 0
        let digits = max(3, min(17, between))
        let short = GoNumber.text(value, .general, precision: digits)
        // Of what is rounded: 999.9 k is a million.
        let size = log10(abs(GoNumber.parse(short) ?? value))
        guard (-10..<18).contains(size) else { return (short, "") }
        let names = ["n", "µ", "m", "", "k", "M", "G", "T", "P"]
        let place = max(prefixes.lowerBound, min(prefixes.upperBound, Int((size / 3 + 1e-9).rounded(.down))))
        let scaled = value / pow(1000, Double(place))
        // All digits before the point are shown.
        let fraction = pow(10, max(0, Double(digits - 1) - (size - Double(3 * place) + 1e-9).rounded(.down)))
        return (GoNumber.text((scaled * fraction).rounded() / fraction), names[place + 3])
    }
}

/// Times below a chart.
enum ChartTime {
    /// With what tells the ends of a span apart: the time of day, and the date where it is longer than a day.
    static func text(_ milliseconds: Int64, span: Int64) -> String {
        let text = TimeText.rfc3339(milliseconds: milliseconds)
        let (date, time) = (text.prefix(10).dropFirst(5), text.dropFirst(11).prefix(8))
        if span > 86_400_000 { return "\(date) \(time.prefix(5))" }
        return span > 600_000 ? String(time.prefix(5)) : String(time)
    }

    /// Five times, or as many as there is room for and as read differently, below a line of so many columns; that of an instant in the middle.
    static func line(from first: Int64, to last: Int64, columns: Int) -> String {
        let texts = (0...4).map { text(first + (last - first) * Int64($0) / 4, span: last - first) }
        var line = [Character](repeating: " ", count: columns)
        var free = 0
        for (index, text) in texts.enumerated() where first == last ? index == 2 : index == 0 || text != texts[index - 1] {
            let start = max(0, min(columns - text.count, columns * index / 4 - (index == 0 ? 0 : text.count / 2)))
            guard start >= free, start + text.count <= columns else { continue }
            line.replaceSubrange(start..<start + text.count, with: text)
            free = start + text.count + 1
        }
        return String(String(line).reversed().drop { $0 == " " }.reversed())
    }
}
