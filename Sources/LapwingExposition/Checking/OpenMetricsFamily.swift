import LapwingSeries
import LapwingText

/// A metric family while its lines are checked.
struct OpenMetricsFamily {
    /// A sample of the family, read strictly.
    struct Sample {
        /// What the sample's name adds to the family's.
        var suffix: String
        var labels: [Label]
        var value: Double
        /// Seconds, as written.
        var time: Double?
        var hasExemplar: Bool
        var range: SourceRange

        func label(_ name: String) -> String? { labels.first { $0.name == name }?.value }
    }

    var name: String
    var kind: MetricMetadata.Kind = .unknown
    var hasHelp = false
    var hasType = false
    var hasUnit = false
    var hasSamples = false
    var range: SourceRange

    // What tells whether samples that belong together stand together.
    private(set) var groups: Set<[Label]> = []
    private(set) var group: [Label]?
    private(set) var groupTime: Double?
    private var histogram = HistogramCheck()

    init(name: String, range: SourceRange) {
        self.name = name
        self.range = range
    }

    /// The names that no other family may use.
    var names: [String] { Set(kind.suffixes + [""]).sorted().map { name + $0 } }

    /// The suffix by which a sample belongs to the family; nil when it does not.
    func suffix(of sampleName: String) -> String? {
        kind.suffixes.first { name + $0 == sampleName }
    }

    /// Takes a sample into account.
    ///
    /// - Returns: the rules that it breaks.
    mutating func add(_ sample: Sample) -> [String] {
        hasSamples = true
        var faults = labelFaults(sample) + valueFaults(sample) + exemplarFaults(sample)
        let key = groupKey(sample)
        faults += orderFaults(sample, key)
        if kind == .histogram || kind == .gaugehistogram {
            faults += histogram.add(sample, startsGroup: group != key || groupTime != sample.time)
        }
        group = key
        groupTime = sample.time
        groups.insert(key)
        return faults
    }

    /// The rules that are broken by the samples that did not come.
    mutating func finish() -> [String] { histogram.finish() }

    private func labelFaults(_ sample: Sample) -> [String] {
        switch (kind, sample.suffix) {
        case (.stateset, _) where sample.label(name) == nil: ["a stateset's sample needs the label \"\(name)\""]
        case (.histogram, "_bucket"), (.gaugehistogram, "_bucket"):
            bound(sample.label(LabelName.bucket)) == nil
                ? ["a bucket needs a number as its label \"le\", +Inf for the last"] : []
        case (.summary, ""):
            bound(sample.label(LabelName.quantile)).map { (0...1).contains($0) } ?? false
                ? [] : ["a summary's sample needs a number from 0 to 1 as its label \"quantile\""]
        default: []
        }
    }

    private func bound(_ text: String?) -> Double? { HistogramCheck.bound(text) }

    private func valueFaults(_ sample: Sample) -> [String] {
        var faults: [String] = []
        if kind == .stateset, sample.value != 0, sample.value != 1 { faults.append("a stateset's value is 0 or 1") }
        if kind == .info, sample.value != 1 { faults.append("an info metric's value is 1") }
        if kind == .summary, sample.suffix.isEmpty, sample.value < 0 {
            faults.append("a quantile's value is not negative")
        }
        let countLike = ["_total", "_sum", "_count", "_bucket", "_gcount"]
        if countLike.contains(sample.suffix) || sample.suffix == "_gsum", sample.value.isNaN {
            faults.append("a \(sample.suffix) is not NaN")
        }
        if countLike.contains(sample.suffix), sample.value < 0 { faults.append("a \(sample.suffix) is not negative") }
        let whole = ["_count", "_bucket", "_gcount"]
        if whole.contains(sample.suffix), sample.value.isFinite, sample.value != sample.value.rounded() {
            faults.append("a \(sample.suffix) is a whole number")
        }
        return faults
    }

    private func exemplarFaults(_ sample: Sample) -> [String] {
        guard sample.hasExemplar else { return [] }
        let isAllowed =
            (kind == .counter && sample.suffix == "_total")
            || ((kind == .histogram || kind == .gaugehistogram) && sample.suffix == "_bucket")
        return isAllowed ? [] : ["only a counter's _total and a histogram's buckets have exemplars"]
    }

    private func orderFaults(_ sample: Sample, _ key: [Label]) -> [String] {
        guard let group else { return [] }
        if key != group { return groups.contains(key) ? ["the samples of one metric stand together"] : [] }
        switch (sample.time, groupTime) {
        case (nil, nil): return []
        case (let time?, let previous?):
            return time < previous && kind != .info ? ["the timestamps of a metric do not go backwards"] : []
        default: return ["either all samples of a metric have a timestamp or none has"]
        }
    }

    /// The labels that tell metrics of the family apart.
    private func groupKey(_ sample: Sample) -> [Label] {
        let left: String?
        switch (kind, sample.suffix) {
        case (.info, _): return []
        case (.summary, ""): left = LabelName.quantile
        case (.stateset, _): left = name
        case (.histogram, "_bucket"), (.gaugehistogram, "_bucket"): left = LabelName.bucket
        default: left = nil
        }
        return sample.labels.filter { $0.name != left }.sorted { $0.name < $1.name }
    }
}
