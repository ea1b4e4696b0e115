import LapwingExposition
import LapwingServer
import LapwingText

/// A page of samples, held to its format and to how metrics are named.
enum CheckedPage {
    /// - Parameter path: `-` for standard input.
    static func findings(in path: String, lints: Bool) -> [Finding] {
        let source: SourceText
        do throws(InputFileError) {
            source = SourceText(name: InputFile.shownName(of: path), bytes: try InputFile.page(path))
        } catch {
            return [Finding(error.diagnostic, in: SourceText(name: path, ""))]
        }
        let format = ExpositionFormat(ofPageEnding: source.bytes)
        let faults = ExpositionCheck.diagnostics(of: source.bytes.span, as: format).map { Finding($0, in: source) }
        let found = MetricLint.diagnostics(of: source.bytes.span, as: format).filter { lints || $0.severity == .error }
        // OpenMetrics' own rules say the same of lines that stand twice.
        let lint = found.filter { format != .openMetrics || ($0.severity != .error && $0.check != "metrics/unique") }
        return (faults + lint.map { Finding($0, in: source, isLint: $0.severity != .error) }).sorted { ($0.start, $0.check) < ($1.start, $1.check) }
    }
}
