public import LapwingText

/// Something that a query's answer should be read with: a warning, or an information.
public struct Annotation: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        case warning, information
    }

    public var kind: Kind
    /// Upstream's words, without the position.
    public var message: String
    public var range: SourceRange

    public init(_ kind: Kind, _ message: String, at range: SourceRange) {
        self.kind = kind
        self.message = message
        self.range = range
    }

    /// As the API lists it: `PromQL info: metric might not be a counter, … (1:6)`.
    public func text(in query: String) -> String {
        let bytes = query.utf8.prefix(range.lowerBound)
        let line = bytes.reduce(into: 1) { if $1 == UInt8(ascii: "\n") { $0 += 1 } }
        let column = bytes.count - (bytes.lastIndex(of: UInt8(ascii: "\n")).map { bytes.distance(from: bytes.startIndex, to: $0) + 1 } ?? 0) + 1
        return "PromQL \(kind == .warning ? "warning" : "info"): \(message) (\(line):\(column))"
    }
}

/// The annotations of one query, each once, in the order of their coming.
public struct Annotations: Sendable, Hashable {
    private var seen: Set<Annotation> = []
    public private(set) var all: [Annotation] = []

    public init() {}

    public var isEmpty: Bool { all.isEmpty }

    public mutating func add(_ annotation: Annotation) {
        if seen.insert(annotation).inserted { all.append(annotation) }
    }

    /// Those of another part of the query behind these.
    mutating func add(_ others: Annotations) { for annotation in others.all { add(annotation) } }

    public func texts(of kind: Annotation.Kind, in query: String) -> [String] {
        all.filter { $0.kind == kind }.map { $0.text(in: query) }.sorted()
    }
}

/// The annotations that upstream knows (`util/annotations/annotations.go`).
extension Annotation {
    static func invalidQuantile(_ value: Double, _ range: SourceRange) -> Annotation {
        Annotation(.warning, "quantile value should be between 0 and 1, got \(GoNumber.text(value))", at: range)
    }

    static func invalidRatio(_ value: Double, cappedTo limit: Double, _ range: SourceRange) -> Annotation {
        Annotation(
            .warning,
            "ratio value should be between -1 and 1, got \(GoNumber.text(value)), capping to \(GoNumber.text(limit))", at: range)
    }

    static func sortInRangeQuery(_ range: SourceRange) -> Annotation {
        Annotation(.warning, "sort is ineffective for range queries since results are always ordered by labels", at: range)
    }

    static func badBucketLabel(_ metric: String, _ label: String, _ range: SourceRange) -> Annotation {
        Annotation(
            .warning,
            "bucket label \"le\" is missing or has a malformed value of \(GoQuote.quote(label))"
                + (metric.isEmpty ? "" : " for metric name \(GoQuote.quote(metric))"), at: range)
    }

    static func possibleNonCounter(_ metric: String, _ range: SourceRange) -> Annotation {
        Annotation(
            .information,
            "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: \(GoQuote.quote(metric))", at: range)
    }

    static func mixedFloatsHistograms(_ metric: String, _ range: SourceRange) -> Annotation {
        Annotation(
            .warning, "encountered a mix of histograms and floats for metric name \(GoQuote.quote(metric))", at: range)
    }

    static func incompatibleTypes(_ left: String, _ operation: String, _ right: String, _ range: SourceRange) -> Annotation {
        Annotation(
            .information,
            "incompatible sample types encountered for binary operator \(GoQuote.quote(operation)): \(left) \(operation) \(right)",
            at: range)
    }

    static func histogramIgnored(in aggregation: String, _ range: SourceRange) -> Annotation {
        Annotation(.information, "ignored histogram in \(aggregation) aggregation", at: range)
    }

    static func mixedFloatsHistogramsInAggregation(_ range: SourceRange) -> Annotation {
        Annotation(.warning, "encountered a mix of histograms and floats for aggregation", at: range)
    }

    static func histogramIgnoredInMixedRange(_ metric: String, _ range: SourceRange) -> Annotation {
        Annotation(
            .information, "ignored histograms in a range containing both floats and histograms for metric name \(GoQuote.quote(metric))",
            at: range)
    }
}
