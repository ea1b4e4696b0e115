import LapwingText

/// Values as text that was not there before.
enum ValueWriter {
    static func flow(_ value: YAMLValue) -> String {
        switch value {
        case .text(let text): ScalarWriter.line(text, .plain, isInFlow: true, isText: true)
        case .plain(let text): ScalarWriter.line(text, .plain, isInFlow: true, isText: false)
        case .list(let values): "[" + values.map(flow).joined(separator: ", ") + "]"
        case .mapping(let entries): "{" + entries.map { flow(key: $0.key, $0.value) }.joined(separator: ", ") + "}"
        }
    }

    static func flow(key: String, _ value: YAMLValue) -> String { "\(flow(.plain(key))): \(flow(value))" }

    /// Without a margin.
    ///
    /// - Parameter usesBlocks: whether a text of several lines is written as such.
    static func lines(_ value: YAMLValue, usesBlocks: Bool = true) -> [String] {
        switch value {
        case .text(let text): [ScalarWriter.line(text, .plain, isInFlow: false, isText: true)]
        case .plain(let text): [ScalarWriter.line(text, .plain, isInFlow: false, isText: false)]
        case .list(let values) where !values.isEmpty:
            values.flatMap { value in
                lines(value, usesBlocks: usesBlocks).enumerated().map { ($0.offset == 0 ? "- " : "  ") + $0.element }
            }
        case .mapping(let entries) where !entries.isEmpty: entries.flatMap { lines(key: $0.key, $0.value, usesBlocks) }
        case .list, .mapping: [flow(value)]
        }
    }

    private static func lines(key: String, _ value: YAMLValue, _ usesBlocks: Bool) -> [String] {
        let name = flow(.plain(key))
        switch value {
        case .text(let text) where usesBlocks && text.contains("\n"):
            guard let block = BlockText(text, isFolded: false, step: 2) else { break }
            return ["\(name): \(block.header)"] + block.lines.map { $0.isEmpty ? "" : "  " + $0 }
        case .list, .mapping:
            if value.isEmptyCollection { break }
            return ["\(name):"] + lines(value, usesBlocks: usesBlocks).map { "  " + $0 }
        case .text, .plain: break
        }
        return ["\(name): \(lines(value).joined())"]
    }
}
