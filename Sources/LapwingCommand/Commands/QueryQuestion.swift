import LapwingSeries

/// What is asked.
struct QueryQuestion: Sendable {
    enum Kind: Sendable {
        case instant(String, at: Timestamp)
        case range(String, from: Timestamp, through: Timestamp, step: Duration)
        case series(String)
        case labelNames
        case labelValues(String)
    }

    var kind: Kind
    /// Of which time series, names and values are listed; nil: of all that is there.
    private(set) var listed: TimeRange?

    /// The expression; empty for a question about labels.
    var expression: String {
        switch kind {
        case .instant(let text, _), .range(let text, _, _, _): text
        case .series, .labelNames, .labelValues: ""
        }
    }

    init(_ arguments: Arguments, now: Timestamp) throws(UsageError) {
        let lists = ["--series", "--labels", "--label-values"].filter(arguments.has)
        if let list = lists.first {
            let others = lists.dropFirst() + ["--time", "--step", "--explain"].filter(arguments.has)
            if let other = others.first ?? arguments.operands.first { throw UsageError("\(list) stands alone, without \(other)") }
            kind = Self.list(arguments)
            listed = try Self.range(arguments, now: now).map { TimeRange(start: $0.start, end: $0.end) }
            return
        }
        guard let query = arguments.operands.first, arguments.operands.count == 1 else {
            throw UsageError("query needs one expression; quote it, so that the shell leaves it whole")
        }
        guard let (start, end) = try Self.range(arguments, now: now) else {
            kind = .instant(query, at: try arguments.time("--time", now: now) ?? now)
            return
        }
        if arguments.has("--time") { throw UsageError("--time asks for an instant and --start for a range") }
        // A step that fills a terminal's width, when none is given.
        let step = try arguments.interval("--step") ?? max(.seconds(1), end.duration(since: start) / 250)
        kind = .range(query, from: start, through: end, step: step)
    }

    /// Nil where none is asked for.
    private static func range(_ arguments: Arguments, now: Timestamp) throws(UsageError) -> (start: Timestamp, end: Timestamp)? {
        guard let start = try arguments.time("--start", now: now) else {
            if let name = ["--end", "--step"].first(where: arguments.has) { throw UsageError("\(name) is of a range, which begins with --start") }
            return nil
        }
        let end = try arguments.time("--end", now: now) ?? now
        guard start <= end else { throw UsageError("--end lies before --start") }
        return (start, end)
    }

    private static func list(_ arguments: Arguments) -> Kind {
        if let selector = arguments.text("--series") { return .series(selector) }
        return arguments.text("--label-values").map(Kind.labelValues) ?? .labelNames
    }
}
