public import LapwingText

/// What is wrong with a page by its format's own rules, which are stricter than what a scrape accepts.
public enum ExpositionCheck {
    /// Errors that are told of one page.
    public static let diagnosticLimit = 100

    /// The errors of a page, in its order; none when it keeps the rules.
    ///
    /// A line that cannot be read ends the check. OpenMetrics is then held to the rules about families, groups, types,
    /// histograms and exemplars of its specification, 1.0.
    /// - Complexity: O(bytes), and O(samples of one family) memory.
    public static func diagnostics(of bytes: Span<UInt8>, as format: ExpositionFormat) -> [Diagnostic] {
        var known = SeriesTexts()
        var page = ExpositionPage()
        var unreadable: Diagnostic?
        do { try page.read(bytes, as: format, known: &known) } catch { unreadable = error.diagnostic }
        var diagnostics: [Diagnostic]
        switch format {
        case .prometheusText: diagnostics = labelDiagnostics(of: page, in: bytes)
        case .openMetrics:
            var check = OpenMetricsCheck()
            check.run(page, bytes, isWhole: unreadable == nil)
            diagnostics = check.diagnostics
        }
        if let unreadable { diagnostics.append(unreadable) }
        diagnostics.sort { ($0.range?.lowerBound ?? 0) < ($1.range?.lowerBound ?? 0) }
        return Array(diagnostics.prefix(diagnosticLimit))
    }

    private static func labelDiagnostics(of page: ExpositionPage, in bytes: Span<UInt8>) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        for line in page.newLines where line < page.count {
            do { _ = try page.labels(ofLine: line, in: bytes) } catch { diagnostics.append(error.diagnostic) }
        }
        return diagnostics
    }
}
