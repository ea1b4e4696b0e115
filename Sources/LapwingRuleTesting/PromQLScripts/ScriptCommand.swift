import LapwingPromQL
import LapwingSeries
import LapwingText

/// One command of a PromQL test script, with the lines below it.
struct ScriptCommand {
    enum Kind {
        /// Series at every multiple of the interval (milliseconds).
        case load(interval: Int64, addsCustomBuckets: Bool)
        case clear
        case instant(String, at: Int64)
        case range(String, from: Int64, through: Int64, step: Int64)
    }

    /// What a line below `eval` expects besides values.
    enum Expectation {
        case fails(TextMatch?)
        case warning(TextMatch?)
        case noWarning
        case information(TextMatch?)
        case noInformation
        case ordered
        case string(String)
        case rangeVector(from: Int64, through: Int64, step: Int64)
    }

    enum TextMatch {
        case exact(String)
        case pattern(String)
    }

    var kind: Kind
    var expectations: [Expectation] = []
    /// The lines of series below it.
    var lines: [(text: String, range: SourceRange)] = []
    var range: SourceRange
}

/// Reads the language of Prometheus' PromQL tests.
///
/// Source: Prometheus 3.14 `promql/promqltest/README.md`, `test.go`.
struct ScriptReader {
    private let source: SourceText
    private(set) var commands: [ScriptCommand] = []

    init(_ source: SourceText) { self.source = source }

    mutating func read() throws(SourceError) {
        var offset = 0
        for line in source.text.split(separator: "\n", omittingEmptySubsequences: false) {
            let range = SourceRange(offset, offset + line.utf8.count)
            offset += line.utf8.count + 1
            let text = line.trimmed
            if text.isEmpty || text.hasPrefix("#") { continue }
            try read(text, isIndented: line.first == " " || line.first == "\t", at: range)
        }
    }

    private mutating func read(_ text: String, isIndented: Bool, at range: SourceRange) throws(SourceError) {
        let words = text.split(separator: " ", maxSplits: 1).map(String.init)
        switch words[0] {
        case "clear" where !isIndented: commands.append(ScriptCommand(kind: .clear, range: range))
        case "load" where !isIndented, "load_with_nhcb" where !isIndented:
            let interval = try duration(words.count > 1 ? words[1] : "", range)
            commands.append(ScriptCommand(kind: .load(interval: interval, addsCustomBuckets: words[0] != "load"), range: range))
        case "eval" where !isIndented, "eval_fail" where !isIndented, "eval_warn" where !isIndented, "eval_ordered" where !isIndented,
            "eval_info" where !isIndented:
            var command = ScriptCommand(kind: try evaluation(words.count > 1 ? words[1] : "", range), range: range)
            switch words[0] {
            case "eval_fail": command.expectations.append(.fails(nil))
            case "eval_warn": command.expectations.append(.warning(nil))
            case "eval_info": command.expectations.append(.information(nil))
            case "eval_ordered": command.expectations.append(.ordered)
            default: break
            }
            commands.append(command)
        default:
            guard !commands.isEmpty else { throw fault("expected load, clear or eval", range) }
            let place = commands.count - 1
            if let expectation = try expectation(text, range) {
                commands[place].expectations.append(expectation)
            } else {
                commands[place].lines.append((text, range))
            }
        }
    }

    private func fault(_ message: String, _ range: SourceRange) -> SourceError { SourceError(source, [Diagnostic(message, at: range)]) }

    private func duration(_ text: String, _ range: SourceRange) throws(SourceError) -> Int64 {
        let isNegative = text.hasPrefix("-")
        let unsigned = isNegative ? String(text.dropFirst()) : text
        if let milliseconds = try? PrometheusDuration.milliseconds(unsigned) { return isNegative ? -milliseconds : milliseconds }
        guard let seconds = GoNumber.parse(text), seconds.isFinite, seconds.magnitude < 9e15 else {
            throw fault("expected a duration, found \(GoQuote.quote(text))", range)
        }
        return Int64((seconds * 1000).rounded())
    }

    private func evaluation(_ text: String, _ range: SourceRange) throws(SourceError) -> ScriptCommand.Kind {
        var words = text.split(separator: " ", omittingEmptySubsequences: true).map(String.init)[...]
        func next(_ word: String) throws(SourceError) {
            guard words.first == word else { throw fault("expected \(word)", range) }
            words.removeFirst()
        }
        func time() throws(SourceError) -> Int64 { try duration(words.popFirst() ?? "", range) }
        func rest(after count: Int) -> String {
            var rest = text[...]
            for _ in 0..<count {
                rest = rest.drop { $0 == " " }
                rest = rest.drop { $0 != " " }
            }
            return rest.trimmed
        }
        if words.first == "instant" {
            try next("instant")
            guard words.first == "at" else { return .instant(rest(after: 1), at: 0) }
            try next("at")
            return .instant(rest(after: 3), at: try time())
        }
        try next("range")
        try next("from")
        let start = try time()
        try next("to")
        let end = try time()
        try next("step")
        return .range(rest(after: 7), from: start, through: end, step: try time())
    }

    private func expectation(_ text: String, _ range: SourceRange) throws(SourceError) -> ScriptCommand.Expectation? {
        for (prefix, isPattern) in [("expected_fail_message ", false), ("expected_fail_regexp ", true)] where text.hasPrefix(prefix) {
            let rest = text.dropFirst(prefix.count).trimmed
            return .fails(isPattern ? .pattern(rest) : .exact(rest))
        }
        guard text.hasPrefix("expect ") else { return nil }
        let rest = text.dropFirst(7).trimmed
        if rest.hasPrefix("string ") { return .string((try? GoQuote.unquote(rest.dropFirst(7).trimmed)) ?? "") }
        if rest.hasPrefix("range vector ") {
            let words = rest.split(separator: " ").map(String.init)
            guard words.count == 8 else { throw fault("expected range vector from … to … step …", range) }
            return .rangeVector(from: try duration(words[3], range), through: try duration(words[5], range), step: try duration(words[7], range))
        }
        let kind = rest.prefix { $0 != " " }
        let match = textMatch(rest.dropFirst(kind.count).trimmed)
        switch kind {
        case "fail": return .fails(match)
        case "warn": return .warning(match)
        case "no_warn": return .noWarning
        case "info": return .information(match)
        case "no_info": return .noInformation
        case "ordered": return .ordered
        default: throw fault("unknown expectation \(GoQuote.quote(String(kind)))", range)
        }
    }

    private func textMatch(_ text: String) -> ScriptCommand.TextMatch? {
        func value(_ rest: Substring) -> String {
            let trimmed = rest.trimmed
            return (trimmed.hasPrefix("\"") || trimmed.hasPrefix("`")) ? (try? GoQuote.unquote(trimmed)) ?? trimmed : trimmed
        }
        if text.hasPrefix("msg:") { return .exact(value(text.dropFirst(4))) }
        if text.hasPrefix("regex:") { return .pattern(value(text.dropFirst(6))) }
        return nil
    }
}

extension Substring {
    /// Without blanks at its ends.
    var trimmed: String {
        var rest = self
        while let first = rest.first, first == " " || first == "\t" || first == "\r" { rest.removeFirst() }
        while let last = rest.last, last == " " || last == "\t" || last == "\r" { rest.removeLast() }
        return String(rest)
    }
}
