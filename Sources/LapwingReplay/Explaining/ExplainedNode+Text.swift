import LapwingPromQL
import LapwingSeries
import LapwingText

extension ExplainedNode {
    /// Elements of a part that are shown.
    private static let shown = 8

    /// The parts, one below the other, each with its first values.
    ///
    /// - Parameter depth: how far it is indented, by two spaces each.
    public func tree(depth: Int) -> String {
        let indent = String(repeating: "  ", count: depth)
        let line = text.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " } }.joined(separator: " ")
        let head = indent + (recordedAs.map { "\($0) is recorded as " } ?? "") + line
        return head + values(indent) + children.map { $0.tree(depth: depth + 1) }.joined()
    }

    private func values(_ indent: String) -> String {
        func list<T>(_ all: [T], _ line: (T) -> String) -> String {
            let lines = all.prefix(Self.shown).map { "\(indent)  = \(line($0))\n" }.joined()
            return lines + (all.count > Self.shown ? "\(indent)  = … and \(all.count - Self.shown) more\n" : "")
        }
        let mark = vanishes ? "  <- here the result vanishes" : ""
        switch value {
        case .scalar(let value): return "  \(GoNumber.text(value))\n"
        case .string(let value): return "  \(GoQuote.quote(value))\n"
        case .failed(let message): return "  failed: \(message)\(mark)\n"
        case .window(let series): return "  \(series.count) series\(mark)\n" + list(series) { "\($0.labels.seriesText)  \(Counted.text($0.samples, "sample"))" }
        case .elements(let elements):
            if elements.isEmpty { return "  nothing\(mark)\n" }
            return "\n" + list(elements) { "\($0.labels.seriesText)  \($0.histogram?.description ?? GoNumber.text($0.value))" }
        }
    }
}
