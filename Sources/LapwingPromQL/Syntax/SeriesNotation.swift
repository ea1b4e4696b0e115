public import LapwingSeries
import LapwingText

/// One place in a series of a test: a sample, or a gap.
public enum NotatedValue: Sendable, Hashable {
    case gap
    /// `stale` is the stale marker.
    case float(Double)
    case histogram(NativeHistogram)
}

/// The notation in which tests write series: `metric{label="value"}` and `1 2 _x3 5+10x4 stale {{count:3 …}}x2`.
///
/// Source: Prometheus 3.14 `docs/configuration/unit_testing_rules.md` and the grammar in `promql/parser`.
public enum SeriesNotation {
    /// Values that one notation may expand to.
    public static let maximumValues = 10_000_000

    /// A series' labels: a metric's name, braces with `=`, or both.
    public static func labels(_ text: String) throws(PromQLSyntaxError) -> Labels {
        var parser = try Parser(text)
        if parser.current.kind == .end { return .empty }
        guard parser.current.kind == .leftBrace || parser.current.isMetricName else { throw parser.unexpected() }
        let selector = try parser.parseVectorSelector()
        guard parser.current.kind == .end else { throw parser.unexpected() }
        for matcher in selector.matchers where matcher.operation != .equal {
            throw parser.failure("unexpected \(matcher.operation.rawValue) in label set, expected \"=\"", at: selector.range)
        }
        return Labels(selector.matchers.map { Label(name: $0.name, value: $0.value) })
    }

    /// The values that a text of items, separated by spaces, expands to.
    ///
    /// - Parameters:
    ///   - limit: how many are wanted; the rest is read, and not expanded.
    ///   - fault: what is wrong with a value that an item expands to, where something is.
    public static func values(
        _ text: String, atMost limit: Int? = nil, fault: (NotatedValue) -> String? = { _ in nil }
    ) throws(PromQLSyntaxError) -> [NotatedValue] {
        var reader = NotationReader(text)
        var values: [NotatedValue] = []
        while reader.skipSpaces() {
            reader.room = limit.map { max(0, $0 - values.count) }
            let expanded = try reader.item()
            if let fault = expanded.prefix(reader.room ?? .max).lazy.compactMap(fault).first { throw reader.failureOfItem(fault) }
            guard values.count + expanded.count <= maximumValues else {
                throw reader.failure("more than \(maximumValues) values")
            }
            values += expanded
        }
        return limit.map { Array(values.prefix($0)) } ?? values
    }
}
