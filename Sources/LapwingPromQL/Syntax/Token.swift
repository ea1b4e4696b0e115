import LapwingText

/// A word or sign of PromQL, with its place in the text.
struct Token: Sendable {
    enum Kind: Sendable, Hashable {
        case end, error
        case identifier, metricIdentifier, string, number, duration
        case leftParenthesis, rightParenthesis, leftBrace, rightBrace, leftBracket, rightBracket
        case comma, colon, at
        /// `=`, `=~`, `!~`: in matchers only.
        case assign, equalRegex, notEqualRegex
        case binary(BinaryOperator)
        case aggregator(AggregationOperator)
        case keyword(Keyword)
        case preprocessor(Preprocessor)
    }

    enum Keyword: String, Sendable, CaseIterable {
        case offset, smoothed, anchored, by, without, on, ignoring, fill, bool
        case groupLeft = "group_left"
        case groupRight = "group_right"
        case fillLeft = "fill_left"
        case fillRight = "fill_right"

        var isFill: Bool { self == .fill || self == .fillLeft || self == .fillRight }
    }

    enum Preprocessor: String, Sendable, CaseIterable {
        case start, end, step, range
        case maximum = "max_of"
        case minimum = "min_of"
    }

    var kind: Kind
    var range: SourceRange

    /// The kinds of words with a meaning, by the word in lower case.
    static let words: [String: Kind] = {
        var words: [String: Kind] = ["inf": .number, "nan": .number]
        for operation in [BinaryOperator.and, .or, .unless, .arctangent] { words[operation.rawValue] = .binary(operation) }
        for operation in AggregationOperator.allCases { words[operation.rawValue] = .aggregator(operation) }
        for keyword in Keyword.allCases { words[keyword.rawValue] = .keyword(keyword) }
        for word in Preprocessor.allCases { words[word.rawValue] = .preprocessor(word) }
        return words
    }()

    /// The bytes of the longest of them.
    static let longestWord = words.keys.map(\.utf8.count).max() ?? 0

    /// Whether the word can be the name of a metric.
    var isMetricName: Bool {
        switch kind {
        case .identifier, .metricIdentifier, .aggregator, .preprocessor: true
        case .binary(let operation): operation.isSet
        case .keyword(let keyword): [.offset, .smoothed, .anchored, .by, .without].contains(keyword) || keyword.isFill
        default: false
        }
    }

    /// Whether the word can be the name of a label in a grouping.
    var isLabelName: Bool {
        switch kind {
        case .identifier, .metricIdentifier, .aggregator, .preprocessor, .keyword: true
        case .binary(let operation): operation.isSet || operation == .arctangent
        default: false
        }
    }

    var startsExpression: Bool {
        switch kind {
        case .number, .duration, .string, .leftParenthesis, .leftBrace: true
        default: isSign || isMetricName
        }
    }

    var isSign: Bool { kind == .binary(.add) || kind == .binary(.subtract) }

    /// The token as upstream's messages name it.
    func described(in source: [UInt8]) -> String {
        let text = String(decoding: source[range.lowerBound..<range.upperBound], as: UTF8.self)
        switch kind {
        case .end: return "end of input"
        case .error: return text
        case .identifier: return "identifier \(GoQuote.quote(text))"
        case .metricIdentifier: return "metric identifier \(GoQuote.quote(text))"
        case .string: return "string \(shortened(text))"
        case .number: return "number \(shortened(text))"
        case .duration: return "duration \(shortened(text))"
        case .keyword: return "<\(text)>"
        case .binary, .equalRegex, .notEqualRegex, .at: return "<op:\(text)>"
        case .aggregator: return "<aggr:\(text)>"
        default: return shortened(text)
        }
    }

    private func shortened(_ text: String) -> String {
        text.utf8.count > 10 ? GoQuote.quote(String(text.unicodeScalars.prefix(10).map(Character.init))) + "..." : GoQuote.quote(text)
    }
}
