import LapwingSeries
import LapwingText

/// A metric family as the lint sees it.
struct LintedFamily {
    var name: String
    var kind: MetricMetadata.Kind = .unknown
    var hasHelp = false
    var hasType = false
    var hasSamples = false
    /// Names of all labels of its samples.
    var labels: Set<String> = []
    var range: SourceRange
}

/// Gathers the samples of a page into families.
struct FamilyReader {
    private(set) var families: [LintedFamily] = []
    private(set) var diagnostics: [Diagnostic] = []
    private var indices: [String: Int] = [:]
    private var metadata = 0
    private var series: Set<SeriesTime> = []

    private struct SeriesTime: Hashable {
        var labels: Labels
        var time: Int64
    }

    mutating func takeMetadata(_ page: ExpositionPage, before line: Int, _ bytes: Span<UInt8>) {
        while metadata < page.metadata.count, page.metadata[metadata].nextLine <= line {
            let entry = page.metadata[metadata]
            metadata += 1
            let index = family(SeriesText.unescaped(bytes, entry.name.lowerBound, entry.name.upperBound), at: entry.name)
            switch entry.content {
            case .help:
                if families[index].hasHelp { report("second HELP line for metric name \"\(families[index].name)\"", entry.name) }
                families[index].hasHelp = true
            case .type(let kind):
                let fault = families[index].hasType ? "second TYPE line" : families[index].hasSamples ? "TYPE line after samples" : nil
                if let fault { report("\(fault) for metric name \"\(families[index].name)\"", entry.name) }
                (families[index].hasType, families[index].kind) = (true, kind)
            case .unit: break
            }
        }
    }

    mutating func take(_ line: Int, of page: ExpositionPage, _ bytes: Span<UInt8>) {
        guard let labels = try? page.labels(ofLine: line, in: bytes), let name = labels[LabelName.metric] else { return }
        let start = Int(page.offsets[line])
        let range = SourceRange(start, start + name.utf8.count)
        let index = family(familyName(of: name), at: range)
        families[index].hasSamples = true
        let ownLabels: Set<String> = switch families[index].kind {
        case .histogram, .gaugehistogram: [LabelName.bucket]
        case .summary: [LabelName.quantile]
        default: []
        }
        for label in labels where label.name != LabelName.metric && !ownLabels.contains(label.name) {
            families[index].labels.insert(label.name)
        }
        if !series.insert(SeriesTime(labels: labels, time: page.times[line])).inserted {
            // One of the two is lost, and the page is taken.
            diagnostics.append(
                Diagnostic(.warning, "\(labels.seriesText) stands twice, and one of the two samples is lost", at: range, check: "metrics/unique"))
        }
    }

    mutating func report(_ message: String, _ range: SourceRange) {
        diagnostics.append(Diagnostic(.error, message, at: range, check: "metrics/syntax"))
    }

    private mutating func family(_ name: String, at range: SourceRange) -> Int {
        if let index = indices[name] { return index }
        indices[name] = families.count
        families.append(LintedFamily(name: name, range: range))
        return families.count - 1
    }

    /// The family that declares itself to have such samples, or the name itself.
    private func familyName(of name: String) -> String {
        MetricMetadata.possibleFamilies(ofSeries: name).first { base in
            guard let index = indices[base] else { return false }
            return families[index].kind.suffixes.contains { base + $0 == name }
        } ?? name
    }
}
