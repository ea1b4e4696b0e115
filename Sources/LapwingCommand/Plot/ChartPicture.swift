import LapwingPromQL
import LapwingSeries
import LapwingText

/// Series over time as a picture: an SVG that needs nothing else.
enum ChartPicture {
    private static let (width, height) = (960.0, 420.0)
    private static let (left, right, top, bottom) = (64.0, 16.0, 16.0, 32.0)
    private static let colors = ["#1b6ca8", "#d1495b", "#2e8b57", "#e08e00", "#7b4fa3", "#008b9a", "#8c564b", "#5f6b7a"]
    private static let shown = 20

    static func text(_ series: [MatrixSeries]) -> String {
        let times = series.flatMap(\.times)
        let (first, last) = (times.min() ?? 0, times.max() ?? 1)
        let scale = ChartScale(series.lazy.flatMap(\.values), lines: 6)
        let x = { (time: Int64) in left + (width - left - right) * (last == first ? 0.5 : Double(time - first) / Double(last - first)) }
        let y = { (value: Double) in top + (height - top - bottom) * (1 - scale.share(value)) }
        let total = height + 18 * Double(min(shown, series.count)) + 8
        var text = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(Int(width)) \(Int(total))\" "
        text += "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
        for tick in scale.ticks {
            text += "<path d=\"M\(Int(left)) \(coordinate(y(tick)))H\(Int(width - right))\" stroke=\"#ddd\"/>"
            text += "<text x=\"\(Int(left - 6))\" y=\"\(coordinate(y(tick) + 4))\" text-anchor=\"end\" fill=\"#444\">\(ChartScale.text(tick))</text>\n"
        }
        for part in 0...4 {
            let time = first + (last - first) * Int64(part) / 4
            let anchor = part == 0 ? "start" : part == 4 ? "end" : "middle"
            text += "<text x=\"\(coordinate(x(time)))\" y=\"\(Int(height - 10))\" text-anchor=\"\(anchor)\" fill=\"#444\">"
            text += "\(ChartTime.text(time, span: last - first))</text>\n"
        }
        for (index, one) in series.enumerated() {
            text += "<path fill=\"none\" stroke=\"\(colors[index % colors.count])\" stroke-width=\"1.5\" d=\"\(path(one, x, y))\"/>\n"
        }
        for (index, one) in series.prefix(shown).enumerated() {
            let line = Int(height) + 18 * index + 4
            text += "<rect x=\"\(Int(left))\" y=\"\(line)\" width=\"12\" height=\"12\" fill=\"\(colors[index % colors.count])\"/>"
            text += "<text x=\"\(Int(left + 18))\" y=\"\(line + 11)\" fill=\"#222\">\(MarkupText.escaped(one.labels.seriesText))</text>\n"
        }
        return text + "</svg>\n"
    }

    /// A line that is broken where a value is missing or not finite.
    private static func path(_ series: MatrixSeries, _ x: (Int64) -> Double, _ y: (Double) -> Double) -> String {
        var path = ""
        let step = zip(series.times, series.times.dropFirst()).map { $1 - $0 }.min() ?? 0
        var before: Int64?
        for (time, value) in zip(series.times, series.values) {
            guard value.isFinite else {
                before = nil
                continue
            }
            let isConnected = before.map { time - $0 <= step * 3 / 2 } ?? false
            path += "\(isConnected ? "L" : "M")\(coordinate(x(time))) \(coordinate(y(value)))"
            before = time
        }
        return path
    }

    private static func coordinate(_ value: Double) -> String { GoNumber.text((value * 10).rounded() / 10) }
}
