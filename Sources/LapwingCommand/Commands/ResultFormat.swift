import LapwingPromQL
import LapwingSeries
import LapwingText

/// How an answer is written.
enum ResultFormat: String {
    case table, json, csv
    /// A chart for the terminal, and pictures.
    case plot, svg, png

    /// - Parameter query: what was asked, which tells a chart its unit.
    func bytes(_ answer: QueryAnswer, to query: String) -> [UInt8] {
        switch self {
        case .json: answer.json + [UInt8(ascii: "\n")]
        case .table: Array(table(answer.content).utf8)
        case .csv: Array(csv(answer.content).utf8)
        case .plot: Array(plot(answer.content, ChartUnit(ofQuery: query)).utf8)
        case .svg: Array(ChartPicture.svg(Self.series(answer.content), unit: ChartUnit(ofQuery: query)).utf8)
        case .png: ChartPicture.png(Self.series(answer.content), unit: ChartUnit(ofQuery: query))
        }
    }

    private func plot(_ content: QueryAnswer.Content, _ unit: ChartUnit) -> String {
        let chart = TerminalChart(width: Console.width, height: 16, isColored: Console.isColored, unit: unit)
        return switch content {
        case .value(.matrix(let matrix), _): chart.text(Array(matrix))
        case .value(.vector(let samples), _): chart.bars(samples)
        case .value, .names, .series: table(content)
        }
    }

    /// What a picture has to draw.
    private static func series(_ content: QueryAnswer.Content) -> [MatrixSeries] {
        switch content {
        case .value(.matrix(let matrix), _): Array(matrix)
        case .value(.vector(let samples), _):
            samples.filter { $0.histogram == nil }.map { MatrixSeries(labels: $0.labels, times: [$0.time], values: [$0.value]) }
        case .value, .names, .series: []
        }
    }

    private func table(_ content: QueryAnswer.Content) -> String {
        switch content {
        case .names(let names): return names.map { $0 + "\n" }.joined()
        case .series(let series): return series.map { $0.seriesText + "\n" }.joined()
        case .value(.scalar(let value), _): return GoNumber.text(value) + "\n"
        case .value(.string(let text), _): return text + "\n"
        case .value(.vector(let samples), _):
            let width = samples.map(\.labels.seriesText.displayWidth).max() ?? 0
            return samples.map { sample in
                sample.labels.seriesText.padded(to: width + 2) + Self.text(sample.value, sample.histogram) + "\n"
            }.joined()
        case .value(.matrix(let series), _):
            return series.map { one in
                one.labels.seriesText + "\n" + one.points.map { "  \($0.time)  \($0.value)\n" }.joined()
            }.joined()
        }
    }

    /// One row for each point: the labels that any series has, the time, the value.
    private func csv(_ content: QueryAnswer.Content) -> String {
        switch content {
        case .names(let names): return Self.rows([["name"]] + names.map { [$0] })
        case .series(let series):
            let names = Self.labelNames(series)
            return Self.rows([names] + series.map { labels in names.map { labels[$0] ?? "" } })
        case .value(.scalar(let value), let time): return Self.rows([["time", "value"], [Self.text(time.milliseconds), GoNumber.text(value)]])
        case .value(.string(let text), let time): return Self.rows([["time", "value"], [Self.text(time.milliseconds), text]])
        case .value(.vector(let samples), _):
            let names = Self.labelNames(samples.map(\.labels))
            return Self.rows(
                [names + ["time", "value"]]
                    + samples.map { sample in
                        names.map { sample.labels[$0] ?? "" } + [Self.text(sample.time), Self.text(sample.value, sample.histogram)]
                    })
        case .value(.matrix(let series), _):
            let names = Self.labelNames(series.map(\.labels))
            return Self.rows(
                [names + ["time", "value"]]
                    + series.flatMap { one in
                        one.points.map { point in names.map { one.labels[$0] ?? "" } + [point.time, point.value] }
                    })
        }
    }

    private static func labelNames(_ series: [Labels]) -> [String] { Set(series.flatMap { $0.map(\.name) }).sorted() }

    private static func text(_ time: Int64) -> String { TimeText.rfc3339(milliseconds: time) }

    private static func text(_ value: Double, _ histogram: NativeHistogram?) -> String { histogram?.description ?? GoNumber.text(value) }

    /// RFC 4180: quotes where a field needs them.
    private static func rows(_ rows: [[String]]) -> String {
        rows.map { row in
            row.map { field in
                guard field.contains(where: { ",\"\n\r".contains($0) }) else { return field }
                return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
            }.joined(separator: ",") + "\n"
        }.joined()
    }
}

extension MatrixSeries {
    /// As they are read: numbers, then histograms.
    fileprivate var points: [(time: String, value: String)] {
        let numbers = zip(times, values).map { (time: $0, value: GoNumber.text($1)) }
        let all = numbers + zip(histogramTimes, histograms).map { (time: $0, value: $1.description) }
        return all.map { (TimeText.rfc3339(milliseconds: $0.time), $0.value) }
    }
}
