import LapwingExposition
import LapwingSeries
import LapwingSystem
import LapwingText

/// `lapwing export`: writes what data directories hold as a page, OpenMetrics or protobuf, in bounded memory.
enum ExportCommand {
    /// How much is put together before it is written.
    private static let blockBytes = 1 << 20

    static func run(_ arguments: Arguments) throws(UsageError) -> ExitStatus {
        let paths = arguments.texts("--data")
        guard !paths.isEmpty, arguments.operands.isEmpty else { throw UsageError("export needs --data DIR, and takes no words besides its flags") }
        let range = TimeRange(
            start: try arguments.time("--start", now: .now) ?? .distantPast, end: try arguments.time("--end", now: .now) ?? .distantFuture)
        guard !range.isEmpty else { throw UsageError("--end lies before --start") }
        do throws(QueryFailure) {
            let data = try RecordedData(paths)
            var page = ExportedPage(isProtobuf: arguments.text("--output") == "protobuf")
            try write(try ExportedSeries(data, arguments.texts("--match"), over: range), range, to: &page)
            for remark in data.remarks + page.remarks { Console.error("\(remark)\n") }
            return page.lostHistograms > 0 ? .failure : .success
        } catch {
            Console.error(error.text + "\n")
            return .failure
        }
    }

    private static func write(_ series: ExportedSeries, _ range: TimeRange, to page: inout ExportedPage) throws(QueryFailure) {
        var columns = SampleColumns()
        for one in series.ordered {
            try RecordedData.found { () throws(ReadError) in try one.set.read(one.index, over: range, into: &columns) }
            page.write(one, columns)
            if page.byteCount >= blockBytes { try put(page.takeBytes()) }
        }
        try put(page.finish())
    }

    private static func put(_ bytes: [UInt8]) throws(QueryFailure) {
        do throws(SystemError) {
            try ByteStream.output.write(bytes)
        } catch {
            throw QueryFailure("lapwing: the page cannot be written: \(error)")
        }
    }
}

/// The series of an export in the order in which a page has them: the samples of a family together, then by name, then by
/// labels.
struct ExportedSeries {
    struct Series {
        var family: String
        /// What stands at the head of the family, where it is known and the samples bear it out.
        var metadata: MetricMetadata?
        var labels: Labels
        var set: any SeriesSet
        var index: Int
    }

    private(set) var ordered: [Series] = []

    /// - Parameter selectors: a series is written when it satisfies one of them; all are when there is none.
    init(_ data: RecordedData, _ selectors: [String], over range: TimeRange) throws(QueryFailure) {
        var groups: [[Matcher]] = []
        for selector in selectors { groups.append(try RecordedData.matchers(selector)) }
        for group in groups.isEmpty ? [[]] : groups {
            let set = try RecordedData.found { () throws(ReadError) in try data.snapshot.select(group, over: range) }
            for (index, labels) in set.labels.enumerated() {
                let family = ExportedFamily.of(labels.metricName, data.metadata)
                ordered.append(Series(family: family.name, metadata: family.metadata, labels: labels, set: set, index: index))
            }
        }
        ordered.sort { a, b in
            if a.family != b.family { return a.family.utf8.lexicographicallyPrecedes(b.family.utf8) }
            let (first, second) = (a.labels.metricName, b.labels.metricName)
            return first == second ? a.labels < b.labels : first.utf8.lexicographicallyPrecedes(second.utf8)
        }
        if groups.count > 1 { removeRepeated() }
        dropUnfittingBounds()
    }

    /// A series that satisfies two selectors is written once.
    private mutating func removeRepeated() {
        var kept: [Series] = []
        for one in ordered where kept.last?.labels != one.labels { kept.append(one) }
        ordered = kept
    }

    /// A type whose bounds a reader writes anew is kept only where that changes none of them.
    private mutating func dropUnfittingBounds() {
        let unfitting = Set(ordered.filter { $0.metadata != nil && !ExportedFamily.hasFittingBounds($0.labels) }.map(\.family))
        for index in ordered.indices where unfitting.contains(ordered[index].family) { ordered[index].metadata = nil }
    }
}

/// What a metric's type says of the family to which its samples belong.
enum ExportedFamily {
    /// The family's name, and its description as `ExpositionWriter.begin` wants it; the metric by itself where nothing is
    /// known, or the name is not one that the type has in OpenMetrics.
    static func of(_ name: String, _ known: [String: MetricMetadata]) -> (name: String, metadata: MetricMetadata?) {
        guard var metadata = known[name] else { return (name, nil) }
        guard let suffix = metadata.kind.suffixes.first(where: { name.hasSuffix($0) }) else { return (name, nil) }
        let family = String(name.dropLast(suffix.count))
        // These two types are declared by the name that their samples have.
        metadata.name = metadata.kind == .counter ? family + "_total" : metadata.kind == .info ? family + "_info" : family
        return (family, metadata)
    }

    /// Whether the bounds of buckets and quantiles are written as OpenMetrics does: `1.0` and not `1`.
    static func hasFittingBounds(_ labels: Labels) -> Bool {
        ["le", "quantile"].allSatisfy { name in
            guard let bound = labels[name], let value = Double(bound) else { return true }
            return bound.contains { ".enI".contains($0) } && value == value
        }
    }
}
