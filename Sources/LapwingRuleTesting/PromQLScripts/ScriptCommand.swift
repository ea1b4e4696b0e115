import LapwingPromQL
import LapwingRegex
import LapwingSeries
import LapwingText

/// One command of a PromQL test script.
enum ScriptCommand {
    case clear
    case load(LoadedSeries)
    case evaluate(ScriptEvaluation)
}

/// An `eval` block: a query, when it is asked, and what should come of it.
struct ScriptEvaluation {
    /// When the query is asked, in milliseconds since the epoch.
    enum Time {
        case instant(Int64)
        case range(from: Int64, through: Int64, step: Int64)
    }

    /// What the old spellings say behind `eval_`.
    enum Mode: String {
        case fail, warn, info, ordered
    }

    enum Expectation: String {
        case fail, warn, info, ordered
        case noWarning = "no_warn"
        case noInformation = "no_info"
    }

    /// The steps that the points of an expected range vector stand at, in milliseconds.
    struct Steps {
        var start: Int64
        var end: Int64
        var step: Int64
    }

    var query: String
    var time: Time
    var mode: Mode?
    var expectations: [(kind: Expectation, match: TextMatch)] = []
    /// Of `expected_fail_message` and `expected_fail_regexp`, which only `eval_fail` has.
    var failureMatches: [TextMatch] = []
    var rangeVector: Steps?
    var string: String?
    var scalar: Double?
    var series: [ExpectedSeries] = []
    /// The first line of the block.
    var range: SourceRange
    /// Blanks stand before its `eval`: it counts as a part of the case before it.
    var isIndented = false
    /// What of it cannot be read: the case then fails with this.
    var faults: [Diagnostic] = []

    var expectsFailure: Bool { mode == .fail || expects(.fail) }
    var isOrdered: Bool { mode == .ordered || expects(.ordered) }

    func expects(_ kind: Expectation) -> Bool { expectations.contains { $0.kind == kind } }

    func matches(of kind: Expectation) -> [TextMatch] { expectations.filter { $0.kind == kind }.map(\.match) }

    /// Where the expected points stand.
    var steps: Steps {
        if let rangeVector { return rangeVector }
        switch time {
        case .instant(let time): return Steps(start: time, end: time, step: 1)
        case .range(let start, let end, let step): return Steps(start: start, end: end, step: step)
        }
    }
}

/// A series that an evaluation should give.
struct ExpectedSeries {
    var labels: Labels
    var values: [ScriptValue]
    /// From 1, over all lines of the block but those that begin with `expect`.
    var position: Int
}

/// A place in a series of a script.
struct ScriptValue {
    var value: NotatedValue
    /// Whether a histogram was written with its `counter_reset_hint`, which is compared only then.
    var statesHint = false
}

/// What a message should be.
enum TextMatch {
    case any
    case exact(String)
    case pattern(RegularExpression, text: String)

    func holds(_ message: String) -> Bool {
        switch self {
        case .any: true
        case .exact(let text): text == message
        case .pattern(let expression, _): expression.firstMatch(in: message) != nil
        }
    }

    var description: String {
        switch self {
        case .any: "any"
        case .exact(let text): GoQuote.quote(text)
        case .pattern(_, let text): "/\(text)/"
        }
    }
}
