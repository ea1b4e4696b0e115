import Foundation
import LapwingText

/// An axis of values: from where to where, and where its lines are.
struct ChartScale {
    let low: Double
    let high: Double
    /// Ascending, within the ends.
    let ticks: [Double]

    /// The smallest round span over the values, with about so many lines; zero is in it where it is near.
    ///
    /// - Parameter values: the finite ones count.
    init(_ values: some Sequence<Double>, lines: Int) {
        let finite = values.filter(\.isFinite)
        var (least, most) = (finite.min() ?? 0, finite.max() ?? 1)
        if least > 0, least < most * 0.5 { least = 0 }
        if most < 0, most > least * 0.5 { most = 0 }
        if least == most { (least, most) = least == 0 ? (0, 1) : (min(least, 0), max(least, 0)) }
        let step = Self.step(atLeast: (most - least) / Double(max(1, lines)))
        low = (least / step).rounded(.down) * step
        high = max(low + step, (most / step).rounded(.up) * step)
        ticks = stride(from: 0, through: ((high - low) / step).rounded(), by: 1).map { [low] in low + $0 * step }
    }

    /// 1, 2 or 5 times a power of ten.
    private static func step(atLeast width: Double) -> Double {
        guard width.isFinite, width > 0 else { return 1 }
        let power = pow(10, log10(width).rounded(.down))
        return [1, 2, 5, 10].map { $0 * power }.first { $0 >= width * 0.999 } ?? power * 10
    }

    /// Where a value lies, from 0 to 1.
    func share(_ value: Double) -> Double { (value - low) / (high - low) }

    /// A number as short as it can be told from its neighbours, and the prefix that scales it: k, M, G, m, µ.
    ///
    /// - Parameter prefixes: the powers of a thousand that have one; 0 alone for none.
    static func parts(_ value: Double, prefixes: ClosedRange<Int>) -> (number: String, prefix: String) {
        guard value.isFinite, value != 0 else { return (GoNumber.text(value), "") }
        let names = ["n", "µ", "m", "", "k", "M", "G", "T", "P"]
        let power = Int((log10(abs(value)) / 3 + 1e-9).rounded(.down))
        let place = max(prefixes.lowerBound, min(prefixes.upperBound, power))
        let scaled = value / pow(1000, Double(place))
        // Three digits that count, and all before the point.
        let digits = pow(10, max(0, 2 - log10(abs(scaled)).rounded(.down)))
        return (GoNumber.text((scaled * digits).rounded() / digits), names[place + 3])
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

    /// Five times, or as many as there is room for, below a line of so many columns.
    static func line(from first: Int64, to last: Int64, columns: Int) -> String {
        let texts = (0...4).map { text(first + (last - first) * Int64($0) / 4, span: last - first) }
        var line = [Character](repeating: " ", count: columns)
        var free = 0
        for (index, text) in texts.enumerated() {
            let start = max(0, min(columns - text.count, columns * index / 4 - (index == 0 ? 0 : text.count / 2)))
            guard start >= free, start + text.count <= columns else { continue }
            line.replaceSubrange(start..<start + text.count, with: text)
            free = start + text.count + 1
        }
        return String(String(line).reversed().drop { $0 == " " }.reversed())
    }
}
