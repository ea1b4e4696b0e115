import LapwingPromQL
import LapwingSeries
import LapwingText

/// Series over time as a picture: an SVG or a PNG.
enum ChartPicture {
    private static let (width, height) = (960.0, 420.0)
    private static let (left, right, top, bottom) = (72.0, 20.0, 16.0, 34.0)
    /// Series in the legend.
    private static let shown = 20
    /// Characters of one in the legend that there is room for.
    private static let legendLength = 118

    static func svg(_ series: [MatrixSeries], unit: ChartUnit) -> String {
        var surface = SVGSurface(width: width, height: height(of: series))
        draw(series, unit, on: &surface)
        return surface.finished()
    }

    static func png(_ series: [MatrixSeries], unit: ChartUnit) -> [UInt8] {
        var surface = PixelSurface(width: width, height: height(of: series))
        draw(series, unit, on: &surface)
        return surface.png
    }

    private static func height(of series: [MatrixSeries]) -> Double {
        height + 18 * Double(min(shown, series.count) + (series.count > shown ? 1 : 0)) + 8
    }

    private static func draw(_ series: [MatrixSeries], _ unit: ChartUnit, on surface: inout some ChartSurface) {
        surface.rectangle(x: 0, y: 0, width: width, height: height(of: series), .white)
        let times = series.flatMap(\.times)
        guard let first = times.min(), let last = times.max() else {
            return surface.text("nothing to draw", .middle, at: ChartPoint(x: width / 2, y: height / 2), .axis)
        }
        let scale = ChartScale(series.lazy.flatMap(\.values), lines: 6)
        let ticks = scale.ticks.map { (value: $0, text: unit.text($0, step: scale.step)) }
        // Room for the longest of the numbers on the axis.
        let left = max(left, 10 + StrokeFont.advance * Double(ticks.map(\.text.count).max() ?? 0))
        let place = { (time: Int64, value: Double) in
            let share = last == first ? 0.5 : Double(time - first) / Double(last - first)
            return ChartPoint(x: left + (width - left - right) * share, y: top + (height - top - bottom) * (1 - scale.share(value)))
        }
        for tick in ticks {
            let y = place(first, tick.value).y
            surface.line([ChartPoint(x: left, y: y), ChartPoint(x: width - right, y: y)], width: 1, .grid)
            surface.text(tick.text, .end, at: ChartPoint(x: left - 6, y: y + 4), .axis)
        }
        for part in 0...4 {
            let time = first + (last - first) * Int64(part) / 4
            let anchor: ChartAnchor = part == 0 ? .start : part == 4 ? .end : .middle
            let x = left + (width - left - right) * Double(part) / 4
            surface.line([ChartPoint(x: x, y: height - bottom), ChartPoint(x: x, y: height - bottom + 5)], width: 1, .axis)
            surface.text(ChartTime.text(time, span: last - first), anchor, at: ChartPoint(x: x, y: height - 12), .axis)
        }
        for (index, one) in series.enumerated() {
            for run in one.runs { surface.line(run.map(place), width: 1.5, color(index)) }
        }
        legend(series, unit, on: &surface)
    }

    private static func color(_ index: Int) -> ChartColor { ChartColor.series[index % ChartColor.series.count] }

    private static func legend(_ series: [MatrixSeries], _ unit: ChartUnit, on surface: inout some ChartSurface) {
        for (index, one) in series.prefix(shown).enumerated() {
            let y = height + 18 * Double(index) + 4
            surface.rectangle(x: left, y: y, width: 12, height: 12, color(index))
            surface.text(unit.legend(of: one, columns: legendLength), .start, at: ChartPoint(x: left + 18, y: y + 10.5), .ink)
        }
        if series.count > shown {
            let place = ChartPoint(x: left, y: height + 18 * Double(shown) + 14.5)
            surface.text("and \(series.count - shown) more", .start, at: place, .axis)
        }
    }
}
