import LapwingPromQL
import LapwingRules
import LapwingRuleTesting
import LapwingSeries
import LapwingServer
import LapwingSystem
import LapwingText

/// `lapwing test --record`: makes a test file from recorded data.
enum TestRecording {
    /// Places for values that one file may have; beyond, nobody reads it.
    private static let maximumValues = 1_000_000

    static func run(_ arguments: Arguments) throws(UsageError) -> ExitStatus {
        let (data, selectors) = (arguments.texts("--data"), arguments.texts("--match"))
        if data.isEmpty { throw UsageError("--record needs --data PATH") }
        if selectors.isEmpty { throw UsageError("--record needs --match SELECTOR, once or more: a test is about some series, not about all") }
        if arguments.operands.count > 1 { throw UsageError("--record writes one file, or standard output where none is named") }
        let (start, end) = (try arguments.time("--start", now: .now), try arguments.time("--end", now: .now))
        let interval = try arguments.duration("--interval")
        do throws(QueryFailure) {
            let text = try text(RecordedData(data), selectors, start, end, interval, rules(arguments))
            if let path = arguments.operands.first { try write(text, to: path) } else { Console.output(text) }
            return .success
        } catch {
            Console.error(error.text + "\n")
            return .failure
        }
    }

    private static func text(
        _ data: RecordedData, _ selectors: [String], _ start: Timestamp?, _ end: Timestamp?, _ interval: Duration?,
        _ rules: [(path: String, file: RuleFile)]
    ) throws(QueryFailure) -> String {
        for remark in data.remarks { Console.error("\(remark)\n") }
        let range = TimeRange(start: start ?? data.times?.start ?? .distantPast, end: end ?? data.times?.end ?? .distantFuture)
        if range.isEmpty { throw QueryFailure("lapwing: --end lies before --start") }
        var series: [(labels: Labels, columns: SampleColumns)] = []
        for one in try ExportedSeries(data, selectors, over: range).ordered {
            var columns = SampleColumns()
            try RecordedData.found { () throws(ReadError) in try one.set.read(one.index, over: range, into: &columns) }
            if !columns.isEmpty { series.append((one.labels, columns)) }
        }
        let times = series.flatMap { [$0.columns.times.first, $0.columns.times.last, $0.columns.histogramTimes.first, $0.columns.histogramTimes.last] }
            .compactMap { $0 }
        guard let first = times.min(), let last = times.max() else {
            throw QueryFailure("lapwing: no series has samples there; lapwing query --series lists what is")
        }
        if let one = series.first(where: { !$0.columns.histograms.allSatisfy(SeriesNotation.canSay) }) {
            throw QueryFailure("lapwing: the notation of tests lists all buckets between two, too many for \(one.labels.seriesText); leave it out of --match")
        }
        let distance = interval ?? RecordedTest.interval(of: series) ?? .seconds(60)
        let test = RecordedTest(
            series: series, start: start ?? Timestamp(milliseconds: first), end: end ?? Timestamp(milliseconds: last), interval: distance)
        let values = test.end.duration(since: test.start) / distance * Double(series.count)
        guard values <= Double(maximumValues) else {
            throw QueryFailure(
                "lapwing: \(series.count) series at \(distance.prometheusText) have more than \(maximumValues) values"
                    + "; take a shorter time, fewer series, or a longer --interval")
        }
        return test.text(rules)
    }

    /// The rule files, named as seen from where the test file will lie.
    private static func rules(_ arguments: Arguments) throws(QueryFailure) -> [(path: String, file: RuleFile)] {
        let patterns = arguments.texts("--rules")
        if patterns.isEmpty { return [] }
        let files = try ReplayCommand.read(patterns)
        guard let path = arguments.operands.first else { return files.map { ($0.name, $0) } }
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        return files.map { file in
            let name = file.name
            if name.hasPrefix("/") || folder.isEmpty { return (name, file) }
            return (name.hasPrefix(folder) ? String(name.dropFirst(folder.count)) : URL(filePath: name).path, file)
        }
    }

    private static func write(_ text: String, to path: String) throws(QueryFailure) {
        if FileManager.default.fileExists(atPath: path) { throw QueryFailure("lapwing: \(path) is there already, and is not written over") }
        do throws(SystemError) {
            try ByteStream.write(Array(text.utf8), toFile: path)
        } catch {
            throw QueryFailure("lapwing: \(path) cannot be written: \(error)")
        }
    }
}
