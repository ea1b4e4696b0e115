public import LapwingText
import LapwingSeries

/// What a page that can be read says in a way that its readers do not expect: names, types and helps of metrics.
///
/// Source: client_golang `prometheus/testutil/promlint`, which `promtool check metrics` runs; its words.
public enum MetricLint {
    /// The findings about a page, in its order; those of the text format that its own parser refuses are errors.
    ///
    /// - Complexity: O(bytes).
    public static func diagnostics(of bytes: Span<UInt8>, as format: ExpositionFormat) -> [Diagnostic] {
        var known = SeriesTexts()
        var page = ExpositionPage()
        do { try page.read(bytes, as: format, known: &known) } catch { return [] }
        var reader = FamilyReader()
        for line in 0...page.count {
            reader.takeMetadata(page, before: line, bytes)
            if line < page.count { reader.take(line, of: page, bytes) }
        }
        if format == .prometheusText, bytes.count > 0, bytes[bytes.count - 1] != UInt8(ascii: "\n") {
            reader.report("the last line has no end", SourceRange(at: bytes.count))
        }
        let found = reader.diagnostics + reader.families.flatMap { lint($0, format) }
        let ordered = found.enumerated().sorted { a, b in
            (a.element.range?.lowerBound ?? 0, a.offset) < (b.element.range?.lowerBound ?? 0, b.offset)
        }
        return Array(ordered.map(\.element).prefix(ExpositionCheck.diagnosticLimit))
    }

    private static func lint(_ family: LintedFamily, _ format: ExpositionFormat) -> [Diagnostic] {
        var faults: [(check: String, message: String)] = []
        let (name, kind) = (family.name, family.kind)
        if !family.hasHelp { faults.append(("metrics/help", "no help text")) }
        if let (unit, base) = MetricUnits.unit(in: name), unit != base {
            faults.append(("metrics/unit", "use base unit \"\(base)\" instead of \"\(unit)\""))
        }
        if kind != .unknown {
            // OpenMetrics names a counter's family without it.
            if kind == .counter, format == .prometheusText, !name.hasSuffix("_total") {
                faults.append(("metrics/suffix", "counter metrics should have \"_total\" suffix"))
            }
            if kind != .counter, name.hasSuffix("_total") {
                faults.append(("metrics/suffix", "non-counter metrics should not have \"_total\" suffix"))
            }
            if kind != .gauge, name.hasSuffix("_timestamp_seconds") {
                faults.append(("metrics/suffix", "non-gauge metrics should not have \"_timestamp_seconds\" suffix"))
            }
            faults += reserved(family)
        }
        for type in ["counter", "gauge", "summary", "histogram", "gauge_histogram"] where name.hasWord(type) {
            faults.append(("metrics/type-in-name", "metric name should not include type '\(type)'"))
        }
        if name.contains(":") { faults.append(("metrics/colon", "metric names should not contain ':'")) }
        if name.isCamelCase { faults.append(("metrics/case", "metric names should be written in 'snake_case' not 'camelCase'")) }
        if family.labels.contains(where: \.isCamelCase) {
            faults.append(("metrics/case", "label names should be written in 'snake_case' not 'camelCase'"))
        }
        if MetricUnits.abbreviations.contains(where: name.hasWord) {
            faults.append(("metrics/unit", "metric names should not contain abbreviated units"))
        }
        return faults.map { Diagnostic(.warning, "\(name) \($0.message)", at: family.range, check: $0.check) }
    }

    /// Suffixes and labels of histograms and summaries on what is neither.
    private static func reserved(_ family: LintedFamily) -> [(check: String, message: String)] {
        var faults: [(check: String, message: String)] = []
        let isHistogram = family.kind == .histogram || family.kind == .gaugehistogram
        let isSummary = family.kind == .summary
        if !isHistogram, family.name.hasSuffix("_bucket") {
            faults.append(("metrics/suffix", "non-histogram metrics should not have \"_bucket\" suffix"))
        }
        for suffix in ["_count", "_sum"] where !isHistogram && !isSummary && family.name.hasSuffix(suffix) {
            faults.append(("metrics/suffix", "non-histogram and non-summary metrics should not have \"\(suffix)\" suffix"))
        }
        if !isHistogram, family.labels.contains(LabelName.bucket) {
            faults.append(("metrics/label", "non-histogram metrics should not have \"le\" label"))
        }
        if !isSummary, family.labels.contains(LabelName.quantile) {
            faults.append(("metrics/label", "non-summary metrics should not have \"quantile\" label"))
        }
        return faults
    }
}

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
private struct FamilyReader {
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
                Diagnostic(.warning, "\(labels) stands twice, and one of the two samples is lost", at: range, check: "metrics/unique"))
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

extension String {
    /// Whether a word stands between underscores or at the end, behind one.
    fileprivate func hasWord(_ word: String) -> Bool {
        let lower = lowercased()
        return lower.contains("_\(word)_") || lower.hasSuffix("_\(word)")
    }

    /// Whether a capital letter follows a small one.
    fileprivate var isCamelCase: Bool {
        zip(utf8, utf8.dropFirst()).contains { $0 &- 0x61 < 26 && $1 &- 0x41 < 26 }
    }
}
