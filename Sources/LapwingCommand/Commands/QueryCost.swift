import LapwingPromQL
import LapwingRemote
import LapwingSeries
import LapwingText

/// What a query costs, part by part: `lapwing query --explain`.
///
/// Every part is asked by itself, so the figures of a part hold those of what is below it.
struct QueryCost {
    /// What one part costs; nil where it cannot be told.
    struct Figures {
        /// Series or elements of the result.
        var results: Int
        /// Series that were read.
        var series: Int?
        var samples: Int?
        var time: Duration
    }

    private let query: String
    private let (start, end): (Timestamp, Timestamp)
    private let step: Duration
    private let prepared: PreparedQuery

    init(of question: QueryQuestion) throws(QueryFailure) {
        switch question.kind {
        case .instant(let text, let time): (query, start, end, step) = (text, time, time, .seconds(1))
        case .range(let text, let from, let through, let distance): (query, start, end, step) = (text, from, through, distance)
        case .series, .labelNames, .labelValues: throw QueryFailure("lapwing: --explain is for an expression")
        }
        do throws(QueryError) { prepared = try QueryEngine().prepare(query) } catch { throw QueryFailure(error, query: query) }
    }

    func text(_ data: RecordedData) throws(QueryFailure) -> String {
        let engine = QueryEngine()
        return try table(try parts(prepared.expression).map { part throws(QueryFailure) in
            do throws(QueryError) {
                let query = try engine.prepare(part.text)
                let begun = ContinuousClock.now
                let result = part.isInstant
                    ? try engine.instant(query, at: end, over: data.snapshot)
                    : try engine.range(query, from: start, through: end, step: step, over: data.snapshot)
                let time = begun.duration(to: .now)
                let (series, samples) = (result.statistics.seriesSelected, result.statistics.samplesRead)
                return (part, Figures(results: result.value.count, series: series, samples: samples, time: time))
            } catch {
                throw QueryFailure(error, query: part.text)
            }
        })
    }

    func text(_ api: RemoteAPI) async throws(QueryFailure) -> String {
        var lines: [(Part, Figures)] = []
        for part in parts(prepared.expression) {
            do throws(RemoteError) {
                let question: RemoteQuestion =
                    part.isInstant ? .instant(part.text, at: end) : .range(part.text, from: start, through: end, step: step)
                let begun = ContinuousClock.now
                let reply = try await api.ask(.costed(question))
                let cost = try reply.cost()
                let time = cost.seconds.map { Duration.seconds($0) } ?? begun.duration(to: .now)
                lines.append((part, Figures(results: try reply.value().count, samples: cost.samples, time: time)))
            } catch {
                throw QueryFailure(error)
            }
        }
        Self.sumSeries(&lines)
        return try table(lines)
    }

    /// Servers do not tell what they read: a selector reads the series that it shows, and what is above it those of all its selectors.
    private static func sumSeries(_ lines: inout [(Part, Figures)]) {
        for index in lines.indices.reversed() {
            let (part, figures) = lines[index]
            let below = lines[(index + 1)...].prefix { $0.0.depth > part.depth }.filter { $0.0.depth == part.depth + 1 }
            lines[index].1.series = part.isSelector ? figures.results : below.reduce(0) { $0 + ($1.1.series ?? 0) }
        }
    }

    private struct Part {
        var text: String
        var depth: Int
        /// A window has no range of its own.
        var isInstant: Bool
        var isSelector: Bool
    }

    /// The parts that cost something, each before those that it is made of.
    private func parts(_ expression: QueryExpression, depth: Int = 0) -> [Part] {
        switch expression {
        case .number, .string: return []
        case .parenthesized(let node): return parts(node.expression, depth: depth)
        default: break
        }
        let isSelector = switch expression {
        case .vectorSelector, .matrixSelector: true
        default: false
        }
        let part = Part(text: expression.range.text(in: query), depth: depth, isInstant: expression.type == .matrix || start == end, isSelector: isSelector)
        return isSelector ? [part] : [part] + expression.children.flatMap { parts($0, depth: depth + 1) }
    }

    /// The plan, and the figures below it; a column that nothing is known of is left out.
    private func table(_ lines: [(Part, Figures)]) throws(QueryFailure) -> String {
        let plan: String
        do throws(QueryError) {
            plan = try QueryEngine().explain(prepared, from: start, through: end, step: step)
        } catch {
            throw QueryFailure(error, query: query)
        }
        let columns: [(name: String, text: (Figures) -> String?)] = [
            ("results", { "\($0.results)" }), ("series", { $0.series.map { "\($0)" } }), ("samples", { $0.samples.map { "\($0)" } }),
            ("ms", { GoNumber.text($0.time / .milliseconds(1), .fixed, precision: 3) }),
        ]
        let known = columns.filter { column in lines.contains { column.text($0.1) != nil } }
        let rows = lines.map { part, figures in
            [String(repeating: "  ", count: part.depth) + part.text.split(whereSeparator: \.isNewline).joined(separator: " ")]
                + known.map { $0.text(figures) ?? "-" }
        }
        return plan + "\n\n" + TextTable.text([["part"] + known.map(\.name)] + rows)
    }
}

extension QueryValue {
    /// Series or elements; 1 for a number or a text.
    fileprivate var count: Int {
        switch self {
        case .scalar, .string: 1
        case .vector(let samples): samples.count
        case .matrix(let series): series.count
        }
    }
}
