import LapwingConfiguration
import LapwingSeries

/// How the labels on a page and those of its target become the labels of a series.
struct SampleLabels: Sendable {
    let target: Labels
    let honorsLabels: Bool
    let relabeling: [RelabelRule]
    let labelLimit: Int
    let nameLengthLimit: Int
    let valueLengthLimit: Int

    init(_ target: ScrapeTarget) {
        self.target = target.labels
        honorsLabels = target.configuration.honorsLabels
        relabeling = target.configuration.metricRelabeling
        labelLimit = target.configuration.labelLimit
        nameLengthLimit = target.configuration.labelNameLengthLimit
        valueLengthLimit = target.configuration.labelValueLengthLimit
    }

    /// The labels of a series; nil when relabelling drops it.
    ///
    /// - Parameter exposed: as they stand on the page, those without a value among them.
    /// - Throws: `ScrapeError` when a limit is passed or no metric name is left.
    func labels(for exposed: [Label]) throws(ScrapeError) -> Labels? {
        guard let labels = relabeling.relabeled(merged(exposed)), !labels.isEmpty else { return nil }
        if labels.metricName.isEmpty { throw ScrapeError("missing metric name (\(LabelName.metric) label)") }
        try checkLimits(labels)
        return labels
    }

    private func merged(_ pairs: [Label]) -> Labels {
        let exposed = Labels(pairs)
        if honorsLabels {
            // An empty label wins too: the page says that the series has none of this name.
            let empty = pairs.filter(\.value.isEmpty).map(\.name)
            return (empty.isEmpty ? target : target.dropping(LabelNames(empty))).merging(exposed)
        }
        let conflicts = target.compactMap { label in
            exposed[label.name].map { Label(name: label.name, value: $0) }
        }
        let merged = exposed.merging(target)
        if conflicts.isEmpty { return merged }
        var builder = Labels.Builder(merged)
        // Shorter names first, so that `exported_job` on the page moves on when `job` takes its place.
        let ordered = conflicts.enumerated().sorted {
            ($0.element.name.utf8.count, $0.offset) < ($1.element.name.utf8.count, $1.offset)
        }
        for (_, label) in ordered {
            var name = TargetLabel.exportedPrefix + label.name
            while builder[name] != nil { name = TargetLabel.exportedPrefix + name }
            builder.set(name, label.value)
        }
        return builder.labels
    }

    private func checkLimits(_ labels: Labels) throws(ScrapeError) {
        let metric = labels.metricName.prefix(50)
        if labelLimit > 0, labels.count > labelLimit {
            throw ScrapeError(
                "label_limit exceeded (metric: \(metric), number of labels: \(labels.count), limit: \(labelLimit))")
        }
        guard nameLengthLimit > 0 || valueLengthLimit > 0 else { return }
        for label in labels {
            let name = label.name.prefix(50)
            let nameLength = label.name.utf8.count
            if nameLengthLimit > 0, nameLength > nameLengthLimit {
                throw ScrapeError(
                    "label_name_length_limit exceeded (metric: \(metric), label name: \(name), length: \(nameLength),"
                        + " limit: \(nameLengthLimit))")
            }
            let valueLength = label.value.utf8.count
            if valueLengthLimit > 0, valueLength > valueLengthLimit {
                throw ScrapeError(
                    "label_value_length_limit exceeded (metric: \(metric), label name: \(name), value:"
                        + " \"\(label.value.prefix(50))\", length: \(valueLength), limit: \(valueLengthLimit))")
            }
        }
    }
}

/// Why a scrape failed, as `lastError` of its target shows it.
public struct ScrapeError: Error, Sendable, Hashable, CustomStringConvertible {
    public var message: String

    public init(_ message: String) { self.message = message }

    public var description: String { message }
}
