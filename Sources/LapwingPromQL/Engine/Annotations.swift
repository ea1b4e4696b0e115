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
    /// How often it came, for those that are counted.
    var count = 1
    var isCounted = false
    /// What is gathered over all samples that a remark is about.
    var forced: ForcedMonotonicity?

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
        let times = count > 1 ? " (\(count) occurrences)" : ""
        return "PromQL \(kind == .warning ? "warning" : "info"): \(message)\(forced?.text ?? "")\(times) (\(line):\(column))"
    }
}

/// The annotations of one query, each message once, as upstream has it: at the place of its last coming, or of its first where what
/// it says is gathered.
public struct Annotations: Sendable, Hashable {
    private var placeOf: [String: Int] = [:]
    public private(set) var all: [Annotation] = []

    public init() {}

    public var isEmpty: Bool { all.isEmpty }

    public mutating func add(_ annotation: Annotation) {
        let key = (annotation.kind == .warning ? "w" : "i") + annotation.message
        guard let place = placeOf[key] else {
            placeOf[key] = all.count
            all.append(annotation)
            return
        }
        let older = all[place]
        all[place] = annotation
        if let forced = older.forced { all[place].forced?.add(forced) }
        // Only what is counted at all came more than once.
        if annotation.isCounted { all[place].count += older.count }
        if annotation.isCounted || older.forced != nil { all[place].range = older.range }
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

    /// - Parameter count: the windows in which it was so.
    static func startTimeOverlap(_ metric: String, count: Int, _ range: SourceRange) -> Annotation {
        var annotation = Annotation(
            .warning, "sample has start time that overlaps with previous sample timestamp for metric \(GoQuote.quote(metric))", at: range)
        annotation.isCounted = true
        annotation.count = count
        return annotation
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
