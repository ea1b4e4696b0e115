import Foundation
import LapwingSeries
import LapwingText

@testable import LapwingPromQL

/// The twin of the engine: evaluates one instant at a time, as the definitions read, over a dictionary of arrays.
///
/// It knows nothing of plans, rows or windows that move, and does not care what it costs.
struct NaiveEvaluator {
    let source: TableSource
    /// The query's own first and last instant, for `start()` and `end()`.
    var start: Int64
    var end: Int64
    let lookback: Int64 = 300_000
    let names: OrNames

    init(source: TableSource, start: Int64, end: Int64, names: OrNames = OrNames()) {
        self.source = source
        self.start = start
        self.end = end
        self.names = names
    }

    /// One element of a vector; its name goes when the query ends, where it goes.
    struct Element {
        var labels: Labels
        var value: Double
        var dropsName = false
    }

    typealias Vector = [Element]

    /// Not part of what is compared.
    struct Unsupported: Error {}
    /// The engine has to fail as well.
    struct Ambiguous: Error {}

    /// Which names `or` has seen, over all instants of a query: where its sides disagree about one, the engine decides by the
    /// earliest step, which a single instant cannot know.
    final class OrNames {
        private var drops: [Int: [Labels: Bool]] = [:]

        func check(_ element: Element, at place: Int) throws {
            if let known = drops[place]?[element.labels], known != element.dropsName { throw Unsupported() }
            drops[place, default: [:]][element.labels] = element.dropsName
        }
    }

    enum Value {
        case scalar(Double)
        case vector(Vector)
    }

    /// The value as a query's answer has it.
    func answer(_ expression: QueryExpression, at time: Int64) throws -> [Labels: Double] {
        guard case .vector(let vector) = try evaluate(expression, at: time) else { throw Unsupported() }
        var answer: [Labels: Double] = [:]
        for element in vector {
            let labels = element.dropsName ? element.labels.dropping(["__name__", "__type__", "__unit__"]) : element.labels
            if answer.updateValue(element.value, forKey: labels) != nil { throw Ambiguous() }
        }
        return answer
    }

    func evaluate(_ expression: QueryExpression, at time: Int64) throws -> Value {
        switch expression {
        case .number(let node): return .scalar(node.value)
        case .parenthesized(let node): return try evaluate(node.expression, at: time)
        case .vectorSelector(let node): return .vector(node.rangeExtension == .smoothed ? smoothed(node, at: time) : latest(node, at: time))
        case .unary(let node):
            let value = try evaluate(node.operand, at: time)
            if node.operation == .plus { return value }
            switch value {
            case .scalar(let value): return .scalar(-value)
            case .vector(let vector): return .vector(vector.map { Element(labels: $0.labels, value: -$0.value, dropsName: true) })
            }
        case .call(let node): return try call(node, at: time)
        case .aggregation(let node): return .vector(try aggregate(node, at: time))
        case .binary(let node): return try binary(node, at: time)
        case .string, .matrixSelector, .subquery: throw Unsupported()
        }
    }

    func vector(_ expression: QueryExpression, at time: Int64) throws -> Vector {
        guard case .vector(let vector) = try evaluate(expression, at: time) else { throw Unsupported() }
        guard Set(vector.map(\.labels)).count == vector.count else { throw Unsupported() }
        return vector
    }

    func scalar(_ expression: QueryExpression, at time: Int64) throws -> Double {
        guard case .scalar(let value) = try evaluate(expression, at: time) else { throw Unsupported() }
        return value
    }

    // MARK: Selectors

    /// Where the samples of an instant lie.
    func moved(_ time: Int64, _ modifier: TimeModifier) throws -> Int64 {
        var anchor = time
        switch modifier.anchor {
        case .time(let milliseconds): anchor = milliseconds
        case .start: anchor = start
        case .end: anchor = end
        case nil: break
        }
        return anchor - (try modifier.offset.map(milliseconds) ?? 0)
    }

    func milliseconds(_ text: DurationText) throws -> Int64 {
        switch text {
        case .literal(let milliseconds, _, _): return milliseconds
        case .negative(let inner, _): return -(try milliseconds(inner))
        default: throw Unsupported()
        }
    }

    func series(_ matchers: [Matcher]) -> [(labels: Labels, samples: [(time: Int64, value: Double)])] {
        source.series.filter { labels, _ in matchers.allSatisfy { $0.matches(labels) } }.sorted { $0.key < $1.key }
            .map { (labels: $0.key, samples: $0.value) }
    }

    private func latest(_ node: VectorSelector, at time: Int64) -> Vector {
        guard let now = try? moved(time, node.time) else { return [] }
        return series(node.matchers).compactMap { labels, samples in
            guard let last = samples.last(where: { $0.time <= now }), last.time > now - lookback, !last.value.isStaleMarker else { return nil }
            return Element(labels: labels, value: last.value)
        }
    }

    /// When the newest samples were taken.
    func latestTimes(_ node: VectorSelector, at time: Int64) throws -> Vector {
        let now = try moved(time, node.time)
        return series(node.matchers).compactMap { labels, samples in
            guard let last = samples.last(where: { $0.time <= now }), last.time > now - lookback, !last.value.isStaleMarker else { return nil }
            return Element(labels: labels, value: Double(last.time) / 1000, dropsName: true)
        }
    }

    private func smoothed(_ node: VectorSelector, at time: Int64) -> Vector {
        guard let now = try? moved(time, node.time) else { return [] }
        return series(node.matchers).compactMap { labels, samples in
            let around = samples.filter { $0.time > now - lookback && $0.time <= now + lookback && !$0.value.isStaleMarker }
            guard let before = around.last(where: { $0.time <= now }) else { return nil }
            guard before.time < now, let after = around.first(where: { $0.time >= now }) else { return Element(labels: labels, value: before.value) }
            return Element(labels: labels, value: Self.between(before, after, now, isCounter: false))
        }
    }

    static func between(_ a: (time: Int64, value: Double), _ b: (time: Int64, value: Double), _ time: Int64, isCounter: Bool) -> Double {
        let start = isCounter && b.value < a.value ? 0 : a.value
        return start + (b.value - start) * Double(time - a.time) / Double(b.time - a.time)
    }
}
