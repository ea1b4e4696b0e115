import LapwingPromQL
import LapwingRegex
import LapwingSeries
import LapwingText

/// Reads the language of Prometheus' PromQL tests.
///
/// A command ends at an empty line or a comment. Source: Prometheus 3.14 `promql/promqltest/README.md`, `test.go`.
struct ScriptReader {
    struct Line {
        var text: String
        var range: SourceRange
        var isIndented: Bool
    }

    let source: SourceText
    private var lines: [Line] = []
    private var next = 0
    private(set) var commands: [ScriptCommand] = []

    init(_ source: SourceText) {
        self.source = source
        var offset = 0
        for bytes in source.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let line = String(decoding: bytes, as: UTF8.self)
            let text = line.trimmed
            lines.append(
                Line(
                    text: text.hasPrefix("#") ? "" : text, range: SourceRange(offset, offset + bytes.count),
                    isIndented: line.first == " " || line.first == "\t"))
            offset += bytes.count + 1
        }
    }

    /// - Throws: what is no command; what is wrong within one becomes part of it.
    mutating func read() throws(SourceError) {
        while next < lines.count {
            let line = lines[next]
            next += 1
            if line.text.isEmpty { continue }
            let words = line.text.words
            switch words[0].lowercased() {
            case "clear": commands.append(.clear)
            case "load", "load_with_nhcb":
                let interval = try duration(line.text.dropFirst(words[0].count).trimmed, line.range)
                var series = LoadedSeries(interval: interval, addsCustomBuckets: words[0].lowercased() != "load", range: line.range)
                while let line = takeLine() { series.read(line) }
                series.finish()
                commands.append(.load(series))
            case "eval", "eval_fail", "eval_warn", "eval_info", "eval_ordered":
                commands.append(.evaluate(try evaluation(line, words)))
            default: throw fault("expected load, clear or eval, found \(GoQuote.quote(words[0]))", line.range)
            }
        }
    }

    /// The next line of the command that is being read; nil when it has ended.
    private mutating func takeLine() -> Line? {
        guard next < lines.count, !lines[next].text.isEmpty else { return nil }
        next += 1
        return lines[next - 1]
    }

    private func fault(_ message: String, _ range: SourceRange) -> SourceError { SourceError(source, [Diagnostic(message, at: range)]) }

    private func duration(_ text: String, _ range: SourceRange) throws(SourceError) -> Int64 {
        guard let milliseconds = try? PrometheusDuration.milliseconds(text) else {
            throw fault("expected a duration, found \(GoQuote.quote(text))", range)
        }
        return milliseconds
    }

    // MARK: Evaluations

    private mutating func evaluation(_ line: Line, _ words: [String]) throws(SourceError) -> ScriptEvaluation {
        let isInstant = words.count > 4 && words[1] == "instant" && words[2] == "at"
        let isRange = words.count > 8 && words[1] == "range" && words[2] == "from" && words[4] == "to" && words[6] == "step"
        guard isInstant || isRange else {
            throw fault("expected eval instant at <time> <query>, or eval range from <start> to <end> step <step> <query>", line.range)
        }
        let time: ScriptEvaluation.Time
        if isInstant {
            time = .instant(try duration(words[3], line.range))
        } else {
            let steps = try self.steps(words[3], words[5], words[7], line.range)
            time = .range(from: steps.start, through: steps.end, step: steps.step)
        }
        var evaluation = ScriptEvaluation(query: line.text.dropping(words: isInstant ? 4 : 8), time: time, range: line.range)
        evaluation.isIndented = line.isIndented
        evaluation.mode = ScriptEvaluation.Mode(rawValue: String(words[0].dropFirst(5)))
        var position = 1
        while let line = takeLine() {
            if try !readExpectation(line, &evaluation) {
                if let number = GoNumber.parse(line.text) {
                    evaluation.scalar = number
                    evaluation.series = []
                    break
                }
                readSeries(line, position, isInstant, &evaluation)
                position += 1
            }
            if !evaluation.failureMatches.isEmpty { break }
        }
        return evaluation
    }

    private func steps(_ start: String, _ end: String, _ step: String, _ range: SourceRange) throws(SourceError) -> ScriptEvaluation.Steps {
        let steps = ScriptEvaluation.Steps(start: try duration(start, range), end: try duration(end, range), step: try duration(step, range))
        guard steps.end >= steps.start else { throw fault("the end (\(end)) is before the start (\(start))", range) }
        guard steps.step > 0 else { throw fault("the step is not positive", range) }
        return steps
    }

    private func readSeries(_ line: Line, _ position: Int, _ isInstant: Bool, _ evaluation: inout ScriptEvaluation) {
        do throws(PromQLSyntaxError) {
            let series = try SeriesLine(line.text)
            if series.values.count > 1, isInstant, evaluation.rangeVector == nil {
                evaluation.faults.append(Diagnostic("several values for an instant: expect range vector says when they stand", at: line.range))
            } else if series.values.isEmpty {
                evaluation.faults.append(Diagnostic("a series without values", at: line.range))
            }
            evaluation.scalar = nil
            evaluation.series.removeAll { $0.labels == series.labels }
            evaluation.series.append(ExpectedSeries(labels: series.labels, values: series.values, position: position))
        } catch {
            evaluation.faults.append(Diagnostic(error.message, at: line.range))
        }
    }

    // MARK: Expectations

    /// Whether a line is one that says what is expected besides values.
    private func readExpectation(_ line: Line, _ evaluation: inout ScriptEvaluation) throws(SourceError) -> Bool {
        if evaluation.mode == .fail {
            for (prefix, isPattern) in [("expected_fail_message", false), ("expected_fail_regexp", true)] where line.text.hasPrefix(prefix) {
                evaluation.failureMatches.append(try match(line.text.dropFirst(prefix.count).trimmed, isPattern: isPattern, line.range))
                return true
            }
        }
        let words = line.text.words
        guard words[0] == "expect" else { return false }
        if words.count == 9, words[1] == "range", words[2] == "vector", words[3] == "from", words[5] == "to", words[7] == "step" {
            evaluation.rangeVector = try steps(words[4], words[6], words[8], line.range)
        } else if words.count > 1, words[1] == "string" {
            guard let text = try? GoQuote.unquote(line.text.dropping(words: 2)) else {
                throw fault("expected a string in quotes", line.range)
            }
            evaluation.string = text
        } else {
            try readMessage(line, words, &evaluation)
        }
        return true
    }

    private func readMessage(_ line: Line, _ words: [String], _ evaluation: inout ScriptEvaluation) throws(SourceError) {
        guard words.count > 1, let kind = ScriptEvaluation.Expectation(rawValue: words[1]) else {
            throw fault("expected expect <type> <match>: <text>", line.range)
        }
        let rest = line.text.dropping(words: 2)
        if rest.isEmpty {
            evaluation.expectations.append((kind, .any))
        } else if rest.hasPrefix("msg:") {
            evaluation.expectations.append((kind, try match(rest.dropFirst(4).trimmed, isPattern: false, line.range)))
        } else if rest.hasPrefix("regex:") {
            evaluation.expectations.append((kind, try match(rest.dropFirst(6).trimmed, isPattern: true, line.range)))
        } else {
            throw fault("expected msg: or regex:, found \(GoQuote.quote(rest))", line.range)
        }
        for (kind, opposite) in [(ScriptEvaluation.Expectation.warn, ScriptEvaluation.Expectation.noWarning), (.info, .noInformation)]
        where evaluation.expects(kind) && evaluation.expects(opposite) {
            throw fault("\(kind.rawValue) and \(opposite.rawValue) exclude each other", line.range)
        }
        if evaluation.matches(of: .fail).count > 1 { throw fault("a second expect fail", line.range) }
    }

    private func match(_ text: String, isPattern: Bool, _ range: SourceRange) throws(SourceError) -> TextMatch {
        guard isPattern else { return .exact(text) }
        guard let expression = try? RegularExpression(text, options: .go) else {
            throw fault("\(GoQuote.quote(text)) is no regular expression", range)
        }
        return .pattern(expression, text: text)
    }
}

extension StringProtocol {
    /// Without blanks at its ends.
    var trimmed: String {
        func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" || character == "\r" || character == "\r\n" }
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(self[first...last])
    }

    /// What stands between blanks.
    var words: [String] { split(whereSeparator: { $0 == " " || $0 == "\t" }).map { String($0) } }

    /// What is left behind the first words.
    func dropping(words count: Int) -> String {
        var rest = self[...]
        for _ in 0..<count {
            rest = rest.drop { $0 == " " || $0 == "\t" }
            rest = rest.drop { $0 != " " && $0 != "\t" }
        }
        return rest.trimmed
    }
}
