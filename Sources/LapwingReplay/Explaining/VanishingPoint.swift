import LapwingPromQL
import LapwingSeries
import LapwingText

/// Finds the part of an expression at which its result became empty, and says why it did.
struct VanishingPoint {
    let evaluator: NodeEvaluator

    /// How many elements a sentence names.
    private static let shown = 5

    /// Sentences about the parts that everything above them is empty for, which are marked; none where there is a result.
    func reasons(_ node: inout ExplainedNode) -> [String] {
        guard node.isEmpty else { return [] }
        let empty = neededChildren(of: node).filter { node.children[$0].isEmpty }
        var found: [String] = []
        for child in empty { found += reasons(&node.children[child]) }
        if !empty.isEmpty { return found }
        node.vanishes = true
        return reasonsOfItsOwn(node)
    }

    private func reasonsOfItsOwn(_ node: ExplainedNode) -> [String] {
        if case .failed(let message) = node.value { return ["\(node.text) failed: \(message)"] }
        switch node.expression {
        case .vectorSelector(let selector): return [selectorReason(node, selector)]
        case .matrixSelector(let matrix): return [selectorReason(node, matrix.selector)]
        case .binary(let operation):
            let comparisons = comparisonReasons(node, operation)
            return comparisons.isEmpty ? [pairingReason(node, operation)] : comparisons
        case .call(let call): return [callReason(node, call)]
        default: return ["\(node.text) is empty, though it had \(input(of: node))"]
        }
    }

    /// The children without which there is no result: one side of `or` is enough, `unless` needs its left alone, and a selector
    /// the rules that record what it selects.
    private func neededChildren(of node: ExplainedNode) -> Range<Int> {
        let all = node.children.indices
        let ifAllAreEmpty = node.children.allSatisfy(\.isEmpty) ? all : all.prefix(0)
        switch node.expression {
        case .vectorSelector, .matrixSelector: return ifAllAreEmpty
        case .binary(let operation) where operation.operation == .unless: return all.prefix(1)
        case .binary(let operation) where operation.operation == .or: return ifAllAreEmpty
        default: return all
        }
    }

    private func input(of node: ExplainedNode) -> String {
        let counts = node.children.map { child in
            switch child.value {
            case .elements(let elements): Counted.text(elements.count, "element")
            case .window(let series):
                "\(series.count) series with \(series.map { "\($0.samples)" }.prefix(Self.shown).joined(separator: ", ")) sample"
                    + (series.map(\.samples) == [1] ? "" : "s")
            case .scalar(let value): Figure.text(value)
            case .string, .failed: "no elements"
            }
        }
        return counts.isEmpty ? "no elements" : counts.joined(separator: " and ")
    }

    private func callReason(_ node: ExplainedNode, _ call: Call) -> String {
        switch call.function.name {
        case "absent", "absent_over_time": return "\(node.text) is empty, because what it looks for is there: \(input(of: node))"
        case "histogram_quantile": return "\(node.text) is empty: its argument has no buckets; classic ones need the label le"
        default:
            let hasWindow = node.children.contains { if case .window = $0.value { true } else { false } }
            let hint = hasWindow ? "; it may need two samples in its window" : ""
            return "\(node.text) is empty: \(call.function.name) had \(input(of: node)), and gave nothing\(hint)"
        }
    }

    // MARK: Selectors

    /// Which matcher leaves nothing, and when there last was something.
    private func selectorReason(_ node: ExplainedNode, _ selector: VectorSelector) -> String {
        let snapshot = evaluator.snapshot
        guard let known = try? snapshot.labels(of: selector.matchers, over: .all), !known.isEmpty else { return unmatchedReason(node, selector) }
        let concerned = known.filter(evaluator.concerns)
        if concerned.isEmpty { return "\(node.text) finds \(known.count) series, none of them with \(evaluator.labels)" }
        let time = time(of: selector)
        let before = TimeRange(start: .distantPast, end: time)
        guard let set = try? snapshot.select(selector.matchers, over: before) else { return "\(node.text) cannot be read" }
        var latest: Int64?
        var columns = SampleColumns()
        for index in set.labels.indices where evaluator.concerns(set.labels[index]) {
            guard (try? set.read(index, over: before, into: &columns)) != nil else { continue }
            let last = columns.times.indices.last { !columns.values[$0].isStaleMarker }.map { columns.times[$0] }
            latest = [latest, last, columns.histogramTimes.last].compactMap { $0 }.max()
        }
        let shifted = time == evaluator.time ? nil : TimeText.rfc3339(milliseconds: time.milliseconds)
        guard let latest else {
            return "\(node.text) finds \(concerned.count) series, which have their first sample only later" + (shifted.map { " than \($0)" } ?? "")
        }
        return "\(node.text) finds \(concerned.count) series, but none has a sample in reach" + (shifted.map { " of \($0)" } ?? "")
            + ": the last is of \(TimeText.rfc3339(milliseconds: latest))"
    }

    /// The time at which a selector looks: `@` and `offset` shift it.
    private func time(of selector: VectorSelector) -> Timestamp {
        var time = evaluator.time
        if case .time(let anchor) = selector.time.anchor { time = Timestamp(milliseconds: anchor) }
        return time.advanced(byMilliseconds: -Self.milliseconds(selector.time.offset))
    }

    /// An offset; nought where the query's own range and step settle it.
    private static func milliseconds(_ offset: DurationText?) -> Int64 {
        switch offset {
        case .literal(let milliseconds, _, _): milliseconds
        case .negative(let text, _): -milliseconds(text)
        case .parenthesized(let text, _), .positive(let text, _): milliseconds(text)
        default: 0
        }
    }

    private func unmatchedReason(_ node: ExplainedNode, _ selector: VectorSelector) -> String {
        let count = { (matchers: [Matcher]) in (try? evaluator.snapshot.labels(of: matchers, over: .all).count) ?? 0 }
        let (named, others) = (selector.matchers.filter { $0.name == LabelName.metric }, selector.matchers.filter { $0.name != LabelName.metric })
        if !named.isEmpty, count(named) == 0 {
            let names = (try? evaluator.snapshot.labelValues(of: LabelName.metric, matching: [], over: .all)) ?? []
            let help = Spelling.nearest(to: selector.name, in: names).map { "; did you mean \($0)?" } ?? ""
            return "\(node.text) finds nothing: there is no metric \(selector.name)\(help)"
        }
        for matcher in others where count(selector.matchers.filter { $0 != matcher }) > 0 {
            let values = (try? evaluator.snapshot.labelValues(of: matcher.name, matching: [named], over: .all)) ?? []
            let list = values.prefix(Self.shown).map { GoQuote.quote($0) }.joined(separator: ", ") + (values.count > Self.shown ? ", …" : "")
            let seen = values.isEmpty ? "no series has that label" : "the values of \(matcher.name) are \(list)"
            return "\(node.text) finds nothing because of \(matcher): without it there are series; \(seen)"
        }
        return "\(node.text) finds nothing: no series satisfies its matchers together"
    }

    // MARK: Comparisons

    private func comparisonReasons(_ node: ExplainedNode, _ operation: BinaryOperation) -> [String] {
        ThresholdGap.ofItsOwn(node, operation, evaluator).prefix(Self.shown).map { gap in
            let what = "\(gap.labels.seriesText) is \(Figure.text(gap.value)), which does not satisfy \(node.text)"
            if gap.value.isNaN || gap.threshold.isNaN { return "\(what): NaN satisfies no comparison but !=" }
            return "\(what): \(Figure.text(abs(gap.distance))) away from \(Figure.text(gap.threshold))"
        }
    }

    /// Left elements that have no partner on the right.
    private func pairingReason(_ node: ExplainedNode, _ operation: BinaryOperation) -> String {
        guard node.children.count == 2, let matching = operation.matching else { return "\(node.text) is empty, though it had \(input(of: node))" }
        let (left, right) = (node.children[0].elements.map { matching.key(of: $0.labels) }, node.children[1].elements.map { matching.key(of: $0.labels) })
        let missing = left.filter { !right.contains($0) }
        let sides = "left \(list(left)), right \(list(right))"
        if operation.operation == .unless { return "\(node.text) is empty: the right side has a partner for each on the left (\(sides))" }
        if missing.count == left.count { return "\(node.text) is empty: no element has a partner; by the labels that are compared, \(sides)" }
        return "\(node.text) is empty, though it had \(input(of: node))"
    }

    private func list(_ labels: [Labels]) -> String {
        let unique = Set(labels).sorted().prefix(Self.shown).map(\.description)
        return unique.isEmpty ? "nothing" : unique.joined(separator: " ")
    }
}
