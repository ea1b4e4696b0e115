import LapwingPromQL
import LapwingSeries
import LapwingText

/// What a query costs, part by part: `lapwing query --explain`.
enum QueryCost {
    static func text(of question: QueryQuestion, _ paths: [String]) throws(QueryFailure) -> String {
        guard !paths.isEmpty else { throw QueryFailure("lapwing: --explain needs --data: a server does not tell what its parts cost") }
        let (query, start, end, step): (String, Timestamp, Timestamp, Duration)
        switch question.kind {
        case .instant(let text, let time): (query, start, end, step) = (text, time, time, .seconds(1))
        case .range(let text, let from, let through, let distance): (query, start, end, step) = (text, from, through, distance)
        case .series, .labelNames, .labelValues: throw QueryFailure("lapwing: --explain is for an expression")
        }
        let data = try RecordedData(paths)
        let engine = QueryEngine()
        do throws(QueryError) {
            let prepared = try engine.prepare(query)
            var text = try engine.explain(prepared, from: start, through: end, step: step) + "\n\n"
            var lines = [["part", "series", "samples", "ms"]]
            try measure(prepared.expression, in: query, depth: 0, &lines) { (part: PreparedQuery) throws(QueryError) in
                part.expression.type == .matrix || start == end
                    ? try engine.instant(part, at: end, over: data.snapshot)
                    : try engine.range(part, from: start, through: end, step: step, over: data.snapshot)
            }
            text += TextTable.text(lines)
            return text
        } catch {
            throw QueryFailure(error, query: query)
        }
    }

    private static func measure(
        _ expression: QueryExpression, in text: String, depth: Int, _ lines: inout [[String]],
        _ run: (PreparedQuery) throws(QueryError) -> QueryResult
    ) throws(QueryError) {
        switch expression {
        case .number, .string: return
        case .parenthesized(let node): return try measure(node.expression, in: text, depth: depth, &lines, run)
        default: break
        }
        let part = String(decoding: Array(text.utf8)[expression.range.lowerBound..<expression.range.upperBound], as: UTF8.self)
        let query: PreparedQuery
        do {
            query = try PreparedQuery(part)
        } catch {
            throw .syntax(error)
        }
        let clock = ContinuousClock()
        let begun = clock.now
        let statistics = try run(query).statistics
        let time = begun.duration(to: clock.now)
        let indent = String(repeating: "  ", count: depth)
        lines.append([
            indent + part.split(whereSeparator: \.isNewline).joined(separator: " "), "\(statistics.seriesSelected)", "\(statistics.samplesRead)",
            GoNumber.text(time / .milliseconds(1), .fixed, precision: 3),
        ])
        if case .matrixSelector = expression { return }
        for child in expression.children { try measure(child, in: text, depth: depth + 1, &lines, run) }
    }
}
