import LapwingSeries
import LapwingText

extension Annotations {
    /// Remarks that a series whose rate was asked for is called like no counter.
    mutating func addIfNoCounter(_ labels: Labels, _ range: SourceRange) {
        if labels.hasCounterName { return }
        if labels[LabelName.type] != "counter" { add(.possibleNonCounter(labels.metricName, range)) }
    }
}

private let metricKey = LabelKey(LabelName.metric)
private let counterSuffixes = ["_total", "_sum", "_count", "_bucket"]
private let counterSuffixBytes = counterSuffixes.map { Array($0.utf8) }

extension Labels {
    /// Whether the metric's name ends as a counter's does; a series without a name is not asked for one.
    var hasCounterName: Bool {
        withValue(of: metricKey) { name in
            if name.isEmpty { return true }
            return counterSuffixBytes.contains { suffix in
                guard name.count >= suffix.count else { return false }
                let start = name.count - suffix.count
                for index in suffix.indices where name[start + index] != suffix[index] { return false }
                return true
            }
        }
    }
}

extension [Matcher] {
    /// Whether all that they choose is called as a counter is, so that no series needs to be asked.
    var chooseCounterName: Bool {
        contains { matcher in
            matcher.operation == .equal && matcher.name == LabelName.metric && counterSuffixes.contains { matcher.value.hasSuffix($0) }
        }
    }
}
