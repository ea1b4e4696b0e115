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
